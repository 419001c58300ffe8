"""Keys of machines as persons deal with them: within their reach, without those of kiosks; shown once when made."""

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


def keys_in_reach(session: Session, reach: Reach) -> list[ApiKey]:
    """The keys in reach, ended ones, too, the oldest first. Kiosks have keys that begin and end with them."""
    within = offices_in_reach(session, reach)
    rows = (row for row in keys_of(session, reach.agency_id) if row.kind != KeyKind.device)
    return [row for row in rows if within is None or row.office in within]


def list_keys(session: Session, reach: Reach, query: KeyQuery, now: datetime) -> KeyPage:
    """Those that were asked for."""
    found = (_out(row, now) for row in keys_in_reach(session, reach))
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


def find_listed(session: Session, reach: Reach, key_id: UUID, *, locked: bool = False) -> ApiKey | None:
    """A key in reach, in force or not; None for every other id. `locked`: as it is until the transaction ends."""
    row = find_key(session, reach.agency_id, key_id, locked=locked)
    if row is None or row.kind == KeyKind.device:
        return None
    within = offices_in_reach(session, reach)
    return row if within is None or row.office in within else None


def end_key(session: Session, reach: Reach, key_id: UUID, now: datetime) -> KeyOut:
    """End a key; again changes nothing. Raises `api-key-unknown`."""
    row = find_listed(session, reach, key_id, locked=True)
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
