"""How a run is set up, and what it was in the end."""

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from app.intake.rules.quotas import DevicePace

# In how many runs there is anything to tell; they take several times as long as the others.
TELLING = 0.1


class Plan(NamedTuple):
    """How the service of a run is set up."""

    is_sqlite: bool
    lanes: int
    queue_length: int
    group_length: int
    pace: DevicePace
    job_seconds: float
    # Whether there is anything to tell.
    tells: bool


def plan_of(dice: Random) -> Plan:
    """Draw how a run is set up."""
    pace = DevicePace(
        per_hour=dice.choice((0, 600, 60)),
        burst=dice.choice((5, 30, 3_000)),
        interval_seconds=dice.choice((0.0, 1.0, 3.0)),
    )
    return Plan(
        is_sqlite=dice.random() < 0.3,
        lanes=dice.randint(1, 3),
        queue_length=dice.choice((10, 40, 2_000)),
        group_length=dice.choice((4, 16, 512)),
        pace=pace,
        job_seconds=dice.choice((30.0, 60.0, 120.0)),
        tells=dice.random() < TELLING,
    )


@dataclass
class Outcome:
    """What a run was: its story line by line, and the promise that it broke, if any."""

    seed: int
    trace: list[str]
    broken: str | None = None
    stored: int = 0
    acknowledged: int = 0
    blocks: int = 0
    kills: int = 0
    # Tickets that were spent, and messages that were received.
    spent: int = 0
    told: int = 0
