"""Reading a workbook or folder for its faults."""

from pathlib import Path

from app.directory.faults import Fault
from app.directory.workbook.files import read_workbook
from app.directory.workbook.proposal import propose
from tests.directory.workbooks import HEADERS, TODAY, TOWN

SERVICES = [HEADERS["services"], *TOWN["services"]]


def faults_of(path: Path) -> list[Fault]:
    """What is wrong with a file by itself."""
    return propose(read_workbook(path), TODAY).faults


def only_fault(path: Path) -> str:
    """The sentence about a file that cannot be read, after its name."""
    (fault,) = faults_of(path)
    assert fault[:3] == (path.name, None, None)
    return fault.problem
