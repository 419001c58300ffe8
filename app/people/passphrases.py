"""Hashes passphrases with Argon2id, two at a time at most."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from app.foundation.problems import busy
from app.people.rules.passphrases import normalised

if TYPE_CHECKING:
    from argon2 import PasswordHasher

# Each takes its memory while it runs; who comes when as many wait already is asked to come again.
AT_ONCE, WAITING = 2, 8


@dataclass(frozen=True)
class Cost:
    """What one hash costs: rounds, KiB of memory, threads."""

    rounds: int
    memory: int
    threads: int


# RFC 9106, section 4, second recommendation: 64 MiB, three rounds; about 0.2 s.
COST = Cost(rounds=3, memory=65_536, threads=4)


class Passphrases:
    """Makes and checks the texts that stand for passphrases."""

    def __init__(self, cost: Cost = COST) -> None:
        self._cost = cost
        self._running, self._admitted = BoundedSemaphore(AT_ONCE), BoundedSemaphore(AT_ONCE + WAITING)

    @cached_property
    def _hasher(self) -> "PasswordHasher":
        # Only here, because a start need not read the library.
        from argon2 import PasswordHasher, Type

        return PasswordHasher(self._cost.rounds, self._cost.memory, self._cost.threads, type=Type.ID)

    @cached_property
    def _nobodys(self) -> str:
        """What is compared where there is no passphrase to compare with: it takes as long."""
        return self._hasher.hash("nobody's")

    def hashed(self, passphrase: str) -> str:
        """The text to keep. Raises `busy`."""
        with self._turn():
            return self._hasher.hash(normalised(passphrase))

    def matches(self, kept: str | None, passphrase: str) -> bool:
        """Whether it is the passphrase that was kept; None matches none, after the same time. Raises `busy`."""
        from argon2.exceptions import InvalidHashError, VerificationError

        with self._turn():
            # Made at the first comparison of any kind, so that its own time tells nothing, either.
            nobodys = self._nobodys
            try:
                self._hasher.verify(kept or nobodys, normalised(passphrase))
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether it was made at another cost than today's."""
        return self._hasher.check_needs_rehash(kept)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._admitted.acquire(blocking=False):
            raise busy()
        try:
            with self._running:
                yield
        finally:
            self._admitted.release()
