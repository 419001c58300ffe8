"""Says in rows what an import would change, for whoever is to confirm it; a NIP is in none of them."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from app.directory.store import DirectoryChange, StoredRow
from app.directory.tables import Counter, Duty, Employee, Office, Posting, Service
from app.directory.workbook.alteration import Alteration, Difference
from app.directory.workbook.alterations_beside import promise_alterations, target_alterations
from app.directory.workbook.changes import Before, ChangeCounts, Changes

# More than anybody reads; the counts tell of all.
MOST_ALTERATIONS = 10_000
SHEET_OF: Mapping[type[StoredRow], str] = {
    Office: "offices",
    Service: "services",
    Counter: "counters",
    Employee: "employees",
    Posting: "postings",
    Duty: "duties",
}
# What identifies a row; it never changes.
KEYS = frozenset({"agency_id", "code", "active"})


class Preview(NamedTuple):
    """How many rows an import adds and changes by sheet, how many postings it ends, and the first of all these rows."""

    counts: Mapping[str, ChangeCounts]
    ended: int
    alterations: tuple[Alteration, ...]
    in_all: int

    @property
    def changes_nothing(self) -> bool:
        """Whether the directory says all of this already."""
        return self.in_all == 0


def preview_of(changes: Changes, before: Before) -> Preview:
    """What these changes do."""
    ended = sum(len(change.changed) for change in changes.writes if change.table is Posting)
    in_all = sum(len(_new_rows(change, before)) + len(change.changed) for change in changes.writes)
    in_all += len(changes.targets.changed) + len(changes.promises.changed)
    return Preview(changes.counts, ended, tuple(islice(_alterations(changes, before), MOST_ALTERATIONS)), in_all)


def _new_rows(change: DirectoryChange, before: Before) -> Sequence[Mapping[str, Any]]:
    """The new rows to tell of: that somebody new is posted somewhere goes without saying."""
    if change.table is not Posting:
        return change.new
    return [row for row in change.new if row["employee"] in before.directory.employees]


def _alterations(changes: Changes, before: Before) -> Iterator[Alteration]:
    for change in changes.writes:
        sheet = SHEET_OF[change.table]
        for row in _new_rows(change, before):
            yield Alteration(sheet, "new", _key(change.table, row), _name(change.table, row, before), _new(sheet, row))
        for row in change.changed:
            key, name = _key(change.table, row), _name(change.table, row, before)
            if change.table is Posting:
                yield Alteration(sheet, "ended", key, name, (Difference("until", None, str(row["until_on"])),))
            else:
                stored = _stored(change.table, row, before)
                yield Alteration(sheet, "changed", key, name, _differences(change.table, stored, row))
    yield from target_alterations(changes, before)
    yield from promise_alterations(changes, before)


def _key(table: type[StoredRow], row: Mapping[str, Any]) -> str:
    if table is Posting:
        return f"{row['employee']} · {row['office']} · {row['from_on']}"
    if table is Counter:
        return f"{row['office']}/{row['code']}"
    if table is Duty:
        return f"{row['office']}/{row['counter']} · {row['from_at']:%Y-%m-%d %H:%M} UTC"
    return str(row["code"])


def _name(table: type[StoredRow], row: Mapping[str, Any], before: Before) -> str | None:
    """The name that the directory has; of what is new, but no person, the name in the file."""
    if table in (Employee, Posting, Duty):
        person = before.directory.employees.get(row["code"] if table is Employee else row["employee"])
        return None if person is None else person.name
    stored = _stored(table, row, before)
    return str(row["name"] if stored is None else stored.name)


def _stored(table: type[StoredRow], row: Mapping[str, Any], before: Before) -> Any:
    directory = before.directory
    if table is Counter:
        return directory.counters.get((row["office"], row["code"]))
    if table is Duty:
        return before.duties.get((row["office"], row["counter"], row["from_at"]))
    tables: Mapping[type[StoredRow], Mapping[str, Any]] = {
        Office: directory.offices,
        Service: directory.services,
        Employee: directory.employees,
    }
    return tables[table].get(row["code"])


def _new(sheet: str, row: Mapping[str, Any]) -> tuple[Difference, ...]:
    # Of a new duty it matters whose it is, and until when.
    if sheet != "duties":
        return ()
    return (
        Difference("employee", None, row["employee"]),
        Difference("until", None, f"{row['until_at']:%Y-%m-%d %H:%M} UTC"),
    )


def _differences(table: type[StoredRow], stored: Any, row: Mapping[str, Any]) -> tuple[Difference, ...]:
    found = []
    for column, after in row.items():
        before = None if column in KEYS else getattr(stored, column)
        if column in KEYS or before == after:
            continue
        # Told as changed, without what will stand there: a NIP is shown to nobody, a name as the directory has it.
        if table is Employee and column in ("nip", "name"):
            found.append(Difference(column, None, None))
        else:
            found.append(Difference(column.removesuffix("_at"), _text(before), _text(after)))
    return tuple(found)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ";".join(value)
    return "" if value is None else f"{value:%Y-%m-%d %H:%M} UTC" if hasattr(value, "hour") else str(value)
