"""Writes an agency's directory as the workbook that an import reads; importing that again changes nothing.

It holds the directory as it stands: everybody at the latest posting, and the duties within these postings. What was
before (ended postings, and duties at an office that somebody has left) stays in the directory and out of the workbook,
which an import into an empty directory would have to refuse otherwise.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.access.audit import record
from app.directory.catalogue_store import newest_duties
from app.directory.faults import DirectoryFault
from app.directory.rules.postings import Stay
from app.directory.store import ExistingDirectory, existing_directory, find_agency
from app.directory.tables import Duty, Employee
from app.directory.workbook.columns import SHEETS
from app.directory.workbook.roster import DutyInterval
from app.directory.workbook.writing import AGAIN, Advice, Line, write_workbook
from app.foundation.storage.database import Database, Session
from app.standards.store import page
from app.standards.tables import PromiseRow
from app.targets.rules.target import shown
from app.targets.store import newest_targets
from app.targets.tables import TargetRow

# Half of what a sheet may have, so that the file can also be uploaded again; some months of a large agency.
MOST_DUTIES = 100_000
MOST_TARGETS = MOST_PROMISES = 100_000
ADVICE: tuple[Advice, ...] = (
    (
        "Ini direktori pada saat diunduh: setiap pegawai di tempat tugas terakhirnya, dan jadwal di sana.",
        "This is the directory when it was downloaded: everybody at the latest posting, and the duties there.",
    ),
    AGAIN,
)
MIME_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ExportedDirectory(NamedTuple):
    """The workbook, how many rows each sheet has, and until which day duties are left out (None: none)."""

    content: bytes
    counts: Mapping[str, int]
    left_out: date | None


def export_directory(
    database: Database, *, agency_id: str, actor: str, now: datetime, most_duties: int = MOST_DUTIES
) -> ExportedDirectory:
    """The agency's directory as XLSX; its audit row is there before it is: it names persons with their NIP.

    Raises DirectoryFault if there is no such agency.
    """
    with database.snapshot() as session:
        exported = _read(session, agency_id, most_duties)
    # Apart, since whoever writes to SQLite keeps everybody else from writing.
    with database.writing() as session:
        record(
            session,
            agency_id=agency_id,
            actor=actor,
            action="directory.exported",
            subject=agency_id,
            at=now,
            **exported.counts,
        )
    return exported


def _read(session: Session, agency_id: str, most_duties: int) -> ExportedDirectory:
    if find_agency(session, agency_id) is None:
        raise DirectoryFault(f"there is no agency {agency_id}")
    existing = existing_directory(session, agency_id)
    duties = newest_duties(session, agency_id, most_duties + 1)
    # A few more would fit, but a day that is there by halves would be worse.
    left_out = duties[-1].until_at.date() if len(duties) > most_duties else None
    sheets = _sheets(existing, [each for each in duties if left_out is None or each.until_at.date() > left_out])
    posted = existing.stays.keys()
    targets = newest_targets(session, agency_id, MOST_TARGETS)
    sheets["targets"].extend(_target(row) for row in targets if row.kind == "office" or row.unit in posted)
    sheets["promises"].extend(map(_promise, page(session, agency_id, ("", ""), MOST_PROMISES)))
    file = BytesIO()
    write_workbook(file, sheets, (*ADVICE, *_missing_duties(left_out)))
    return ExportedDirectory(file.getvalue(), {name: len(lines) for name, lines in sheets.items()}, left_out)


def _missing_duties(left_out: date | None) -> Iterator[Advice]:
    if left_out is not None:
        yield (
            f"Jadwal sampai {left_out} tidak dimuat karena terlalu banyak; jadwal itu tetap ada di direktori.",
            f"Duties until {left_out} are left out, being too many; they stay in the directory.",
        )


def _sheets(existing: ExistingDirectory, duties: Sequence[Duty]) -> dict[str, list[Line]]:
    lines: dict[str, list[Line]] = {name: [] for name in SHEETS}
    for _, office in sorted(existing.offices.items()):
        lines["offices"].append((office.code, office.name, office.parent, office.timezone, office.region_code))
    for _, service in sorted(existing.services.items()):
        own = service.family == service.code
        lines["services"].append((service.code, service.name, None if own else service.family))
    for _, counter in sorted(existing.counters.items()):
        lines["counters"].append((counter.office, counter.code, counter.name, ";".join(counter.services)))
    # Nobody is in the directory without a posting; an employee row of a workbook needs one.
    latest = {code: stays[-1] for code, stays in existing.stays.items()}
    for code, employee in sorted(existing.employees.items()):
        if code in latest:
            lines["employees"].append(_employee(employee, latest[code]))
    zones = {code: ZoneInfo(office.timezone) for code, office in existing.offices.items()}
    for duty in sorted(duties, key=lambda each: (each.office, each.counter, each.from_at)):
        line = _duty(duty, zones[duty.office], latest.get(duty.employee))
        if line is not None:
            lines["duties"].append(line)
    return lines


def _employee(row: Employee, stay: Stay) -> Line:
    return (row.code, row.name, row.nip, row.position, row.grade, stay.office, stay.from_on, row.appraiser)


def _target(row: TargetRow) -> Line:
    office, employee = (row.unit, None) if row.kind == "office" else (None, row.unit)
    return (row.period, row.instrument, office, employee, row.figure, str(shown(row.hundredths)))


def _promise(row: PromiseRow) -> Line:
    return (row.service, row.valid_from, None if row.amount is None else str(row.amount), row.unit, row.source)


def _duty(duty: Duty, zone: ZoneInfo, stay: Stay | None) -> Line | None:
    """The row of a duty; None for one outside the employee's latest posting."""
    span = DutyInterval(duty.office, duty.counter, duty.from_at, duty.until_at, duty.employee, zone, 0)
    if stay is None or span.absence([stay]) is not None:
        return None
    # A spreadsheet knows no zones: its times are those of the office.
    start, end = (moment.astimezone(zone).replace(tzinfo=None) for moment in (duty.from_at, duty.until_at))
    return (duty.office, duty.counter, duty.employee, start, end)
