"""Coverage drops: tickets armed for a person that are hardly ever spent, because slips may be withheld. Pure.

This doubts no sheet: those withheld were never written. It is noted for people to look into.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from app.screening.rules.sheets import Block, DaySpan, Reason, monday
from app.screening.rules.tails import more_than_before_p

# A ticket is good for a week; a week of tickets is judged when the last of them has expired.
RIPE_DAYS = 7
WEEK = timedelta(days=7)
# Small numbers are judged over up to so many weeks together.
LONGEST_WINDOW = 4
# Every night asks again, of everybody, over several windows: chance has many tries.
DROP_P = 1e-6
# Part of the expected coverage that is left; chance alone makes small gaps "significant" when numbers are large.
LARGEST_PART = 0.75
ENOUGH_BEFORE, ENOUGH_PEERS = 50, 50
# The same person is not noted again for so long.
QUIET_DAYS = 28


class Tickets(NamedTuple):
    """Tickets of one employee issued on one day: how many were armed and how many of these were spent."""

    employee: str
    day: date
    armed: int
    spent: int


class _Part(NamedTuple):
    armed: int
    spent: int

    @property
    def share(self) -> float:
        return self.spent / self.armed


def coverage_drops(tickets: Iterable[Tickets], span: DaySpan, today: date) -> list[Block]:
    """A block for each person whose coverage fell far below the own earlier weeks, or is far below the office's others.

    Only weeks whose tickets have all expired are judged, over the shortest window that shows a drop.
    """
    by_week: defaultdict[str, defaultdict[date, _Part]] = defaultdict(lambda: defaultdict(lambda: _Part(0, 0)))
    for each in tickets:
        week = monday(each.day)
        if week + WEEK + timedelta(days=RIPE_DAYS) <= today:
            before = by_week[each.employee][week]
            by_week[each.employee][week] = _Part(before.armed + each.armed, before.spent + each.spent)
    last = max((week for weeks in by_week.values() for week in weeks), default=None)
    if last is None:
        return []
    return [
        block
        for who in sorted(by_week)
        if (block := _worst(who, by_week, last)) is not None and span.has(block.first, block.days)
    ]


def _worst(who: str, by_week: Mapping[str, Mapping[date, _Part]], last: date) -> Block | None:
    for length in range(1, LONGEST_WINDOW + 1):
        first = last - (length - 1) * WEEK
        now = _sum(by_week[who], first, last)
        if now is None:
            continue
        for usual in _usual(who, by_week, first, last):
            p = _gap_p(now, usual)
            if p < DROP_P:
                expected = round(usual.share * now.armed, 2)
                evidence = {"count": now.spent, "of": now.armed, "expected": expected, "p": p}
                return Block(Reason.coverage_drop, who, first, 7 * length, None, (), evidence)
    return None


def _gap_p(now: _Part, usual: _Part) -> float:
    """The chance of a gap this large by Fisher's exact test; 1 where the gap is small."""
    if now.share > LARGEST_PART * usual.share:
        return 1.0
    # Fisher's, because the usual coverage is itself estimated from a sample.
    return more_than_before_p(now.armed - now.spent, now.armed, usual.armed - usual.spent, usual.armed)


def _usual(who: str, by_week: Mapping[str, Mapping[date, _Part]], first: date, last: date) -> Iterator[_Part]:
    """The coverage to compare with: the others' in the same weeks, and the person's own before them."""
    others: list[Mapping[date, _Part]] = [weeks for one, weeks in by_week.items() if one != who]
    peers = _pooled([_sum(weeks, first, last) for weeks in others])
    before = _sum(by_week[who], date.min, first - WEEK)
    peers_before = _pooled([_sum(weeks, date.min, first - WEEK) for weeks in others])
    if peers is not None and peers.armed >= ENOUGH_PEERS:
        yield peers
    if before is not None and before.armed >= ENOUGH_BEFORE:
        # The own earlier coverage is lowered by what the others fell: where everybody falls, a printer was broken.
        fell = min(1.0, peers.share / peers_before.share) if peers and peers_before and peers_before.spent else 1.0
        yield _Part(before.armed, round(before.spent * fell))


def _sum(weeks: Mapping[date, _Part], first: date, last: date) -> _Part | None:
    return _pooled([part for week, part in weeks.items() if first <= week <= last])


def _pooled(parts: Sequence[_Part | None]) -> _Part | None:
    """The sum of all parts; None without a ticket."""
    known = [part for part in parts if part is not None]
    armed = sum(part.armed for part in known)
    return _Part(armed, sum(part.spent for part in known)) if armed else None
