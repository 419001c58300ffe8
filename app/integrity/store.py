"""The SQL of integrity reports, their keys and settings."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import and_, delete
from sqlmodel import col, func, select, tuple_

from app.foundation.storage.agencies import of_agencies
from app.foundation.storage.database import Session
from app.integrity.rules.days import ReportPlace
from app.integrity.rules.kinds import ReportRecipient, ReportState
from app.integrity.rules.public_keys import PublicKey
from app.integrity.tables import IntegrityKey, IntegrityReport, IntegritySealed, IntegritySetting


def setting_of(session: Session, agency_id: str, *, locked: bool = False) -> IntegritySetting | None:
    """The settings of an agency; None where it never had any."""
    return session.get(IntegritySetting, agency_id, with_for_update=locked or None)


def put(session: Session, row: IntegritySetting | IntegrityKey | IntegrityReport) -> None:
    """Write a row now."""
    session.add(row)
    session.flush()


def add_report(session: Session, report: IntegrityReport, sealed: str, retention_days: int) -> None:
    """Insert a report and its sealed words. Raises IntegrityError where its receipt's code was drawn before."""
    words = IntegritySealed(
        agency_id=report.agency_id,
        report_id=report.report_id,
        received_on=report.received_on,
        sealed=sealed,
        retention_days=retention_days,
    )
    session.add_all((report, words))
    session.flush()


def received_on(session: Session, agency_id: str, day: date) -> int:
    """How many reports came on a day."""
    query = select(func.count()).where(
        col(IntegrityReport.agency_id) == agency_id, col(IntegrityReport.received_on) == day
    )
    return session.exec(query).one()


def days_since(session: Session, agency_id: str, after: date | None) -> Sequence[date]:
    """The days after one (None: all) on which reports came."""
    query = select(col(IntegrityReport.received_on)).where(IntegrityReport.agency_id == agency_id)
    if after is not None:
        query = query.where(IntegrityReport.received_on > after)
    return list(session.exec(query.distinct()))


def agencies_with_settings(session: Session) -> Sequence[str]:
    """The agencies that take reports, or did."""
    query = select(IntegritySetting.agency_id).where(of_agencies(IntegritySetting.agency_id, None))
    return list(session.exec(query.order_by(IntegritySetting.agency_id)))


def report_with(session: Session, agencies: Collection[str] | None, digest: str) -> IntegrityReport | None:
    """The report of these agencies (None: of any) whose receipt has this digest."""
    within = of_agencies(IntegrityReport.agency_id, agencies)
    return session.exec(select(IntegrityReport).where(within, IntegrityReport.digest == digest)).first()


def find_report(session: Session, agency_id: str, report_id: UUID, *, locked: bool = False) -> IntegrityReport | None:
    """One report of the agency."""
    return session.get(IntegrityReport, (agency_id, report_id), with_for_update=locked or None)


def reports_page(
    session: Session, agency_id: str, *, state: ReportState | None, after: ReportPlace | None, limit: int
) -> Sequence[IntegrityReport]:
    """Reports by day and id, those after a place."""
    order = (col(IntegrityReport.received_on), col(IntegrityReport.report_id))
    query = select(IntegrityReport).where(IntegrityReport.agency_id == agency_id)
    if state is not None:
        query = query.where(IntegrityReport.state == state)
    if after is not None:
        query = query.where(tuple_(*order) > after)
    return session.exec(query.order_by(*order).limit(limit)).all()


def confirmed(session: Session, agency_id: str) -> Sequence[tuple[UUID, date, int]]:
    """The reports that are confirmed and not erased: on which day they were, and for how many days each is kept."""
    words = and_(
        col(IntegritySealed.agency_id) == col(IntegrityReport.agency_id),
        col(IntegritySealed.report_id) == col(IntegrityReport.report_id),
    )
    query = (
        select(IntegrityReport.report_id, col(IntegrityReport.confirmed_on), IntegritySealed.retention_days)
        .join(IntegritySealed, words)
        .where(IntegrityReport.agency_id == agency_id, IntegrityReport.state == ReportState.confirmed)
        .order_by(col(IntegrityReport.report_id))
    )
    return [(report_id, day, kept) for report_id, day, kept in session.exec(query) if day is not None]


def retentions(session: Session, agency_id: str, reports: Collection[UUID]) -> dict[UUID, int]:
    """For how many days after its confirmation each of these reports is kept; those that are erased are absent."""
    query = select(IntegritySealed.report_id, IntegritySealed.retention_days).where(
        IntegritySealed.agency_id == agency_id, col(IntegritySealed.report_id).in_(reports)
    )
    return dict(session.exec(query).all())


def sealed_of(session: Session, agency_id: str, report_id: UUID) -> str | None:
    """The sealed words of a report; None where they are erased."""
    found = session.get(IntegritySealed, (agency_id, report_id))
    return None if found is None else found.sealed


def erase_sealed(session: Session, agency_id: str, report_id: UUID) -> None:
    """Delete the sealed words of a report; the next night overwrites where they lay."""
    session.execute(
        delete(IntegritySealed).where(
            col(IntegritySealed.agency_id) == agency_id, col(IntegritySealed.report_id) == report_id
        )
    )


def keys_of(session: Session, agency_id: str) -> Sequence[IntegrityKey]:
    """Every key of the agency by recipient, the oldest first."""
    order = (col(IntegrityKey.recipient), col(IntegrityKey.added_at), col(IntegrityKey.key_id))
    return session.exec(select(IntegrityKey).where(IntegrityKey.agency_id == agency_id).order_by(*order)).all()


def find_key(session: Session, agency_id: str, key_id: str, *, locked: bool = False) -> IntegrityKey | None:
    """One key of the agency."""
    return session.get(IntegrityKey, (agency_id, key_id), with_for_update=locked or None)


def keys_in_use(session: Session, agency_id: str, *, held: bool = False) -> dict[ReportRecipient, list[PublicKey]]:
    """The keys that are proved and not retired, by recipient; `held` until the transaction ends."""
    query = select(IntegrityKey).where(
        IntegrityKey.agency_id == agency_id,
        col(IntegrityKey.proved_at).is_not(None),
        col(IntegrityKey.retired_at).is_(None),
    )
    if held:
        # Whoever seals to a key keeps it from being retired meanwhile; many may seal at once.
        query = query.with_for_update(read=True)
    found: dict[ReportRecipient, list[PublicKey]] = {each: [] for each in ReportRecipient}
    for row in session.exec(query.order_by(col(IntegrityKey.added_at), col(IntegrityKey.key_id))):
        found[ReportRecipient(row.recipient)].append(PublicKey(row.key_id, row.x, row.y))
    return found
