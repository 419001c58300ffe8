"""The only SQL of this room."""

from collections.abc import Mapping, Sequence

from sqlmodel import col, select

from app.foundation.storage.database import Session
from app.foundation.storage.upsert import add_unless_there
from app.instruments.tables import InstrumentVersion


def versions_of(session: Session, agency_id: str) -> Sequence[InstrumentVersion]:
    """Every instrument version the agency has."""
    return session.exec(select(InstrumentVersion).where(InstrumentVersion.agency_id == agency_id)).all()


def add_version(session: Session, version: InstrumentVersion) -> bool:
    """Keep an instrument version; False where the agency has one with its id, which stays as it is."""
    return add_unless_there(session, version)


def all_shipped_digests(session: Session) -> Sequence[tuple[str, str, str]]:
    """Agency, instrument and recorded digest of every shipped version, of all agencies."""
    query = select(InstrumentVersion.agency_id, InstrumentVersion.instrument, InstrumentVersion.digest).where(
        col(InstrumentVersion.source).is_(None)
    )
    return session.exec(query).all()


def sources_of(session: Session, agency_id: str) -> Mapping[str, str]:
    """The agency's own definitions: id → TOML text."""
    return {row.instrument: row.source for row in versions_of(session, agency_id) if row.source is not None}
