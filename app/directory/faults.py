"""Errors of a change of the directory, in words for the person who asked for it."""

from collections.abc import Iterable
from typing import NamedTuple


class DirectoryFault(ValueError):
    """The directory cannot be changed as asked; the message is a sentence for the operator."""


class Fault(NamedTuple):
    """One wrong cell, where the spreadsheet shows it: the header is row 1; None where it concerns more."""

    sheet: str
    row: int | None
    column: str | None
    problem: str


class WorkbookFault(DirectoryFault):
    """A workbook with faults; nothing of it was written. `faults` holds every one, in reading order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"the workbook has {len(self.faults)} fault(s); nothing was written")
