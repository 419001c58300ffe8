"""Keys of machines as persons deal with them: within reach, without those of paired kiosks; shown once when made."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.access.keys import issue, revoke
from app.access.principals import KeyKind, Principal, Reach
from app.access.store import find_key, keys_of
from app.access.tables import ApiKey
from app.directory.listing_store import office_parents
from app.directory.reach import offices_in_reach
from app.directory.rules.reach import reached_offices
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.people.faults import PeopleFault
from app.people.keys.schemas import KeyIn, KeyMade, KeyOut, KeyPage, KeyQuery
from app.people.rules.key_states import state_of


@dataclass(frozen=True)
class KioskKeys:
    """Which keys of an agency began, and end, with a kiosk; the room of kiosks stands above this one and says so."""

    of: Callable[[Session, str], Collection[UUID]]


def keys_in_reach(session: Session, reach: Reach, kiosks: KioskKeys) -> list[ApiKey]:
    """The keys in reach, ended ones, too, the oldest first; of kiosks only what was issued by hand."""
    within, paired = offices_in_reach(session, reach), kiosks.of(session, reach.agency_id)
    rows = (row for row in keys_of(session, reach.agency_id) if row.key_id not in paired)
    return [row for row in rows if within is None or row.office in within]


def list_keys(session: Session, reach: Reach, kiosks: KioskKeys, query: KeyQuery, now: datetime) -> KeyPage:
    """Those that were asked for."""
    found = (_out(row, now) for row in keys_in_reach(session, reach, kiosks))
    return KeyPage(items=tuple(each for each in found if query.state in (None, each.state)))


def make_key(session: Session, principal: Principal, asked: KeyIn, now: datetime) -> KeyMade:
    """A key within the reach of whoever makes it. Raises `PeopleFault`."""
    reach = principal.reach
    # The whole agency is for whoever reaches it.
    if (asked.office is not None or reach.root is not None) and asked.office not in reached_offices(
        office_parents(session, reach.agency_id), reach
    ):
        raise PeopleFault("Choose one of your offices.", "office")
    text, row = issue(
        session,
        agency_id=reach.agency_id,
        kind=KeyKind(asked.kind),
        label=asked.label,
        actor=reach.actor,
        now=now,
        office=asked.office,
        expires_at=None if asked.days is None else now + timedelta(days=asked.days),
    )
    return KeyMade(key=text, **_out(row, now).model_dump())


def find_listed(
    session: Session, reach: Reach, kiosks: KioskKeys, key_id: UUID, *, locked: bool = False
) -> ApiKey | None:
    """A key in reach, in force or not; None for every other id. `locked`: as it is until the transaction ends."""
    row = find_key(session, reach.agency_id, key_id, locked=locked)
    if row is None or (row.kind == KeyKind.device and key_id in kiosks.of(session, reach.agency_id)):
        return None
    within = offices_in_reach(session, reach)
    return row if within is None or row.office in within else None


def end_key(session: Session, reach: Reach, kiosks: KioskKeys, key_id: UUID, now: datetime) -> KeyOut:
    """End a key; again changes nothing. Raises `api-key-unknown`."""
    row = find_listed(session, reach, kiosks, key_id, locked=True)
    if row is None:
        raise Problem("api-key-unknown")
    if row.revoked_at is None:
        row = revoke(session, agency_id=reach.agency_id, key_id=key_id, actor=reach.actor, now=now)
    return _out(row, now)


def _out(row: ApiKey, now: datetime) -> KeyOut:
    return KeyOut(
        id=row.key_id,
        kind=KeyKind(row.kind),
        label=row.label,
        office=row.office,
        sees_nip=row.sees_nip,
        state=state_of(row.expires_at, row.revoked_at, now),
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_on=row.last_used_on,
    )
