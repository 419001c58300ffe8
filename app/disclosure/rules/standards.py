"""Which counts of service standards can be told: blocks of ten services and more, as of ratings. Pure.

A figure is a sum of whole blocks, and blocks share no service that happened: so neither a figure nor the difference of
two is about one to nine citizens. Inside a block the counts may be small, as the answers in a block of ratings may.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple, TypeAlias

from app.disclosure.rules.division import Month
from app.disclosure.rules.due import period_of
from app.disclosure.rules.minimum import SMALLEST_N
from app.standards.rules.counts import WHAT, CountKey, Kind, Source, StoredCount

Numbers: TypeAlias = tuple[int, ...]


class Part(NamedTuple):
    """What is counted of one kind, of one service at one office in one month, by one source; in the order of `WHAT`."""

    office: str
    service: str
    month: Month
    source: str
    counts: Numbers


class ToldStandards(NamedTuple):
    """A block as figures read it; `office` and `service` are None where they are of several."""

    kind: Kind
    office: str | None
    service: str | None
    first_month: Month
    last_month: Month
    counts: Numbers

    @property
    def n(self) -> int:
        """How many services it has."""
        return services_in(self.kind, self.counts)


class NewBlock(NamedTuple):
    """A block with the parts that it is made of."""

    told: ToldStandards
    parts: tuple[Part, ...]


def services_in(kind: Kind, counts: Sequence[int]) -> int:
    """How many services these counts are about."""
    return sum(counts) if kind is Kind.time else counts[0]


def untold(kind: Kind, counts: Mapping[CountKey, StoredCount], by_queues: Iterable[CountKey]) -> list[Part]:
    """What of these counts is not told so far.

    Where a queue system told a month, its counts are taken and not those of tickets, which are about the same people.
    """
    queued = {(each.office, each.service, each.month) for each in by_queues if each.what in WHAT[kind]}
    found: dict[tuple[str, str, Month, str], dict[str, int]] = {}
    for key, count in counts.items():
        if key.what not in WHAT[kind] or (key.source == Source.ticket and key[:3] in queued):
            continue
        found.setdefault((*key[:3], key.source), {})[key.what] = count.n - count.told
    parts = (Part(*place, tuple(each.get(what, 0) for what in WHAT[kind])) for place, each in sorted(found.items()))
    # A queue system may correct steps of services that are told; what it adds goes with the next ones.
    return [part for part in parts if services_in(kind, part.counts)]


def new_blocks(kind: Kind, parts: Sequence[Part], through: Month, period_months: int) -> list[NewBlock]:
    """The blocks in which these parts can be told now, months up to `through` being over.

    A month of a service at an office is told by itself from ten on. What is left of a period that is over goes
    together: of a service at an office; of an office; of the agency.
    """
    found: list[NewBlock] = []
    rest: list[Part] = []
    for part in parts:
        if part.month > through:
            continue
        if services_in(kind, part.counts) >= SMALLEST_N:
            found.append(_block(kind, [part], (part.month, part.month)))
        elif period_of(part.month, period_months)[1] <= through:
            rest.append(part)
    for shared in (("office", "service"), ("office",), ()):
        together, rest = _together(kind, rest, period_months, shared)
        found += together
    return found


def faults(kind: Kind, told: ToldStandards, n: int, parts: Sequence[Part]) -> Iterator[str]:
    """What is wrong with a stored block, in words."""
    if n != told.n or n < SMALLEST_N:
        yield f"{told.n} services counted, {n} stored"
    if told.counts != _sums(kind, parts):
        yield "its counts are not the sum of its parts"
    if any(not told.first_month <= part.month <= told.last_month for part in parts):
        yield "a part is of another month"
    if any(told.office not in (None, part.office) or told.service not in (None, part.service) for part in parts):
        yield "a part is of another office or service"


def _together(
    kind: Kind, parts: Sequence[Part], period_months: int, shared: tuple[str, ...]
) -> tuple[list[NewBlock], list[Part]]:
    """Blocks of what shares its period and these columns, where that is ten and more; and what is left."""
    told: list[NewBlock] = []
    left: list[Part] = []

    def group(part: Part) -> tuple[object, ...]:
        return period_of(part.month, period_months), *(getattr(part, name) for name in shared)

    for _, members in groupby(sorted(parts, key=group), group):
        same = list(members)
        if sum(services_in(kind, part.counts) for part in same) >= SMALLEST_N:
            told.append(_block(kind, same, period_of(same[0].month, period_months)))
        else:
            left += same
    return told, left


def _block(kind: Kind, parts: Sequence[Part], months: tuple[Month, Month]) -> NewBlock:
    offices, services = {part.office for part in parts}, {part.service for part in parts}
    told = ToldStandards(
        kind,
        offices.pop() if len(offices) == 1 else None,
        services.pop() if len(services) == 1 else None,
        *months,
        _sums(kind, parts),
    )
    return NewBlock(told, tuple(parts))


def _sums(kind: Kind, parts: Sequence[Part]) -> Numbers:
    return tuple(sum(part.counts[place] for part in parts) for place in range(len(WHAT[kind])))
