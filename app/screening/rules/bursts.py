"""Bursts: an hour of a person or of a whole office with more ratings than its history explains. Pure.

Sheets with a ticket are left out: a queue system has proved that a service happened for each. An hour is expected
to hold what the same hour holds on other days, or what a busy hour of that person holds if that is more: who works
another shift today does nothing suspicious.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from app.screening.rules.sheets import Block, DaySpan, Reason, ScreenedSheet, candidates, grouped
from app.screening.rules.tails import burst_p, size_of

# One false alarm in a hundred thousand hours that behave as their history.
BURST_P = 1e-5
# Fewer than this in an hour is never called a burst.
SMALLEST_BURST = 12
# History: the same hour of so many other days, or so many busy hours, tell κ; with fewer, the office's busy hours
# tell the mean and κ is taken small, as if hours swung widely.
ENOUGH_HISTORY = 10
FALLBACK_SIZE = 2.0
# Without even this many hours in the whole office nothing is judged.
LEAST_HISTORY = 5


class UsualCount(NamedTuple):
    """The count expected of an hour and κ, which is small where hours swing widely."""

    expected: float
    size: float


class HourCounts:
    """The ratings of each unit (a person, or the office) by day and hour, as history."""

    def __init__(self, units: Iterable[tuple[Hashable, date, int]]) -> None:
        self._counts = Counter(units)
        self._of_unit: dict[Hashable, list[tuple[date, int, int]]] = {}
        for (unit, day, hour), n in self._counts.items():
            self._of_unit.setdefault(unit, []).append((day, hour, n))

    def usual(self, unit: Hashable, day: date, hour: int) -> UsualCount | None:
        """The count expected of this hour by all other days; None without enough history."""
        others = [entry for entry in self._of_unit.get(unit, ()) if entry[0] != day]
        # Days without a rating in that hour count as zero, or a rare busy hour would look usual.
        same_hour = {entry[0]: 0 for entry in others} | {entry[0]: entry[2] for entry in others if entry[1] == hour}
        series = max(([n for *_, n in others], list(same_hour.values())), key=_mean)
        if len(series) >= ENOUGH_HISTORY:
            return UsualCount(max(_mean(series), 1.0), size_of(series))
        everywhere = [n for (who, on, at), n in self._counts.items() if (who, on, at) != (unit, day, hour)]
        if len(everywhere) < LEAST_HISTORY:
            return None
        return UsualCount(max(_mean(series), _mean(everywhere), 1.0), FALLBACK_SIZE)


def bursts(sheets: Sequence[ScreenedSheet], span: DaySpan) -> list[Block]:
    """The bursts of persons, then those of the office among the sheets that are left."""
    without_ticket = [sheet for sheet in sheets if not sheet.ticketed]
    of_persons = _bursts_of_persons(without_ticket, span)
    found = {key for block in of_persons for key in block.keys}
    rest = [sheet for sheet in without_ticket if not sheet.held and sheet.key not in found]
    return of_persons + _bursts_of_office(rest, span)


def _bursts_of_persons(without_ticket: Sequence[ScreenedSheet], span: DaySpan) -> list[Block]:
    named = [(sheet, sheet.employee) for sheet in without_ticket if sheet.employee is not None]
    hours = HourCounts((who, sheet.day, sheet.hour) for sheet, who in named if not sheet.held)
    blocks = grouped((sheet for sheet, _ in named), lambda sheet: (sheet.employee, sheet.day, sheet.hour))
    return [
        block
        for (who, day, hour), inside in sorted(blocks.items())
        if span.has(day) and (block := _burst(who, day, hour, inside, hours))
    ]


def _bursts_of_office(rest: Sequence[ScreenedSheet], span: DaySpan) -> list[Block]:
    hours = HourCounts((None, sheet.day, sheet.hour) for sheet in rest)
    blocks = grouped(rest, lambda sheet: (sheet.day, sheet.hour))
    return [
        block
        for (day, hour), inside in sorted(blocks.items())
        if span.has(day) and (block := _burst(None, day, hour, inside, hours))
    ]


def _burst(who: str | None, day: date, hour: int, inside: Sequence[ScreenedSheet], hours: HourCounts) -> Block | None:
    """The hour as a block if it is a burst. Sheets that an auditor released do not count into it; held ones do."""
    keys, count = candidates(inside), sum(not sheet.settled for sheet in inside)
    if not keys or count < SMALLEST_BURST:
        return None
    usual = hours.usual(who, day, hour)
    if usual is None:
        return None
    p = burst_p(count, *usual)
    if p >= BURST_P:
        return None
    evidence = {"count": count, "expected": round(usual.expected, 2), "size": round(usual.size, 2), "p": p}
    return Block(Reason.burst, who, day, 1, hour, keys, evidence)


def _mean(counts: Sequence[int]) -> float:
    return sum(counts) / len(counts) if counts else 0.0
