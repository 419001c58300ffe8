"""Compares an import with the stored directory: which rows are new or changed, and how many by sheet."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from app.directory.rules.office_tree import parents_first
from app.directory.standards.setting import CheckedPromises
from app.directory.store import DirectoryChange, ExistingDirectory, StoredRow
from app.directory.tables import Counter, Duty, Employee, Office, Posting, Service
from app.directory.targets import CheckedTargets
from app.directory.workbook.proposal import DirectoryProposal
from app.directory.workbook.roster import DutyInterval, DutyKey
from app.directory.workbook.rows import Columns
from app.directory.workbook.transfers import Postings


class ChangeCounts(NamedTuple):
    """How many rows of a sheet are new, change something or change nothing."""

    new: int
    changed: int
    unchanged: int


@dataclass(frozen=True)
class Changes:
    """What to write, in an order that foreign keys allow, and the counts by sheet."""

    writes: tuple[DirectoryChange, ...]
    counts: Mapping[str, ChangeCounts]
    targets: CheckedTargets
    promises: CheckedPromises

    def are_none(self) -> bool:
        """Whether the import changes nothing."""
        beside = self.targets.changed or self.promises.changed
        return not beside and not any(change.new or change.changed for change in self.writes)

    def with_others(self, targets: CheckedTargets, promises: CheckedPromises) -> "Changes":
        """With other targets and promises, compared anew."""
        counts = {
            "targets": _counts_beside(targets, sum(self.counts["targets"])),
            "promises": _counts_beside(promises, sum(self.counts["promises"])),
        }
        return replace(self, targets=targets, promises=promises, counts={**self.counts, **counts})


class Before(NamedTuple):
    """What an import was compared with: the directory, and those of its duties that the import concerns."""

    directory: ExistingDirectory
    duties: Mapping[DutyKey, Duty]


class RowComparison:
    """Compares the rows of a checked file with the stored rows of an agency."""

    def __init__(self, agency_id: str, proposal: DirectoryProposal, existing: ExistingDirectory) -> None:
        self._agency_id = agency_id
        self._proposal = proposal
        self._existing = existing

    def changes(
        self,
        postings: Postings,
        spans: Iterable[DutyInterval],
        duties: Mapping[DutyKey, Duty],
        targets: CheckedTargets,
        promises: CheckedPromises,
    ) -> Changes:
        """Everything the file changes."""
        offices, services, counters = self._offices(), self._services(), self._counters()
        employees, stays, roster = self._employees(), self._stays(postings), self._roster(spans, duties)
        counts = {
            "offices": _counts(offices, len(self._proposal.offices.entries)),
            "services": _counts(services, len(self._proposal.services.entries)),
            "counters": _counts(counters, len(self._proposal.counters.entries)),
            "employees": self._employee_counts(employees, postings),
            "duties": _counts(roster, len(self._proposal.duties.entries)),
            "targets": _counts_beside(targets, len(self._proposal.targets.entries)),
            "promises": _counts_beside(promises, len(self._proposal.promises.entries)),
        }
        # In this order no row comes before one that its foreign key names.
        return Changes((offices, services, counters, employees, stays, roster), counts, targets, promises)

    def _offices(self) -> DirectoryChange:
        by_code = {entry.row.code: entry.row for entry in self._proposal.offices.entries}
        order = parents_first(by_code, {code: row.parent for code, row in by_code.items()})
        stored = self._existing.offices
        return self._compare(Office, ((stored.get(code), by_code[code].columns()) for code in order))

    def _services(self) -> DirectoryChange:
        rows = (entry.row for entry in self._proposal.services.entries)
        return self._compare(Service, ((self._existing.services.get(row.code), row.columns()) for row in rows))

    def _counters(self) -> DirectoryChange:
        rows = (entry.row for entry in self._proposal.counters.entries)
        stored = self._existing.counters
        return self._compare(Counter, ((stored.get((row.office, row.code)), row.columns()) for row in rows))

    def _employees(self) -> DirectoryChange:
        rows = (entry.row for entry in self._proposal.employees.entries)
        stored = self._existing.employees
        return self._compare(Employee, ((stored.get(row.code), row.columns()) for row in rows))

    def _employee_counts(self, change: DirectoryChange, postings: Postings) -> ChangeCounts:
        new = {row["code"] for row in change.new}
        # An employee who only moves changes no column of the table `employee`, but a row of the sheet all the same.
        touched = {row["code"] for row in change.changed} | (postings.moved.keys() - new)
        total = len(self._proposal.employees.entries)
        return ChangeCounts(len(new), len(touched), total - len(new) - len(touched))

    def _stays(self, postings: Postings) -> DirectoryChange:
        change = DirectoryChange(Posting)
        for code in postings.moved:
            before = {stay.from_on: stay for stay in self._existing.stays.get(code, ())}
            for stay in postings.stays[code]:
                values = {"agency_id": self._agency_id, "employee": code, **stay._asdict()}
                if stay.from_on not in before:
                    change.new.append(values)
                elif before[stay.from_on] != stay:
                    change.changed.append(values)
        return change

    def _roster(self, spans: Iterable[DutyInterval], duties: Mapping[DutyKey, Duty]) -> DirectoryChange:
        return self._compare(Duty, ((duties.get(span.key), span.columns()) for span in spans))

    def _compare(self, table: type[StoredRow], rows: Iterable[tuple[StoredRow | None, Columns]]) -> DirectoryChange:
        """Sort rows, each with the stored one of the same key, into new and changed ones."""
        change = DirectoryChange(table)
        # A bulk insert sets no defaults of the model; and an import never changes whether a stored row is active.
        fresh = {"active": True} if "active" in table.model_fields else {}
        for stored, columns in rows:
            values = {"agency_id": self._agency_id, **columns}
            if stored is None:
                change.new.append(values | fresh)
            elif any(getattr(stored, column) != value for column, value in values.items()):
                change.changed.append(values)
        return change


def _counts_beside(checked: CheckedTargets | CheckedPromises, rows: int) -> ChangeCounts:
    """How many of so many rows set something where there is nothing, or something else than there is."""
    # A key is one of a target or of a promise, as the rows are.
    stored: Collection[object] = checked.rows
    changed = sum(each.key in stored for each in checked.changed)
    return ChangeCounts(len(checked.changed) - changed, changed, rows - len(checked.changed))


def _counts(change: DirectoryChange, rows: int) -> ChangeCounts:
    new, changed = len(change.new), len(change.changed)
    return ChangeCounts(new, changed, rows - new - changed)
