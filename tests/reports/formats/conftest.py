"""The reports of one closed quarter, made once for all tests of their formats."""

from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from app.seals.signing import SigningKey
from tests.conftest import Template
from tests.house import House
from tests.reports.formats.samples import drafts_of


@pytest.fixture(scope="session")
def drafts(furnished_sqlite: Template, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The documents by unit: employees E001 to E004 (the last one suppressed), offices, the agency `kota`."""
    file = tmp_path_factory.mktemp("formats") / "cermin.db"
    copyfile(Path(furnished_sqlite.name), file)
    with House.open(f"sqlite:///{file}", furnished_sqlite.keys) as house:
        return drafts_of(house)


@pytest.fixture(scope="session")
def key() -> SigningKey:
    """A key that seals reports."""
    return SigningKey.generate()
