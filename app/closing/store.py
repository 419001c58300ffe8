"""The SQL of periods, reports, replies, notes and invitations."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, insert, literal, update
from sqlalchemy import select as sql_select
from sqlmodel import col, select

from app.closing.tables import Invitation, Note, Period, Release, Reply, Report
from app.foundation.storage.agencies import of_agencies
from app.foundation.storage.database import Session
from app.foundation.storage.upsert import put

Key = TypeVar("Key", str, UUID)
# Rows bound into one statement; far below what either driver takes.
BATCH = 500
# Drafts whose texts are held together while they are signed; one of an office has about ten kilobytes.
SIGNED_TOGETHER = 100


def periods_of(session: Session, agency_id: str, code: str | None = None) -> Sequence[Period]:
    """Every revision of every closed period (or of one), newest period first, then by root, instrument, revision."""
    query = select(Period).where(Period.agency_id == agency_id)
    if code is not None:
        query = query.where(Period.code == code)
    order = (
        col(Period.last_on).desc(),
        col(Period.first_on),
        col(Period.root),
        col(Period.instrument),
        col(Period.revision),
    )
    return session.exec(query.order_by(*order)).all()


def add_period(session: Session, period: Period, release: Release, reports: Iterable[Mapping[str, Any]]) -> None:
    """The period with the rows of its reports, in the caller's transaction. Raises IntegrityError if it is there."""
    session.add(period)
    session.flush()
    session.add(release)
    rows = iter(reports)
    while some := list(islice(rows, BATCH)):
        session.execute(insert(Report), some)


def reports_of(session: Session, period: Period) -> Sequence[Report]:
    """The reports of one revision, by kind and unit."""
    query = select(Report).where(*_of_revision(period))
    return session.exec(query.order_by(Report.kind, Report.unit)).all()


class Draft(NamedTuple):
    """A draft as it is signed: what it is about, and its stored text ('' where it was not asked for)."""

    report_id: UUID
    kind: str
    unit: str
    document: str


def drafts_of(session: Session, period: Period, *, texts: bool = True) -> Iterator[Sequence[Draft]]:
    """The reports of one revision by kind and unit, a few at a time, with their texts or without."""
    document = col(Report.document) if texts else literal("")
    query = sql_select(col(Report.report_id), col(Report.kind), col(Report.unit), document).where(*_of_revision(period))
    ordered = query.order_by(col(Report.kind), col(Report.unit))
    rows = session.connection().execute(ordered, execution_options={"yield_per": SIGNED_TOGETHER})
    for some in rows.partitions():
        yield [Draft(*row) for row in some]


def has_report_about(session: Session, period: Period, employee: str) -> bool:
    """Whether a report of this revision is about the employee."""
    query = select(Report.report_id).where(*_of_revision(period), Report.kind == "employee", Report.unit == employee)
    return session.exec(query).first() is not None


def _of_revision(period: Period) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Report.agency_id) == period.agency_id,
        col(Report.root) == period.root,
        col(Report.period) == period.code,
        col(Report.instrument) == period.instrument,
        col(Report.revision) == period.revision,
    )


class StoredText(NamedTuple):
    """A report as far as a file of many needs it: its text is the envelope where it is sealed, else the document."""

    report_id: UUID
    unit: str
    office: str | None
    text: str


def texts_of(session: Session, period: Period, kind: str) -> Iterator[list[StoredText]]:
    """The reports of one kind and revision by unit, a batch at a time: they may be too many to be held at once."""
    after = ""
    while True:
        query = _texts(period, kind).where(col(Report.unit) > after).order_by(col(Report.unit)).limit(BATCH)
        batch = [StoredText(*row) for row in session.execute(query)]
        if not batch:
            return
        yield batch
        after = batch[-1].unit


def texts_about(session: Session, period: Period, employees: Collection[str]) -> list[StoredText]:
    """The reports of one revision about these employees, by code."""
    found: list[StoredText] = []
    for batch in _parts(sorted(employees)):
        query = _texts(period, "employee").where(col(Report.unit).in_(batch)).order_by(col(Report.unit))
        found += (StoredText(*row) for row in session.execute(query))
    return found


def _texts(period: Period, kind: str) -> Any:
    return sql_select(
        col(Report.report_id),
        col(Report.unit),
        col(Report.office),
        func.coalesce(Report.envelope, Report.document),
    ).where(*_of_revision(period), col(Report.kind) == kind)


class ReportHead(NamedTuple):
    """A report without its text, and how its revision stands."""

    report_id: UUID
    kind: str
    unit: str
    office: str | None
    root: str
    period: str
    instrument: str
    revision: int
    state: str
    replies_end_at: datetime


def heads_about(session: Session, agency_id: str, employees: Collection[str]) -> list[ReportHead]:
    """Every revision of every report about these employees, newest period first."""
    order = (col(Period.last_on).desc(), col(Period.first_on), col(Period.instrument), col(Period.revision))
    found: list[ReportHead] = []
    for batch in _parts(sorted(employees)):
        query = _heads(agency_id).where(Report.kind == "employee", col(Report.unit).in_(batch))
        found += (ReportHead(*row) for row in session.execute(query.order_by(*order)))
    return found


