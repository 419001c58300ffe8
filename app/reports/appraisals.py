"""A closed period's employees as rows for an appraisal system, read and written a batch at a time."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import BinaryIO, NamedTuple

from app.access.principals import Principal, Role
from app.closing import store
from app.closing.addressing import asked, closings_meant
from app.closing.reading import newest_or_named
from app.closing.report_readers import appraised, report_reach
from app.closing.rules.report_documents.reports import EmployeeReport, parse_report
from app.closing.rules.report_reach import ReportReach
from app.closing.tables import DRAFT, Period
from app.directory.listing_store import nips_of
from app.disclosure.rules.calendar import Span
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.indices.reading import instrument_of
from app.reports.formats.appraisal_files import AppraisalFormat, Sheet
from app.reports.printing import verification_address
from app.reports.rules.appraisal_columns import AppraisedEmployee, Row, columns, row

CHUNK = 64 * 1_024


@dataclass(frozen=True)
class Appraisals:
    """Which employees go into the file: of which revisions, who of those in reach (`only`), how they are named."""

    agency_id: str
    span: Span
    periods: Sequence[Period]
    reach: ReportReach
    only: frozenset[str] | None
    sees_nip: bool
    public_url: str | None

    def has(self, stored: store.StoredText, period: Period) -> bool:
        """Whether this employee goes into the file."""
        reached = self.reach.has("employee", stored.unit, stored.office, period.root)
        return reached and (self.only is None or stored.unit in self.only)

    def file_name(self, form: AppraisalFormat) -> str:
        """`2026-Q3-ikl-1-appraisals-kota.xlsx`: codes only, never a name or a NIP."""
        return f"{self.span.code}-{self.instrument}-appraisals-{self.agency_id}{form.suffix}"

    @property
    def instrument(self) -> str:
        """The questionnaire that all of them were closed by."""
        [instrument] = {period.instrument for period in self.periods}
        return instrument


class AppraisedPeriod(NamedTuple):
    """Which closing is asked for: by which questionnaire (None: the only one), which revision (None: the newest).

    `appraiser`: only of those whom the directory names as appraised by this employee.
    """

    code: str
    instrument: str | None
    revision: int | None
    appraiser: str | None = None


def appraisals_for(session: Session, principal: Principal, of: AppraisedPeriod, public_url: str | None) -> Appraisals:
    """The newest revisions that this key may see, or the one named.

    Raises `period-unknown`, `period-open`, `instrument-ambiguous`, `report-unknown` (no such revision), and
    `report-draft` where there are only drafts that this key may not see.
    """
    span = asked(of.code)
    closed = closings_meant(store.periods_of(session, principal.agency_id, span.code), of.instrument)
    reach = report_reach(session, principal)
    # An appraiser reads drafts of the own people one by one, and takes along what is final.
    drafts = reach.drafts and principal.kind is not Role.appraiser
    seen = newest_or_named(closed, of.revision, drafts=drafts)
    if not seen:
        is_there = of.revision in (None, *(period.revision for period in closed))
        raise Problem("report-draft" if is_there else "report-unknown")
    only = None if of.appraiser is None else appraised(session, principal.agency_id, of.appraiser)
    return Appraisals(principal.agency_id, span, seen, reach, only, principal.sees_nip, public_url)


def write(session: Session, asked_for: Appraisals, form: AppraisalFormat, target: BinaryIO) -> None:
    """Write the file; however many employees there are, only a batch of them is held at once."""
    form.write(sheet_of(session, asked_for), rows_of(session, asked_for), target)


@dataclass(frozen=True)
class AppraisalFile:
    """A whole file on disk that has no name and is gone once it is closed; `length` in bytes."""

    file: BinaryIO
    length: int

    def chunks(self) -> Iterator[bytes]:
        """The file piece by piece; it is closed at the end, also when nobody wants the rest."""
        with self.file as file:
            while piece := file.read(CHUNK):
                yield piece


def written(session: Session, asked_for: Appraisals, form: AppraisalFormat) -> AppraisalFile:
    """The file, complete before its first byte is sent: what fails is answered as a problem, not by half a file."""
    target = TemporaryFile()  # noqa: SIM115 - it is closed when its last piece is read
    try:
        write(session, asked_for, form, target)
    except BaseException:
        target.close()
        raise
    length = target.tell()
    target.seek(0)
    return AppraisalFile(target, length)


def sheet_of(session: Session, asked_for: Appraisals) -> Sheet:
    """The agency, the period and the header above the rows."""
    span = asked_for.span
    return Sheet(asked_for.agency_id, span.code, span.last, columns(_dimensions(session, asked_for)))


def rows_of(session: Session, asked_for: Appraisals) -> Iterator[Row]:
    """One row per employee, read a batch at a time."""
    dimensions = _dimensions(session, asked_for)
    for period in asked_for.periods:
        for batch in store.texts_of(session, period, "employee"):
            reached = [each for each in batch if asked_for.has(each, period)]
            nips = (
                nips_of(session, asked_for.agency_id, [each.unit for each in reached]) if asked_for.sees_nip else None
            )
            for stored in reached:
                yield row(_employee(asked_for, period, stored, nips), dimensions)


def _dimensions(session: Session, asked_for: Appraisals) -> list[str]:
    """The questions of the questionnaire by which the period was closed."""
    return list(instrument_of(session, asked_for.agency_id, asked_for.instrument).codes)


def _employee(
    asked_for: Appraisals, period: Period, stored: store.StoredText, nips: Mapping[str, str | None] | None
) -> AppraisedEmployee:
    content = json.loads(stored.text)
    is_draft = period.state == DRAFT
    report = parse_report(content if is_draft else content["document"])
    assert isinstance(report, EmployeeReport), "only these were asked for"
    return AppraisedEmployee(
        report=report,
        report_id=str(stored.report_id),
        digest=None if is_draft else content["digest"],
        address=None if is_draft else verification_address(stored.report_id, asked_for.public_url),
        nip=report.subject.nip_masked if nips is None else nips.get(stored.unit),
    )
