"""Imports a workbook into an agency's directory: all of it, or nothing and every fault.

Checking a large workbook takes longer than anybody may hold the agency up, so it can be done before: what was checked
against one version of the directory is written if that is still the version.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from app.access.audit import record
from app.directory.catalogue_store import directory_version, duties_since
from app.directory.faults import DirectoryFault, Fault, WorkbookFault
from app.directory.standards.setting import write_promises
from app.directory.store import ExistingDirectory, existing_directory, lock_agency, renew_version, write
from app.directory.targets import write_targets
from app.directory.workbook.changes import Before, ChangeCounts, Changes, RowComparison
from app.directory.workbook.columns import SHEETS
from app.directory.workbook.consistency import cycle_faults, nip_faults, reference_faults
from app.directory.workbook.oneself import own_faults
from app.directory.workbook.promise_rows import promise_faults, promises_after
from app.directory.workbook.proposal import DirectoryProposal
from app.directory.workbook.roster import absence_faults, overlap_faults, read_roster
from app.directory.workbook.target_rows import target_faults, targets_after
from app.directory.workbook.transfers import Postings, postings_after
from app.foundation.storage.database import Session

# Local days begin up to this long before the UTC day of the same date, with time to spare.
WIDEST_OFFSET = timedelta(days=1)


class CheckedImport(NamedTuple):
    """What an import changes of the directory in this version, and what stood there before."""

    version: UUID
    changes: Changes
    before: Before


def import_directory(
    session: Session, proposal: DirectoryProposal, *, agency_id: str, actor: str, now: datetime
) -> Mapping[str, ChangeCounts]:
    """Write what a proposal changes, in the caller's transaction, and return the counts by sheet.

    If it changes nothing, nothing is written, not even an audit row. Raises `WorkbookFault` with every fault.
    """
    # Held from the first read on: a second import would otherwise compare with rows that this one is changing.
    if lock_agency(session, agency_id) is None:
        raise DirectoryFault(f"there is no agency {agency_id}")
    checked = _settled(session, proposal, check(session, proposal, agency_id), agency_id, None)
    write_changes(session, checked.changes, agency_id=agency_id, actor=actor, now=now)
    return checked.changes.counts


def import_checked(
    session: Session,
    proposal: DirectoryProposal,
    checked: CheckedImport,
    *,
    agency_id: str,
    actor: str,
    now: datetime,
    by: str | None = None,
) -> CheckedImport:
    """Write what was checked before, in the caller's transaction; checked again if the directory has changed since."""
    agency = lock_agency(session, agency_id)
    if agency is None:
        raise DirectoryFault(f"there is no agency {agency_id}")
    if agency.directory_version != checked.version:
        checked = check(session, proposal, agency_id, by)
    checked = _settled(session, proposal, checked, agency_id, by)
    write_changes(session, checked.changes, agency_id=agency_id, actor=actor, now=now)
    return checked


def _settled(
    session: Session, proposal: DirectoryProposal, checked: CheckedImport, agency_id: str, by: str | None
) -> CheckedImport:
    """What was checked, with targets and promises as they are now, under the agency's lock.

    They have no version: since the check some may have been set otherwise, a period closed, or times been counted.
    """
    if not proposal.targets.entries and not proposal.promises.entries:
        return checked
    directory = checked.before.directory
    targets = targets_after(session, proposal, directory, agency_id, by)
    promises = promises_after(session, proposal, directory, agency_id, held=True)
    _refuse([*target_faults(proposal, targets.flaws), *promise_faults(proposal, promises.flaws)])
    return checked._replace(changes=checked.changes.with_others(targets, promises))


def write_changes(session: Session, changes: Changes, *, agency_id: str, actor: str, now: datetime) -> None:
    """Write them, with their audit row; where nothing changes, nothing at all."""
    if changes.are_none():
        return
    write(session, changes.writes)
    write_targets(session, agency_id, changes.targets, by=actor, at=now)
    write_promises(session, agency_id, changes.promises, by=actor, at=now)
    renew_version(session, agency_id)
    counts = {sheet: each._asdict() for sheet, each in changes.counts.items()}
    record(
        session,
        agency_id=agency_id,
        actor=actor,
        action="directory.imported",
        subject=agency_id,
        at=now,
        **counts,
    )


def check(session: Session, proposal: DirectoryProposal, agency_id: str, by: str | None = None) -> CheckedImport:
    """What the proposal would change, compared with the directory as it is now.

    `by` is the employee who imports it, if the directory has this person: nobody decides about oneself. Raises
    `WorkbookFault` with every fault.
    """
    version = directory_version(session, agency_id)
    if version is None:
        raise DirectoryFault(f"there is no agency {agency_id}")
    existing = existing_directory(session, agency_id)
    postings = postings_after(proposal, existing)
    since = _earliest(proposal, existing, postings)
    duties = duties_since(session, agency_id, since) if since else []
    roster = read_roster(proposal, existing, duties)
    targets = targets_after(session, proposal, existing, agency_id, by)
    promises = promises_after(session, proposal, existing, agency_id, held=False)
    # All checks run before anything is refused: whoever mends the file wants to see every fault at once.
    faults = [
        *proposal.faults,
        *reference_faults(proposal, existing),
        *cycle_faults(proposal, existing),
        *nip_faults(proposal, existing),
        *postings.faults,
        *overlap_faults(roster),
        *absence_faults(roster, postings),
        *target_faults(proposal, targets.flaws),
        *promise_faults(proposal, promises.flaws),
    ]
    _refuse(faults)
    by_key = {(duty.office, duty.counter, duty.from_at): duty for duty in duties}
    compared = RowComparison(agency_id, proposal, existing)
    changes = compared.changes(postings, roster.proposed, by_key, targets, promises)
    before = Before(existing, by_key)
    if by is not None:
        _refuse([*own_faults(changes, before, proposal, roster.proposed, by)])
    return CheckedImport(version, changes, before)


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise WorkbookFault(in_reading_order(faults))


def _earliest(proposal: DirectoryProposal, existing: ExistingDirectory, postings: Postings) -> datetime | None:
    """From which moment on stored duties have to be read; None if the file concerns none.

    It may overlap them, replace them or transfer their employee. Duties of years long past are not read.
    """
    moments = [entry.row.from_local for entry in proposal.duties.entries]
    transfers = [entry.row for code, entry in postings.moved.items() if existing.stays.get(code)]
    moments += [datetime.combine(row.posted_from, time()) for row in transfers]
    return min(moments).replace(tzinfo=UTC) - WIDEST_OFFSET if moments else None


def in_reading_order(faults: Sequence[Fault]) -> list[Fault]:
    """The file as a whole first, then sheet by sheet, row by row, column by column."""
    sheets = list(SHEETS)

    def place(fault: Fault) -> tuple[int, int, int]:
        if fault.sheet not in SHEETS:
            return (-1, 0, 0)
        columns = [column.name for column in SHEETS[fault.sheet]]
        column = columns.index(fault.column) if fault.column in columns else len(columns)
        return sheets.index(fault.sheet), fault.row or 0, column

    return sorted(faults, key=place)
