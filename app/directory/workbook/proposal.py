"""What a workbook proposes: its rows with their numbers, checked for form, and every fault of form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, NamedTuple

from pydantic import ValidationError

from app.directory.faults import Fault
from app.directory.workbook.cells import Cell, text_of
from app.directory.workbook.headers import Header, header_faults, read_header
from app.directory.workbook.rows import (
    AnyRow,
    CounterRow,
    DutyRow,
    EmployeeRow,
    Key,
    OfficeRow,
    Row,
    ServiceRow,
    problems_of,
    read_row,
)
from app.directory.workbook.sheets import CellSheet, Workbook


class Entry(NamedTuple, Generic[AnyRow]):
    """A row of right form and its number in the spreadsheet."""

    number: int
    row: AnyRow


@dataclass
class Filled(Generic[AnyRow]):
    """A sheet's right rows, the keys its wrong rows name, and its faults.

    Whoever refers to a key that stands in a wrong row is not wrong too: each mistake is told once.
    """

    entries: list[Entry[AnyRow]] = field(default_factory=list)
    by_key: dict[Key, Entry[AnyRow]] = field(default_factory=dict)
    wrong: set[Key] = field(default_factory=set)
    unreadable: bool = False
    faults: list[Fault] = field(default_factory=list)

    def names(self, *key: str) -> bool:
        """Whether a row of the sheet, right or wrong, has this key; of an unreadable sheet any may."""
        return self.unreadable or key in self.by_key or key in self.wrong

    def is_doubtful(self, *key: str) -> bool:
        """Whether the file says something of this key that cannot be relied on."""
        return self.unreadable or key in self.wrong

    def take(self, number: int, row: AnyRow) -> None:
        """Add a right row, unless its key stands in an earlier one."""
        key = row.key
        earlier = self.by_key.get(key)
        if earlier is not None:
            problem = f"this is already in row {earlier.number}"
            self.faults.append(Fault(row.sheet, number, row.key_columns[-1], problem))
            return
        self.entries.append(Entry(number, row))
        if key:
            self.by_key[key] = self.entries[-1]


@dataclass
class DirectoryProposal:
    """The content of a workbook."""

    offices: Filled[OfficeRow] = field(default_factory=Filled)
    services: Filled[ServiceRow] = field(default_factory=Filled)
    counters: Filled[CounterRow] = field(default_factory=Filled)
    employees: Filled[EmployeeRow] = field(default_factory=Filled)
    duties: Filled[DutyRow] = field(default_factory=Filled)
    faults: list[Fault] = field(default_factory=list)


def propose(book: Workbook, today: date) -> DirectoryProposal:
    """Check the form of every row; `today` bounds plausible birth dates."""
    proposal = DirectoryProposal(
        offices=_fill(OfficeRow, book, today),
        services=_fill(ServiceRow, book, today),
        counters=_fill(CounterRow, book, today),
        employees=_fill(EmployeeRow, book, today),
        duties=_fill(DutyRow, book, today),
        faults=list(book.faults),
    )
    proposal.faults += proposal.offices.faults + proposal.services.faults + proposal.counters.faults
    proposal.faults += proposal.employees.faults + proposal.duties.faults
    return proposal


def _fill(model: type[AnyRow], book: Workbook, today: date) -> Filled[AnyRow]:
    filled: Filled[AnyRow] = Filled(unreadable=model.sheet in book.unread)
    for sheet in book.sheets:
        if sheet.name == model.sheet:
            _read_sheet(filled, model, sheet, today)
    return filled


def _read_sheet(filled: Filled[AnyRow], model: type[AnyRow], sheet: CellSheet, today: date) -> None:
    header = read_header(sheet.name, sheet.header)
    filled.unreadable = not set(model.key_columns).isdisjoint(header.missing)
    filled.faults.extend(header_faults(sheet.name, header))
    if not header.places:
        return
    for number, line in sheet.rows:
        for letters in header.strays(line):
            problem = "a value stands in a column without a name"
            filled.faults.append(Fault(sheet.name, number, letters, problem))
        _read_line(filled, model, header, number, header.cells(line), today)


def _read_line(
    filled: Filled[AnyRow],
    model: type[AnyRow],
    header: Header,
    number: int,
    cells: Mapping[str, Cell],
    today: date,
) -> None:
    try:
        filled.take(number, read_row(model, cells, today))
    except ValidationError as error:
        filled.faults.extend(
            Fault(model.sheet, number, column, problem)
            for column, problem in problems_of(error)
            if column not in header.missing
        )
        _note_wrong(filled, model, cells)


def _note_wrong(filled: Filled[AnyRow], model: type[Row], cells: Mapping[str, Cell]) -> None:
    """Remember the key of a wrong row, if it can be read."""
    try:
        key = tuple(text_of(cells.get(column, "")) or "" for column in model.key_columns)
    except ValueError:
        return
    filled.wrong.add(key)