def heads_of(session: Session, agency_id: str, code: str, kinds: Collection[str]) -> list[ReportHead]:
    """Every revision of the reports of these kinds of a period, the first revisions first."""
    query = _heads(agency_id).where(Report.period == code, col(Report.kind).in_(kinds))
    order = (col(Report.revision), col(Report.kind), col(Report.unit))
    return [ReportHead(*row) for row in session.execute(query.order_by(*order))]


def _heads(agency_id: str) -> Any:
    return (
        sql_select(
            col(Report.report_id),
            col(Report.kind),
            col(Report.unit),
            col(Report.office),
            col(Report.root),
            col(Report.period),
            col(Report.instrument),
            col(Report.revision),
            col(Period.state),
            col(Period.replies_end_at),
        )
        .join(
            Period,
            and_(
                col(Period.agency_id) == Report.agency_id,
                col(Period.root) == Report.root,
                col(Period.code) == Report.period,
                col(Period.instrument) == Report.instrument,
                col(Period.revision) == Report.revision,
            ),
        )
        .where(col(Report.agency_id) == agency_id)
    )


def find_report(session: Session, agency_id: str, report_id: UUID) -> Report | None:
    """One report of the agency."""
    return session.get(Report, (agency_id, report_id))


def find_reports(session: Session, agency_id: str, ids: Collection[UUID]) -> Mapping[UUID, Report]:
    """These reports of the agency by their ids; unknown ones are absent."""
    return {
        report.report_id: report
        for batch in _batches(ids)
        for report in session.exec(
            select(Report).where(Report.agency_id == agency_id, col(Report.report_id).in_(batch))
        )
    }


def sealed_report(session: Session, agencies: Collection[str] | None, report_id: UUID) -> Report | None:
    """The sealed report with this id, of these agencies (None: of any): whoever holds it has its seal checked."""
    within = of_agencies(Report.agency_id, agencies)
    query = select(Report).where(within, Report.report_id == report_id, col(Report.envelope).is_not(None))
    return session.exec(query).first()


def period_of_report(session: Session, report: Report) -> Period:
    """The revision a report belongs to."""
    period = session.get(Period, (report.agency_id, report.root, report.period, report.instrument, report.revision))
    assert period is not None, "a foreign key holds it"
    return period


def release_of(session: Session, period: Period) -> int:
    """The number of the release of figures that a revision was made of; 0 for one from before there were any."""
    key = (period.agency_id, period.root, period.code, period.instrument, period.revision)
    stored = session.get(Release, key)
    return int(stored.told.get("release", 0)) if stored else 0


def seal(session: Session, agency_id: str, envelopes: Iterable[tuple[UUID, str]]) -> None:
    """Write the signed envelopes of reports."""
    for report_id, envelope in envelopes:
        session.execute(
            update(Report)
            .where(col(Report.agency_id) == agency_id, col(Report.report_id) == report_id)
            .values(envelope=envelope)
        )


def every_envelope(session: Session, agency_id: str) -> Iterator[tuple[UUID, str]]:
    """Id and signed envelope of every final report of the agency, some at a time."""
    query = sql_select(col(Report.report_id), col(Report.envelope)).where(
        col(Report.agency_id) == agency_id, col(Report.envelope).is_not(None)
    )
    ordered = query.order_by(col(Report.report_id))
    yield from map(tuple, session.connection().execute(ordered, execution_options={"yield_per": BATCH}))


def replies_to(session: Session, agency_id: str, reports: Collection[UUID]) -> Mapping[UUID, Reply]:
    """The replies to these reports."""
    return {
        reply.report_id: reply
        for batch in _batches(reports)
        for reply in session.exec(select(Reply).where(Reply.agency_id == agency_id, col(Reply.report_id).in_(batch)))
    }


def notes_on(session: Session, agency_id: str, reports: Collection[UUID]) -> Mapping[UUID, Note]:
    """The supervisors' notes on these reports."""
    return {
        note.report_id: note
        for batch in _batches(reports)
        for note in session.exec(select(Note).where(Note.agency_id == agency_id, col(Note.report_id).in_(batch)))
    }


def hold_period(session: Session, period: Period) -> None:
    """Read a period anew, and let nobody sign its reports until the transaction ends."""
    # What is written beside a draft while its reports are being signed would be missing from them for ever.
    session.refresh(period, with_for_update={"read": True})


def put_note(session: Session, note: Note) -> None:
    """Write the note, or write it over the one before."""
    put(session, note)


def put_reply(session: Session, reply: Reply) -> None:
    """Write the reply. Raises IntegrityError if there is one."""
    session.add(reply)
    session.flush()


def put_invitations(session: Session, invitations: Iterable[Invitation]) -> None:
    """Write invitations; a new one ends the one before for the same report."""
    for invitation in invitations:
        put(session, invitation)


def invitations_by_lookup(session: Session, agency_id: str | None, lookup: str) -> Sequence[Invitation]:
    """The agency's invitations with this public part; None: any agency's, for a token that does not name it."""
    within = of_agencies(Invitation.agency_id, None if agency_id is None else [agency_id])
    return session.exec(select(Invitation).where(within, Invitation.lookup == lookup)).all()


def _batches(ids: Collection[UUID]) -> Iterable[list[UUID]]:
    return _parts(sorted(ids))


def _parts(ordered: list[Key]) -> Iterable[list[Key]]:
    return (ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH))
