"""How often each fault is tried: a few times in CI, or as often as a campaign asks, in rounds that are written down."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from math import ceil
from random import Random, SystemRandom
from typing import NamedTuple

from tests.faults.figures import BROKEN, Figures
from tests.faults.journal import CAUGHT, MISSED, Journal, Round

# The part of the full sizes that a campaign shall reach; unset: the short sizes.
SHARE = "CERMIN_FAULTS_SHARE"
LONGEST_WHY = 300


class Sizes(NamedTuple):
    """How often in CI, how often in the full campaign, and how often at most in one of its rounds."""

    short: int
    full: int
    at_once: int


# Tries so often, with these dice.
Attempt = Callable[[int, Random], Figures]


class Trials:
    """Runs rounds until each row has its size, and writes them down."""

    def __init__(self, journal: Journal, share: float | None) -> None:
        self.journal = journal
        self._share = share

    @classmethod
    def asked_for(cls, journal: Journal) -> "Trials":
        """As the environment asks."""
        share = os.environ.get(SHARE)
        return cls(journal, None if share is None else float(share))

    def keep(self, row: str, unit: str, sizes: Sizes, attempt: Attempt) -> None:
        """Try a fault that the service has to survive; one round that does not keep the promise fails for good."""
        while size := self._next(row, sizes):
            self._try(row, unit, size, attempt, lambda figures: figures.verdict)
        self._look(row)

    def catch(self, row: str, unit: str, strikes: int, harm: str, attempt: Attempt) -> None:
        """Try a service that breaks the promise: this kind of harm has to be seen in every round."""
        if not self.journal.of(row):
            self._try(row, unit, strikes, attempt, lambda figures: CAUGHT if getattr(figures, harm) else MISSED)
        self._look(row)

    def _next(self, row: str, sizes: Sizes) -> int:
        """How often the next round tries it; 0 when there is no next one."""
        done = sum(each.figures.strikes for each in self.journal.of(row))
        if self._share is None:
            return sizes.short if not done else 0
        return min(max(0, ceil(sizes.full * self._share) - done), sizes.at_once)

    def _try(self, row: str, unit: str, size: int, attempt: Attempt, judge: Callable[[Figures], str]) -> None:
        seed, at, began = SystemRandom().getrandbits(48), datetime.now(UTC), time.monotonic()

        def note(figures: Figures, verdict: str, why: str = "") -> None:
            seconds = round(time.monotonic() - began, 1)
            version = self.journal.version
            done = Round(row, unit, seed, verdict, figures, version, at.isoformat(timespec="seconds"), seconds, why)
            self.journal.add(done)
            print(f"\n{row}, {size} {unit} in {seconds} s: {verdict}; {why or figures}")  # noqa: T201 - the result

        try:
            figures = replace(attempt(size, Random(seed)), strikes=size)
        except Exception as error:
            # Whatever went wrong: a round that was not finished did not show that the promise is kept.
            note(Figures(strikes=size), BROKEN, f"{type(error).__name__}: {error}"[:LONGEST_WHY])
            raise
        note(figures, judge(figures))

    def _look(self, row: str) -> None:
        bad = [each for each in self.journal.of(row) if not each.is_good]
        assert not bad, bad
