"""Counted sheets with everything they are told apart by, and how they are added up. Pure."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import date
from typing import NamedTuple, TypeVar

from app.ratings.status import COUNTED
from app.ratings.tallies.rules.query_plan import By
from app.ratings.tallies.rules.sheet_counts import SheetCounts

Key = TypeVar("Key", bound=Hashable)


class SheetRow(NamedTuple):
    """How many identical sheets one office, employee, service and channel have in one standing."""

    office: str
    employee: str | None
    service: str
    channel: str
    standing: str
    sheet: str
    n: int


class DaySheets(NamedTuple):
    """How many identical counted sheets a unit has on one local day."""

    unit: str
    day: date
    sheet: str
    n: int


def grouped(rows: Iterable[SheetRow], key: Callable[[SheetRow], Key | None]) -> dict[Key, list[SheetRow]]:
    """The rows by key; rows whose key is None are left out."""
    groups: dict[Key, list[SheetRow]] = {}
    for row in rows:
        at = key(row)
        if at is not None:
            groups.setdefault(at, []).append(row)
    return groups


def by_unit(rows: Iterable[SheetRow], by: By) -> dict[str, list[SheetRow]]:
    """The rows of each person (`By.employee`; those about nobody are left out) or of each office (`By.office`)."""
    return grouped(rows, lambda row: row.office if by is By.office else row.employee)


def counts(rows: Iterable[SheetRow]) -> SheetCounts:
    """The counted sheets, added up."""
    total: Counter[str] = Counter()
    for row in rows:
        if row.standing == COUNTED:
            total[row.sheet] += row.n
    return dict(sorted(total.items()))


def of_standings(rows: Iterable[SheetRow]) -> Mapping[str, SheetCounts]:
    """The sheets by standing."""
    total: dict[str, Counter[str]] = {}
    for row in rows:
        total.setdefault(row.standing, Counter())[row.sheet] += row.n
    return total


def size(rows: Iterable[SheetRow], standing: str = COUNTED) -> int:
    """How many sheets of this standing there are."""
    return sum(row.n for row in rows if row.standing == standing)
