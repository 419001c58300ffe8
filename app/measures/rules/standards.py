"""What was kept of promised times and of procedure, from told blocks: shares with their intervals. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.disclosure.rules.division import Month
from app.disclosure.rules.minimum import SMALLEST_PRECISE_N
from app.disclosure.rules.standards import ToldStandards
from app.measures.rules.formulas.shares import ScoreShare, share_of
from app.measures.rules.formulas.step_shares import step_interval
from app.standards.rules.counts import TIMES, WHAT, Kind
from app.standards.rules.promise import History, Promise


@dataclass(frozen=True)
class KeptTime:
    """The share of services within the promise; from thirty on how many were in each bucket (`TIMES`)."""

    share: ScoreShare
    buckets: tuple[int, ...] | None


@dataclass(frozen=True)
class DoneSteps:
    """Steps done of those due in so many services, and the ends of the interval of their share, on 0..1."""

    services: int
    due: int
    done: int
    lower: float
    upper: float

    @property
    def share(self) -> Fraction:
        """The plain share done ÷ due."""
        return Fraction(self.done, self.due)


@dataclass(frozen=True)
class ServiceStandard:
    """What is told of one service by itself, and every promise that held in these months."""

    code: str
    promises: tuple[Promise, ...]
    time: KeptTime | None
    steps: DoneSteps | None


@dataclass(frozen=True)
class Standards:
    """All services together, and each of which something is told by itself, by code."""

    time: KeptTime | None
    steps: DoneSteps | None
    services: tuple[ServiceStandard, ...]


def standards(
    blocks: Iterable[ToldStandards], promises: Mapping[str, History], first: Month, last: Month
) -> Standards | None:
    """The standards of the services in these blocks, of months from `first` to `last`; None where nothing is told."""
    told = list(blocks)
    if not told:
        return None
    by_service: dict[str, list[ToldStandards]] = {}
    for block in told:
        if block.service is not None:
            by_service.setdefault(block.service, []).append(block)
    return Standards(
        time=_time(told),
        steps=_steps(told),
        services=tuple(
            ServiceStandard(code, promises.get(code, History()).within(first, last), _time(own), _steps(own))
            for code, own in sorted(by_service.items())
        ),
    )


def _time(blocks: Sequence[ToldStandards]) -> KeptTime | None:
    counts = _summed(Kind.time, blocks)
    n = sum(counts.values())
    if not n:
        return None
    buckets = tuple(counts[what] for what in TIMES) if n >= SMALLEST_PRECISE_N else None
    return KeptTime(share_of(counts["half"] + counts["within"], n), buckets)


def _steps(blocks: Sequence[ToldStandards]) -> DoneSteps | None:
    counts = _summed(Kind.steps, blocks)
    if not counts["services"]:
        return None
    due, done = counts["due"], counts["done"]
    lower, upper = step_interval(due, done, counts["due-squared"])
    return DoneSteps(counts["services"], due, done, lower, upper)


def _summed(kind: Kind, blocks: Sequence[ToldStandards]) -> dict[str, int]:
    own = [block.counts for block in blocks if block.kind is kind]
    return {what: sum(counts[place] for counts in own) for place, what in enumerate(WHAT[kind])}
