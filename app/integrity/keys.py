"""Adds public keys, has their holders prove that they can open what is sealed to them, and retires keys."""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from app.access.audit import record
from app.access.audit_actions import AuditAction
from app.access.principals import Reach
from app.access.rules.random_codes import random_code
from app.directory.store import lock_agency
from app.foundation.problems import FieldError, Problem
from app.foundation.storage.database import Session
from app.integrity import store
from app.integrity.rules.kinds import ReportRecipient
from app.integrity.rules.public_keys import MOST, PublicKey, is_key_id, read_public_key
from app.integrity.schemas import IntegrityChallenge, IntegrityKeyIn, IntegrityKeyOut, IntegrityKeyPage
from app.integrity.settings import recipients_open, require_whole
from app.integrity.tables import IntegrityKey

# How long a sealed word is waited for, and how long it is: 100 bits.
PROVED_WITHIN, WORD = timedelta(days=1), 20


def list_keys(session: Session, reach: Reach) -> IntegrityKeyPage:
    """Every key of the agency, those that are retired, too. Raises `out-of-scope`."""
    require_whole(reach)
    rows = store.keys_of(session, reach.agency_id)
    return IntegrityKeyPage(items=tuple(map(_out, rows)), open=recipients_open(session, reach.agency_id))


def add_key(session: Session, reach: Reach, asked: IntegrityKeyIn, now: datetime) -> IntegrityChallenge:
    """Add a public key, with a word sealed to it; it counts once that was sent back.

    Raises `out-of-scope`, `integrity-keys-many`, and `invalid-request` (`public-key-refused`, `public-key-known`).
    """
    require_whole(reach)
    key = read_public_key(asked.jwk.model_dump())
    if key is None:
        raise Problem("invalid-request", errors=[FieldError("jwk", "public-key-refused")])
    lock_agency(session, reach.agency_id)
    if store.find_key(session, reach.agency_id, key.key_id) is not None:
        # Also one that was retired, and one of the other recipient: a key is one holder's.
        raise Problem("invalid-request", errors=[FieldError("jwk", "public-key-known")])
    rows = store.keys_of(session, reach.agency_id)
    if sum(each.recipient == asked.recipient and each.retired_at is None for each in rows) >= MOST:
        raise Problem("integrity-keys-many", limit=MOST)
    row = IntegrityKey(
        agency_id=reach.agency_id,
        key_id=key.key_id,
        recipient=asked.recipient,
        label=asked.label,
        x=key.x,
        y=key.y,
        added_by=reach.actor,
        added_at=now,
    )
    sealed = _challenged(row, now)
    store.put(session, row)
    _audit(session, reach, row, "integrity-key.added", now)
    return _challenge(row, sealed)


def challenge_key(session: Session, reach: Reach, key_id: str, now: datetime) -> IntegrityChallenge:
    """Seal a new word to a key, in the place of the one before.

    Also to one that was proved: so its holder tries at any time whether the private half is still there.
    Raises `out-of-scope`, `integrity-key-unknown`, `integrity-key-retired`.
    """
    row = _key_in_use(session, reach, key_id)
    sealed = _challenged(row, now)
    store.put(session, row)
    _audit(session, reach, row, "integrity-key.challenged", now)
    return _challenge(row, sealed)


def prove_key(session: Session, reach: Reach, key_id: str, word: str, now: datetime) -> IntegrityKeyOut:
    """Take the word that was sealed to a key as proof that its holder can open it; each word is good once.

    Raises `out-of-scope`, `integrity-key-unknown`, `integrity-key-retired`, `integrity-proof-refused`.
    """
    row = _key_in_use(session, reach, key_id)
    expected = row.challenge or ""
    right = hmac.compare_digest(expected, _digest(row.key_id, word))
    if not right or row.challenged_at is None or now > row.challenged_at + PROVED_WITHIN:
        raise Problem("integrity-proof-refused")
    row.challenge = row.challenged_at = None
    row.proved_at = now
    store.put(session, row)
    _audit(session, reach, row, "integrity-key.proved", now)
    return _out(row)


def retire_key(session: Session, reach: Reach, key_id: str, now: datetime) -> IntegrityKeyOut:
    """Seal nothing more to a key; what was sealed to it stays so. Again changes nothing.

    With fewer than two keys left the recipient is closed. Raises `out-of-scope`, `integrity-key-unknown`.
    """
    row = _key(session, reach, key_id)
    if row.retired_at is None:
        row.retired_at, row.challenge, row.challenged_at = now, None, None
        store.put(session, row)
        _audit(session, reach, row, "integrity-key.retired", now)
    return _out(row)


def _key(session: Session, reach: Reach, key_id: str) -> IntegrityKey:
    require_whole(reach)
    # A form may send anything; PostgreSQL answers a NUL with an error instead of finding nothing.
    row = store.find_key(session, reach.agency_id, key_id, locked=True) if is_key_id(key_id) else None
    if row is None:
        raise Problem("integrity-key-unknown")
    return row


def _key_in_use(session: Session, reach: Reach, key_id: str) -> IntegrityKey:
    row = _key(session, reach, key_id)
    if row.retired_at is not None:
        raise Problem("integrity-key-retired")
    return row


def _challenged(row: IntegrityKey, now: datetime) -> dict[str, Any]:
    from app.integrity.sealing import seal

    word = random_code(WORD)
    row.challenge, row.challenged_at = _digest(row.key_id, word), now
    return seal(word.encode(), [PublicKey(row.key_id, row.x, row.y)])


def _digest(key_id: str, word: str) -> str:
    # As it is typed: with spaces around it, in any case.
    said = "".join(word.split()).lower()
    return sha256(f"{key_id}/{said}".encode("utf-8", "replace")).hexdigest()


def _out(row: IntegrityKey) -> IntegrityKeyOut:
    return IntegrityKeyOut(
        id=row.key_id,
        recipient=ReportRecipient(row.recipient),
        label=row.label,
        added_at=row.added_at,
        proved_at=row.proved_at,
        retired_at=row.retired_at,
    )


def _challenge(row: IntegrityKey, sealed: dict[str, Any]) -> IntegrityChallenge:
    assert row.challenged_at is not None, "it was challenged just now"
    return IntegrityChallenge(**_out(row).model_dump(), sealed=sealed, until=row.challenged_at + PROVED_WITHIN)


def _audit(session: Session, reach: Reach, row: IntegrityKey, action: AuditAction, now: datetime) -> None:
    record(
        session,
        agency_id=reach.agency_id,
        actor=reach.actor,
        action=action,
        subject=row.key_id,
        at=now,
        recipient=row.recipient,
    )
