"""Finds the principal of an Authorization header, through a short-lived cache.

A cached key costs one dictionary look-up, so authentication does not slow the intake; the cache's
time (at most 60 s) bounds how long a revoked key still works in any process. Every few seconds a job
confirms all cached keys by one statement: a kiosk that comes once a minute would else find its key
too old each time.
"""

from datetime import datetime, time, timedelta
from hashlib import sha256

from app.access.guesses import Guesses
from app.access.key_uses import KeyUses
from app.access.keys import KeyText, matches, read_key
from app.access.principals import KeyKind, Principal
from app.access.store import ending_keys, keys_by_lookup
from app.access.tables import ApiKey
from app.foundation.cache import Cache
from app.foundation.clock import Clock
from app.foundation.problems import Problem
from app.foundation.storage.agency_scope import of_agency_named
from app.foundation.storage.database import Database

# Revocations are looked for so far back: more than any transaction lasts, or machines' clocks differ.
LOOKED_BACK = timedelta(days=1)
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="cermin"'}


def key_missing() -> Problem:
    """401 for a request without a key."""
    return Problem("key-missing", headers=CHALLENGE)


class Authenticator:
    """Checks keys, and caches the principals of those found valid, for one process."""

    def __init__(self, database: Database, clock: Clock, cache_seconds: float) -> None:
        self._database = database
        self._clock = clock
        self._guesses = Guesses(clock, "too-many-keys", ("key-unknown",))
        self.uses = KeyUses(database, clock)
        # By digest, so that no key lies in memory longer than its request.
        self._cache: Cache[bytes, Principal] = Cache(clock, cache_seconds)

    def cached(self, authorization: str | None) -> Principal | None:
        """The principal if this header was found valid a moment ago; never touches the database."""
        return None if authorization is None else self._cache.get(_digest(authorization))

    def check(self, authorization: str | None, address: str) -> Principal:
        """Look this header's key up in the database; raises a 401 problem that says what is wrong, `too-many-keys`."""
        try:
            text = _bearer(authorization)
            given = read_key(text)
            with self._guesses.attempt(address, given and given.lookup):
                key = self._valid_key(given)
        except Problem:
            # A key refused now must not live on in the cache's grace, in which others still get the old value.
            self._cache.forget(_digest(authorization or ""))
            raise
        principal = Principal(
            *(key.agency_id, KeyKind(key.kind), key.key_id, key.office, key.counter, key.sees_nip),
            expires_at=key.expires_at,
        )
        self.uses.see(key.agency_id, key.key_id)
        self._cache.put(_digest(authorization or ""), principal, ends=self._ends(key))
        return principal

    def confirm(self) -> None:
        """Keep the cached keys that still hold as if they were looked up now, and drop those that have ended.

        It asks for the rows of all agencies at once.
        """
        # Taken before the look: what is revoked after it may be missed.
        moment = self._clock()
        with self._database.reading() as session:
            ended = ending_keys(session, moment - LOOKED_BACK)
        # A key that expires some day is dropped as well, and looked up again: a rotation may have moved its end.
        self._cache.confirm(moment.timestamp(), lambda principal: principal.key_id in ended)

    def _ends(self, key: ApiKey) -> float:
        # Once a day every key is looked up, because that is when its use is noted.
        now = self._clock()
        tomorrow = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
        return min(tomorrow, key.expires_at or tomorrow).timestamp()

    def _valid_key(self, given: KeyText | None) -> ApiKey:
        if given is None:
            raise Problem("key-unknown", headers=CHALLENGE)
        with of_agency_named(given.agency_id), self._database.reading() as session:
            # The public part has 60 random bits, but nothing makes it unique: the secret decides.
            among = keys_by_lookup(session, given.agency_id, given.lookup)
            found = next((key for key in among if matches(key, given)), None)
        if found is None:
            raise Problem("key-unknown", headers=CHALLENGE)
        # Only whoever holds the secret learns that the key was revoked or has expired; a guesser learns nothing.
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
