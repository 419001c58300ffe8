"""What goes wrong, and how long everything takes: drawn from the seed alone."""

from enum import StrEnum
from random import Random


class Fate(StrEnum):
    """What becomes of one request to the store."""

    fine = "fine"
    # The connection breaks before the store has heard of it, or after it has done it.
    cut_before = "cut before"
    cut_after = "cut after"
    # Refused as a whole: a retry helps, or does not.
    deadlock = "deadlock"
    refused = "refused"
    # It takes longer than anybody waits, before it is done or after.
    late_before = "late before"
    late_after = "late after"
    # The process that asks ends before the store has done it, or before it hears of it.
    killed_before = "killed before"
    killed_after = "killed after"


# Longer than any lease of a night but one lasts.
LONGEST_STILL, LARGEST_JUMP = 2_700.0, 3_600.0
BAD = tuple(fate for fate in Fate if fate is not Fate.fine)


class Weather:
    """The faults of one run. `calm` ends them, so that everybody can come to an end."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        # A run with a little of everything finds less than many runs with much of something.
        self._bad = [fate for fate in BAD if dice.random() < 0.5]
        self._often = dice.choice((0.0, 0.01, 0.05, 0.15)) if self._bad else 0.0
        self._loses = dice.choice((0.0, 0.02, 0.1))
        self._slow = dice.choice((0.002, 0.01, 0.1))
        self.kills_every = dice.choice((None, 20.0, 120.0))
        self.restarts_every = dice.choice((None, None, 90.0))
        # Of the sessions of a night, in how many the process stands still; and how often a clock jumps.
        self._still = dice.choice((0.0, 0.05, 0.2))
        self.jumps_every = dice.choice((None, None, 60.0))
        self.is_calm = False

    @property
    def is_odd(self) -> bool:
        """Whether processes stand still or their clocks jump."""
        return bool(self._still or self.jumps_every)

    def fate(self) -> Fate:
        """What becomes of the next request to the store."""
        if self.is_calm or self._dice.random() >= self._often:
            return Fate.fine
        return self._dice.choice(self._bad)

    def loses(self) -> bool:
        """Whether the network loses what is sent next."""
        return not self.is_calm and self._dice.random() < self._loses

    def delay(self) -> float:
        """How long the next message is on its way."""
        return self._dice.uniform(0.0005, self._slow)

    def late(self) -> float:
        """How much longer something late takes."""
        return self._dice.uniform(1.0, 6.0)

    def stands_still(self) -> float:
        """How long a process stands still that begins or ends a transaction of a night: mostly not at all."""
        if self.is_calm or not self._still or self._dice.random() >= self._still:
            return 0.0
        return self._dice.uniform(60.0, LONGEST_STILL)

    def jump(self) -> float:
        """By how many seconds a clock is wrong from now on."""
        return self._dice.uniform(-1, 1) * self._dice.choice((120.0, LARGEST_JUMP))

    def pause(self, mean: float) -> float:
        """How long until something happens that happens every so many seconds."""
        return self._dice.expovariate(1 / mean)
