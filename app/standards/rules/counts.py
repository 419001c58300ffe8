"""What is counted of a month: how long services took beside their promise, and the steps of procedure done. Pure.

A time is counted in one of four buckets, relative to the promise of that month: no minute is stored, and what the
promise asks (was it kept?) is told exactly, which a fixed grid could do for promises on its edges alone.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from app.standards.rules.promise import Flaw, History, Month, Promised

TIMES = ("half", "within", "twice", "more")
# `due-squared` says how unequally many steps the services had; with it the interval needs no single one.
STEPS = ("services", "due", "done", "due-squared")
MOST_STEPS = 100


class Kind(StrEnum):
    """What is counted: real beside promised time, or steps of procedure."""

    time = "time"
    steps = "steps"


WHAT: Mapping[Kind, tuple[str, ...]] = {Kind.time: TIMES, Kind.steps: STEPS}


class Source(StrEnum):
    """Who counted: this service by tickets, or the queue system, which told the counts of a month."""

    ticket = "ticket"
    queue = "queue"


class CountKey(NamedTuple):
    """The key of a count within its agency."""

    office: str
    service: str
    month: Month
    source: str
    what: str


class Steps(NamedTuple):
    """Steps of procedure that one service had, and how many of them were done."""

    due: int
    done: int


class MonthSteps(NamedTuple):
    """So many services of a month, each with `due` steps; `done` of all of them together."""

    services: int
    due: int
    done: int


class ServedTicket(NamedTuple):
    """A service that happened: where, in which month, how many minutes after the ticket was issued, and its steps."""

    office: str
    service: str
    month: Month
    minutes: int | None
    steps: Steps | None


class MonthCounts(NamedTuple):
    """What a queue system tells of a month of one service at one office; None: it does not say."""

    office: str
    service: str
    month: Month
    times: Sequence[int] | None
    steps: MonthSteps | None

    @property
    def key(self) -> tuple[str, str, Month]:
        """Of what it tells."""
        return self.office, self.service, self.month

    def by_kind(self) -> Iterator[tuple[Kind, dict[str, int]]]:
        """The counts of each kind it says something of."""
        if self.times is not None:
            yield Kind.time, dict(zip(TIMES, self.times, strict=True))
        if self.steps is not None:
            n, due, done = self.steps
            yield Kind.steps, dict(zip(STEPS, (n, n * due, done, n * due * due), strict=True))


class StoredCount(NamedTuple):
    """A count as it stands, and how much of it was told by releases."""

    n: int
    told: int


def minute_of(moment: datetime) -> datetime:
    """The moment without its seconds, which nobody needs to know."""
    return moment.replace(second=0, microsecond=0)


def minutes_between(issued_at: datetime | None, served_at: datetime) -> int | None:
    """Whole minutes as a clock without seconds shows them; None where nothing is known, or the clocks disagree."""
    if issued_at is None:
        return None
    minutes = int((minute_of(served_at) - issued_at).total_seconds()) // 60
    return minutes if minutes >= 0 else None


def bucket_of(minutes: int, promised: int) -> str:
    """Up to half of the promise, up to all of it, up to twice as long, or longer."""
    if minutes > promised:
        return "twice" if minutes <= 2 * promised else "more"
    return "half" if 2 * minutes <= promised else "within"


def ticket_counts(served: Iterable[ServedTicket], promises: Mapping[str, History]) -> Counter[CountKey]:
    """What these services add to the counts. Without a promise on the clock no time is counted: nothing is guessed."""
    found: Counter[CountKey] = Counter()
    for each in served:
        promise = promises.get(each.service, History()).at(each.month)
        limit = promise.promised.minutes if promise and promise.promised else None
        if each.minutes is not None and limit is not None:
            found[_key(each, bucket_of(each.minutes, limit))] += 1
        if each.steps is not None:
            due, done = each.steps
            for what, n in zip(STEPS, (1, due, done, due * due), strict=True):
                found[_key(each, what)] += n
    return found


def _key(served: ServedTicket, what: str) -> CountKey:
    return CountKey(served.office, served.service, served.month, Source.ticket, what)


class CountsKnown(NamedTuple):
    """What told counts are checked by; `offices` is the newest month that has begun there, of those in reach."""

    offices: Mapping[str, Month]
    elsewhere: frozenset[str]
    services: frozenset[str]
    promises: Mapping[str, History]
    stored: Mapping[CountKey, StoredCount]


def count_flaws(counts: Sequence[MonthCounts], known: CountsKnown) -> list[Flaw]:
    """Everything wrong with the counts that a queue system tells."""
    flaws: list[Flaw] = []
    seen: set[tuple[str, str, Month]] = set()
    for place, each in enumerate(counts):
        found = (*_place(each, known), *_subject(each, known), *_stored(each, known))
        flaws += [Flaw(place, name, code) for name, code in found]
        # Within one request it is unknown which of two is the later one, so neither is taken.
        if each.key in seen:
            flaws.append(Flaw(place, None, "counts-repeated"))
        seen.add(each.key)
    return flaws


def _place(counts: MonthCounts, known: CountsKnown) -> Iterator[tuple[str, str]]:
    if counts.office in known.elsewhere:
        yield "office", "out-of-scope"
    elif counts.office not in known.offices:
        yield "office", "office-unknown"
    elif counts.month > known.offices[counts.office]:
        yield "month", "month-in-future"


def _subject(counts: MonthCounts, known: CountsKnown) -> Iterator[tuple[str, str]]:
    if counts.service not in known.services:
        yield "service", "service-unknown"
    elif counts.times is not None and promised_at(known.promises, counts.service, counts.month) is None:
        yield "times", "promise-missing"
    if counts.steps is not None and counts.steps.done > counts.steps.services * counts.steps.due:
        yield "steps.done", "steps-too-many"


def promised_at(promises: Mapping[str, History], service: str, month: Month) -> Promised | None:
    """What is promised of a service in a month."""
    found = promises.get(service, History()).at(month)
    return found.promised if found else None


def _stored(counts: MonthCounts, known: CountsKnown) -> Iterator[tuple[str, str]]:
    for kind, numbers in counts.by_kind():
        field = "times" if kind is Kind.time else "steps"

        def told(source: Source, what: str) -> int:
            return known.stored.get(CountKey(*counts.key, source, what), StoredCount(0, 0)).told

        if any(told(Source.ticket, what) for what in numbers):
            # Whoever came with a ticket would be counted twice.
            yield field, "counted-by-tickets"
        elif any(n < told(Source.queue, what) for what, n in numbers.items()):
            yield field, "counts-told"
