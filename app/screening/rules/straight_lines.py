"""Straight-lining: sheets of a person give one answer to every question far more often than usual. Pure.

Good people get many sheets of nothing but fours. So three things must come together: more than the office's others
(exact binomial test), another shape than theirs (G-test), and more than the person's own other days (Fisher's exact
test). A person without enough other days is noted for the auditor, and no sheet is held.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from app.screening.rules.sheets import Block, DaySpan, Reason, ScreenedSheet, candidates, grouped, monday
from app.screening.rules.tails import Shape, at_least_p, merged, more_than_before_p, shape_test

STRAIGHT_P = 1e-6
SHAPE_P = 1e-3
SMALLEST_DAY, SMALLEST_WEEK = 20, 40
ENOUGH_PEERS = 50
ENOUGH_BEFORE = 30


class _Sum(NamedTuple):
    """How many sheets, how many of them all the same, and how many by the sum of their answers."""

    n: int
    same: int
    totals: Mapping[int | None, int]


def straight_lines(sheets: Sequence[ScreenedSheet], span: DaySpan) -> list[Block]:
    """Blocks of days, then of whole weeks among the sheets that are left; each questionnaire is judged separately."""
    found: list[Block] = []
    for _, inside in sorted(grouped(sheets, lambda sheet: sheet.instrument).items()):
        usable = [sheet for sheet in inside if not sheet.held and sheet.total is not None]
        days = _of_length(usable, span, days=1)
        taken = {key for block in days for key in block.keys}
        rest = [sheet for sheet in usable if sheet.key not in taken]
        noted = {(block.employee, monday(block.first)) for block in days}
        weeks = [each for each in _of_length(rest, span, days=7) if (each.employee, each.first) not in noted]
        found += days + weeks
    return found


def _of_length(sheets: Sequence[ScreenedSheet], span: DaySpan, *, days: int) -> list[Block]:
    everybody = _sum(sheets)
    of_persons = {who: _sum(inside) for who, inside in grouped(sheets, lambda sheet: sheet.employee).items()}
    found = []
    for (who, first), inside in sorted(grouped(sheets, lambda sheet: _unit(sheet, days)).items()):
        if span.holds(first, days):
            own = of_persons[who]
            block = _straight_block(who, first, days, inside, own, _without(everybody, own))
            found += [] if block is None else [block]
    return found


def _unit(sheet: ScreenedSheet, days: int) -> tuple[str, date] | None:
    if sheet.employee is None:
        return None
    return sheet.employee, (sheet.day if days == 1 else monday(sheet.day))


def _straight_block(
    who: str, first: date, days: int, inside: Sequence[ScreenedSheet], own: _Sum, peers: _Sum
) -> Block | None:
    """The block if all tests agree, with the straight sheets of the most frequent answer."""
    here = _sum([sheet for sheet in inside if not sheet.settled])
    if here.n < (SMALLEST_DAY if days == 1 else SMALLEST_WEEK) or peers.n < ENOUGH_PEERS:
        return None
    # Laplace's rule: where peers had no straight sheet, a first one must not be impossible.
    share = (peers.same + 1) / (peers.n + 2)
    p = at_least_p(here.same, here.n, share)
    shape = _shape(here, peers)
    if p >= STRAIGHT_P or shape.p >= SHAPE_P:
        return None
    before = _without(own, _sum(inside))
    is_known = before.n >= ENOUGH_BEFORE
    if is_known and more_than_before_p(here.same, here.n, before.same, before.n) >= STRAIGHT_P:
        return None
    evidence = {
        "count": here.same,
        "of": here.n,
        "expected": round(share * here.n, 2),
        "p": p,
        "g": round(shape.g, 3),
        "before": before.n,
    }
    keys = _most_frequent(inside) if is_known else ()
    return Block(Reason.straight_lining, who, first, days, None, keys, evidence)


def _most_frequent(inside: Sequence[ScreenedSheet]) -> tuple[UUID, ...]:
    """The keys of the straight sheets with the most frequent answer that may still be doubted."""
    answers = Counter(sheet.same for sheet in inside if sheet.same is not None)
    most = max(answers, key=lambda answer: (answers[answer], answer))
    return candidates(sheet for sheet in inside if sheet.same == most)


def _shape(ours: _Sum, theirs: _Sum) -> Shape:
    cells = sorted(total for total in {*ours.totals, *theirs.totals} if total is not None)
    return shape_test(
        *merged([ours.totals.get(cell, 0) for cell in cells], [theirs.totals.get(cell, 0) for cell in cells])
    )


def _sum(sheets: Iterable[ScreenedSheet]) -> _Sum:
    totals, same = Counter[int | None](), 0
    for sheet in sheets:
        totals[sheet.total] += 1
        same += sheet.same is not None
    return _Sum(totals.total(), same, totals)


def _without(whole: _Sum, part: _Sum) -> _Sum:
    return _Sum(whole.n - part.n, whole.same - part.same, Counter(whole.totals) - Counter(part.totals))
