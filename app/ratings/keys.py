"""The key of a rating's row, derived from the client's id, and the digest of the sheet's content.

The key is deterministic (a retry finds the same row), sortable and partitionable by day, and tells
nobody without the installation's secret which moment or which client it came from.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from uuid import UUID

from app.foundation.secret import derive

EPOCH = date(1970, 1, 1)
DAY_MS = 86_400_000
# The key's day is the day in WIB for every office, so that the same id gives the same key whichever
# office a sheet names; at the hours in which the three zones differ, every counter is closed.
WIB_MS = 7 * 3_600_000
SEPARATOR, ABSENT = "\x1f", "\x1e"
VERSION_8, VARIANT, LOW = 0x8 << 76, 0b10 << 62, (1 << 62) - 1


@dataclass(frozen=True)
class KeyMaker:
    """Derives keys and digests with sub-keys of the installation's secret."""

    key_secret: bytes
    digest_secret: bytes

    @classmethod
    def of(cls, secret: bytes) -> "KeyMaker":
        """The key maker for this installation's secret."""
        return cls(derive(secret, "rating-key"), derive(secret, "rating-digest"))

    # BLAKE2b that has taken its key in already: a copy of it costs a third of a new one.
    @cached_property
    def _keyed_key(self) -> blake2b:
        return blake2b(key=self.key_secret, digest_size=10)

    @cached_property
    def _keyed_digest(self) -> blake2b:
        return blake2b(key=self.digest_secret, digest_size=16)

    def key(self, agency_id: str, rating_id: UUID) -> str:
        """A UUIDv8 (RFC 9562 §5.8) as 32 hex digits: 48 bits of the day in milliseconds, then 74 bits of a keyed hash.

        Text, because a UUID object costs more to make, hash and compare than all the rest of a row.
        """
        number = rating_id.int
        day = ((number >> 80) + WIB_MS) // DAY_MS * DAY_MS
        # The agency is hashed too: two agencies may send the same id, and each has its own row.
        hashed = self._keyed_key.copy()
        hashed.update(number.to_bytes(16, "big") + agency_id.encode())
        random = int.from_bytes(hashed.digest(), "big") >> 6
        key = day << 80 | VERSION_8 | random >> 62 << 64 | VARIANT | random & LOW
        return key.to_bytes(16, "big").hex()

    def digest(self, rating_id: UUID, *parts: str | None) -> str:
        """The keyed BLAKE2b (RFC 7693) of a sheet's content, 32 hex digits: equal for a retry, else a conflict.

        Keyed and salted with the id, so that neither a comment nor a profile can be matched to a row by
        computing digests of guesses. The parts are codes, none of which holds the separator, and one text,
        which stands before the last of them.
        """
        return self.digest_of(rating_id, joined(*parts))

    def digest_of(self, rating_id: UUID, content: str) -> str:
        """The same of parts that are joined already."""
        hashed = self._keyed_digest.copy()
        hashed.update(rating_id.int.to_bytes(16, "big") + content.encode())
        return hashed.hexdigest()


def joined(*parts: str | None) -> str:
    """The parts of a digest as one, which stands for them in a longer list of parts."""
    return SEPARATOR.join([ABSENT if part is None else part for part in parts])


def first_key(day: date) -> UUID:
    """The lower bound of a day's keys (WIB): below every key of this day and of later ones, above all earlier ones."""
    return UUID(int=(day - EPOCH).days * DAY_MS << 80)


def day_of_key(key: UUID) -> date:
    """The day (WIB) with which a key begins."""
    return EPOCH + timedelta(milliseconds=key.int >> 80)


def key_day(moment: datetime) -> date:
    """The day in WIB of a moment, with which the keys of ratings given then begin."""
    return (moment.astimezone(UTC) + timedelta(milliseconds=WIB_MS)).date()
