"""Undoing migrations, which operators do with `alembic downgrade`."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from app.foundation.storage import migrations

ROOT = Path(migrations.__file__).parents[3]


def downgrade(database_url: str, revision: str) -> None:
    """Undo migrations down to `revision` (`base` for all)."""
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["database_url"] = database_url
    command.downgrade(config, revision)
