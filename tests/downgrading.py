"""Undoing migrations, which operators do with `alembic downgrade`."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from app.foundation.storage import migrations
from tests.citus import CITUS_URL
from tests.postgres import owners_address

ROOT = Path(migrations.__file__).parents[3]


def downgrade(database_url: str, revision: str) -> None:
    """Undo migrations down to `revision` (`base` for all). What Citus cannot take back skips the test on a cluster."""
    if CITUS_URL is not None and database_url.startswith("postgresql") and not "0020" <= revision < "base":
        pytest.skip("a distributed table takes no unique key without the agency, as there were before 0020")
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["database_url"] = owners_address(database_url)
    command.downgrade(config, revision)
