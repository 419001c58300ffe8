"""Fixtures of the tests of faults."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.figures import Figures
from tests.faults.service import Nursery


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """One process that forks every service of this run."""
    with Nursery.open() as opened:
        yield opened


@pytest.fixture
def report(record_property: Callable[[str, object], None]) -> Callable[[str, Figures], None]:
    """Shows figures under `-s` or `-rP` and puts them into a JUnit report, if one is written."""

    def shown(title: str, figures: Figures) -> None:
        print(f"\n{title}: {figures}")  # noqa: T201 - the figures are the result
        record_property(title, str(figures))

    return shown


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where the service under test writes."""
    return tmp_path / "service.log"


@pytest.fixture
def kills() -> int:
    """How often the service is killed: 30 in CI, thousands before a release."""
    return int(os.environ.get("CERMIN_FAULTS_KILLS", "30"))
