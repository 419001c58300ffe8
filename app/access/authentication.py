"""From the Authorization header to a principal, through a short-lived cache.

A cached key costs one dictionary look-up, so authentication does not slow the intake; the cache's
time (at most 60 s) bounds how long a revoked key still works in any process.
"""

from hashlib import sha256

from app.access.keys import matches, read_key
from app.access.principals import KeyKind, Principal
from app.access.store import keys_by_lookup
from app.access.tables import ApiKey
from app.foundation.cache import Cache
from app.foundation.clock import Clock
from app.foundation.problems import Problem
from app.foundation.storage.database import Database

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="cermin"'}


def key_missing() -> Problem:
    """401: nothing in this request proves who is asking."""
    return Problem("key-missing", headers=CHALLENGE)


class Authenticator:
    """Checks keys for one process."""

    def __init__(self, database: Database, clock: Clock, cache_seconds: float) -> None:
        self._database = database
        self._clock = clock
        # By digest, so that no key lies in memory longer than its request.
        self._memory: Cache[bytes, Principal] = Cache(clock, cache_seconds)

    def remembered(self, authorization: str | None) -> Principal | None:
        """The principal if this header was checked a moment ago; never touches the database."""
        return None if authorization is None else self._memory.get(_digest(authorization))

    def check(self, authorization: str | None) -> Principal:
        """Look the key up; raises a 401 problem that says what is wrong with it."""
        try:
            key = self._valid_key(_bearer(authorization))
        except Problem:
            # A key refused now must not live on in the grace of its last good answer.
            self._memory.forget(_digest(authorization or ""))
            raise
        principal = Principal(key.agency_id, KeyKind(key.kind), key.key_id, key.office, key.counter, key.sees_nip)
        ends = float("inf") if key.expires_at is None else key.expires_at.timestamp()
        self._memory.put(_digest(authorization or ""), principal, ends=ends)
        return principal

    def _valid_key(self, text: str) -> ApiKey:
        given = read_key(text)
        if given is None:
            raise Problem("key-unknown", headers=CHALLENGE)
        with self._database.reading() as session:
            found = next((key for key in keys_by_lookup(session, given.lookup) if matches(key, given)), None)
        if found is None:
            raise Problem("key-unknown", headers=CHALLENGE)
        if found.revoked_at is not None:
            raise Problem("key-revoked", headers=CHALLENGE)
        if found.expires_at is not None and found.expires_at <= self._clock():
            raise Problem("key-expired", headers=CHALLENGE)
        return found


def _digest(authorization: str) -> bytes:
    return sha256(authorization.encode("latin-1")).digest()


def _bearer(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise key_missing()
    return token.strip()
