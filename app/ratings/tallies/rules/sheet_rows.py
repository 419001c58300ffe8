"""Rows of identical sheets with their counts, and how they are grouped and added up. Pure."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from datetime import date
from typing import NamedTuple, TypeVar

from app.ratings.status import COUNTED
from app.ratings.tallies.rules.query_plan import By
from app.ratings.tallies.rules.sheet_counts import SheetCounts

Key = TypeVar("Key", bound=Hashable)


class SheetRow(NamedTuple):
    """How many identical sheets of one status an office, employee, service and channel have."""

    office: str
    employee: str | None
    service: str
    channel: str
    standing: str
    sheet: str
    n: int


class DaySheets(NamedTuple):
    """How many identical counted sheets an office or person has on one local day."""

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
    """The sheets with status `counted`, added up: sheet → n."""
    total: Counter[str] = Counter()
    for row in rows:
        if row.standing == COUNTED:
            total[row.sheet] += row.n
    return dict(sorted(total.items()))


def size(rows: Iterable[SheetRow], standing: str = COUNTED) -> int:
    """How many sheets have this status."""
    return sum(row.n for row in rows if row.standing == standing)
