"""Reads a workbook's rows: those of right form with their numbers, and every fault of form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, NamedTuple

from pydantic import ValidationError

from app.directory.faults import Fault, Sentence
from app.directory.workbook.cells import Cell, text_of
from app.directory.workbook.headers import Header, header_faults, read_header
from app.directory.workbook.rows import (
    AnyRow,
    CounterRow,
    DutyRow,
    EmployeeRow,
    Key,
    OfficeRow,
    PromiseLine,
    Row,
    ServiceRow,
    TargetLine,
    problems_of,
    read_row,
)
from app.directory.workbook.sheets import CellSheet, Workbook

# Whoever mends so many will import again anyway; a million of them would fill the memory.
MOST_FAULTS = 10_000


class Entry(NamedTuple, Generic[AnyRow]):
    """A row of right form and its number in the spreadsheet."""

    number: int
    row: AnyRow


@dataclass
class ParsedSheet(Generic[AnyRow]):
    """A sheet's right rows, the keys of its wrong rows, and its faults.

    A row that refers to the key of a wrong row is not wrong itself: each mistake is reported once.
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
        """Whether the file has this key in a row that cannot be relied on."""
        return self.unreadable or key in self.wrong

    def add(self, number: int, row: AnyRow) -> None:
        """Add a right row, unless its key stands in an earlier one."""
        key = row.key
        earlier = self.by_key.get(key)
        if earlier is not None:
            problem = Sentence("this is already in row {row}", row=earlier.number)
            self.faults.append(Fault(row.sheet, number, row.key_columns[-1], problem))
            return
        self.entries.append(Entry(number, row))
        if key:
            self.by_key[key] = self.entries[-1]


@dataclass
class DirectoryProposal:
    """The rows of a workbook by sheet, and every fault of form."""

    offices: ParsedSheet[OfficeRow] = field(default_factory=ParsedSheet)
    services: ParsedSheet[ServiceRow] = field(default_factory=ParsedSheet)
    counters: ParsedSheet[CounterRow] = field(default_factory=ParsedSheet)
    employees: ParsedSheet[EmployeeRow] = field(default_factory=ParsedSheet)
    duties: ParsedSheet[DutyRow] = field(default_factory=ParsedSheet)
    targets: ParsedSheet[TargetLine] = field(default_factory=ParsedSheet)
    promises: ParsedSheet[PromiseLine] = field(default_factory=ParsedSheet)
    faults: list[Fault] = field(default_factory=list)


def propose(book: Workbook, today: date) -> DirectoryProposal:
    """Read every row and check its form; `today` bounds plausible birth dates."""
    proposal = DirectoryProposal(
        offices=_parsed(OfficeRow, book, today),
        services=_parsed(ServiceRow, book, today),
        counters=_parsed(CounterRow, book, today),
        employees=_parsed(EmployeeRow, book, today),
        duties=_parsed(DutyRow, book, today),
        targets=_parsed(TargetLine, book, today),
        promises=_parsed(PromiseLine, book, today),
        faults=list(book.faults),
    )
    proposal.faults += proposal.offices.faults + proposal.services.faults + proposal.counters.faults
    proposal.faults += proposal.employees.faults + proposal.duties.faults
    proposal.faults += proposal.targets.faults + proposal.promises.faults
    return proposal


def _parsed(model: type[AnyRow], book: Workbook, today: date) -> ParsedSheet[AnyRow]:
    parsed: ParsedSheet[AnyRow] = ParsedSheet(unreadable=model.sheet in book.unread)
    for sheet in book.sheets:
        if sheet.name == model.sheet:
            _read_sheet(parsed, model, sheet, today)
    return parsed


def _read_sheet(parsed: ParsedSheet[AnyRow], model: type[AnyRow], sheet: CellSheet, today: date) -> None:
    header = read_header(sheet.name, sheet.header)
    # Without a key column no row of the sheet can be named, so none that refers to it may be called wrong.
    parsed.unreadable |= not set(model.key_columns).isdisjoint(header.missing)
    parsed.faults.extend(header_faults(sheet.name, header))
    if not header.places:
        return
    for number, line in sheet.rows:
        if len(parsed.faults) >= MOST_FAULTS:
            n = len(parsed.faults)
            unread = Sentence("{n} faults stand above; the rows from here on were not read", n=n)
            parsed.faults.append(Fault(sheet.name, number, None, unread))
            parsed.unreadable = True
            return
        for letters in header.cells_without_column(line):
            problem = "a value stands in a column without a name"
            parsed.faults.append(Fault(sheet.name, number, letters, problem))
        _read_line(parsed, model, header, number, header.cells(line), today)


def _read_line(
    parsed: ParsedSheet[AnyRow],
    model: type[AnyRow],
    header: Header,
    number: int,
    cells: Mapping[str, Cell],
    today: date,
) -> None:
    try:
        parsed.add(number, read_row(model, cells, today))
    except ValidationError as error:
        parsed.faults.extend(
            Fault(model.sheet, number, column, problem)
            for column, problem in problems_of(error)
            # A missing column is reported once, for the header, and not for every row.
            if column not in header.missing
        )
        _add_wrong_key(parsed, model, cells)


def _add_wrong_key(parsed: ParsedSheet[AnyRow], model: type[Row], cells: Mapping[str, Cell]) -> None:
    """Keep the key of a wrong row, if it can be read."""
    try:
        key = tuple(text_of(cells.get(column, "")) or "" for column in model.key_columns)
    except ValueError:
        return
    parsed.wrong.add(key)
