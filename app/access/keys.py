"""Issues, revokes and rotates keys: `crm_<kind>_<agency>_<lookup>_<secret>`; of the secret a digest is kept."""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from app.access.audit import record
from app.access.principals import KeyKind
from app.access.rules.secret_texts import new_secret, read_secret
from app.access.store import find_key
from app.access.tables import ApiKey
from app.foundation.ids import new_id
from app.foundation.storage.database import Session

REPORT_READERS = frozenset({KeyKind.reader, KeyKind.supervisor, KeyKind.auditor, KeyKind.admin})


class KeyFault(ValueError):
    """A key cannot be issued or changed as asked."""


class KeyText(NamedTuple):
    """The parts of a key as its holder sends it."""

    kind: KeyKind
    agency_id: str | None
    lookup: str
    secret: str


def read_key(text: str) -> KeyText | None:
    """The parts of a key; None when the text does not have the form of a key."""
    for kind in KeyKind:
        if found := read_secret(f"crm_{kind}", text):
            return KeyText(kind, *found)
    return None


def digest(secret: str) -> str:
    """SHA-256 is enough here: the secret is 160 random bits, not a password."""
    return sha256(secret.encode()).hexdigest()


def matches(key: ApiKey, given: KeyText) -> bool:
    """Whether the given key is this one."""
    # In constant time: how long the comparison takes must not tell how much of the digest was right.
    return key.kind == given.kind and hmac.compare_digest(key.digest, digest(given.secret))


def issue(
    session: Session,
    *,
    agency_id: str,
    kind: KeyKind,
    label: str,
    actor: str,
    now: datetime,
    office: str | None = None,
    counter: str | None = None,
    sees_nip: bool = False,
    expires_at: datetime | None = None,
) -> tuple[str, ApiKey]:
    """Make a key and return its whole text, which nobody can show again, with its row.

    Raises `KeyFault` when a device lacks its office, an expiry lies in the past, or a key that reads no
    reports shall see the NIP in them.
    """
    if kind is KeyKind.device and office is None:
        raise KeyFault("a device key needs the office it stands in")
    if kind is not KeyKind.device and counter is not None:
        raise KeyFault("only a device key is bound to a counter")
    if sees_nip and kind not in REPORT_READERS:
        raise KeyFault("only a key that reads reports can see a NIP")
    if expires_at is not None and expires_at <= now:
        raise KeyFault("the expiry lies in the past")
    made = new_secret(agency_id)
    key = ApiKey(
        agency_id=agency_id,
        key_id=new_id(),
        kind=kind,
        lookup=made.lookup,
        digest=digest(made.secret),
        label=label,
        office=office,
        counter=counter,
        sees_nip=sees_nip,
        issued_at=now,
        expires_at=expires_at,
    )
    session.add(key)
    record(
        session,
        agency_id=agency_id,
        actor=actor,
        action="key.issued",
        subject=str(key.key_id),
        at=now,
        kind=kind,
        office=office,
        counter=counter,
        sees_nip=sees_nip,
    )
    return made.text(f"crm_{kind}"), key


def revoke(session: Session, *, agency_id: str, key_id: UUID, actor: str, now: datetime) -> ApiKey:
    """End a key now; every process notices within the key cache's time (at most 60 s)."""
    key = _unrevoked(session, agency_id, key_id)
    key.revoked_at = now
    session.add(key)
    record(session, agency_id=agency_id, actor=actor, action="key.revoked", subject=str(key_id), at=now)
    return key


def rotate(
    session: Session, *, agency_id: str, key_id: UUID, actor: str, now: datetime, overlap: timedelta
) -> tuple[str, ApiKey]:
    """Issue a key with the old one's reach; the old one still works for `overlap` and then expires."""
    old = _unrevoked(session, agency_id, key_id)
    # The successor lasts as long as the old key was made for. A key rotated before ends early, with its overlap: its
    # second successor must not inherit that, hence at least a day.
    lifetime = None if old.expires_at is None else max(old.expires_at - old.issued_at, timedelta(days=1))
    text, key = issue(
        session,
        agency_id=agency_id,
        kind=KeyKind(old.kind),
        label=old.label,
        actor=actor,
        now=now,
        office=old.office,
        counter=old.counter,
        sees_nip=old.sees_nip,
        expires_at=None if lifetime is None else now + lifetime,
    )
    # A rotation may shorten the old key's life, never lengthen it.
    end = now + overlap
    old.expires_at = end if old.expires_at is None else min(old.expires_at, end)
    session.add(old)
    record(
        session,
        agency_id=agency_id,
        actor=actor,
        action="key.rotated",
        subject=str(key_id),
        at=now,
        successor=str(key.key_id),
    )
    return text, key


def _unrevoked(session: Session, agency_id: str, key_id: UUID) -> ApiKey:
    # Locked: of two who revoke it at once the second is told so.
    key = find_key(session, agency_id, key_id, locked=True)
    if key is None:
        raise KeyFault("the agency has no such key")
    if key.revoked_at is not None:
        raise KeyFault("the key is already revoked")
    return key
