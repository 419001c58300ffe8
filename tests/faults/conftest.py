"""Fixtures of the tests of faults, and the table of what they showed."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.journal import Journal, table, version_at_hand
from tests.faults.service import Nursery
from tests.faults.trials import Trials

# Where rounds are written down, so that an interrupted campaign goes on.
FILE = "CERMIN_FAULTS_JOURNAL"
JOURNAL = pytest.StashKey[Journal]()


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """One process that forks every service of this run."""
    with Nursery.open() as opened:
        yield opened


@pytest.fixture(scope="session")
def trials(pytestconfig: pytest.Config) -> Trials:
    """How often each fault is tried, and where that is written down."""
    file = os.environ.get(FILE)
    journal = Journal.open(None if file is None else Path(file), version_at_hand())
    pytestconfig.stash[JOURNAL] = journal
    return Trials.asked_for(journal)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where the service under test writes."""
    return tmp_path / "service.log"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show of each row what was tried, in all rounds that are written down."""
    journal = terminalreporter.config.stash.get(JOURNAL, None)
    if journal is not None:
        terminalreporter.section(f"faults, version {journal.version}")
        for line in table(journal.rounds):
            terminalreporter.write_line(line)
