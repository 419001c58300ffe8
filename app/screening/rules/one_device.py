"""One device: most of a person's week comes from one device that is not where this person works. Pure.

Who always sits at one counter gets every rating from its kiosk, and a repaired kiosk has a new key: so a kiosk is
its counter, and is doubted only where the duty roster has others there and this person nowhere near it. Another
sender (an app's key, a kiosk without a counter) is doubted where it is neither the person's own habit nor the
office's. Sheets with a ticket are left out, as in `bursts`.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from app.screening.rules.sheets import Block, DaySpan, Reason, ScreenedSheet, candidates, grouped, monday

LARGEST_SHARE = 0.6
SMALLEST_WEEK = 20
# The office's others: so many of their ratings of that week, from at least two places.
ENOUGH_PEERS, FEWEST_PLACES = 20, 2
# What brought less than this before, or brings less to the others, is not the habit.
HABIT = 0.3
COUNTER = "counter:"


class DutyDay(NamedTuple):
    """A person at a counter's place (`counter:…`) on one local day, by the roster."""

    employee: str
    day: date
    place: str


def one_devices(sheets: Sequence[ScreenedSheet], roster: Collection[DutyDay], span: DaySpan) -> list[Block]:
    """A block for each whole week of a person that one sender dominates without a reason."""
    open_sheets = [s for s in sheets if not s.ticketed and not s.held and s.employee is not None and s.place]
    duties = {(duty.employee, monday(duty.day), duty.place) for duty in roster}
    manned = {(monday(duty.day), duty.place) for duty in roster}
    weeks = grouped(open_sheets, lambda sheet: (sheet.employee or "", monday(sheet.day)))
    found = []
    for (who, week), inside in sorted(weeks.items()):
        considered = [sheet for sheet in inside if not sheet.settled]
        if not span.holds(week, 7) or len(considered) < SMALLEST_WEEK:
            continue
        place, share = _most(considered)
        if share <= LARGEST_SHARE or not _is_rare_among_others(open_sheets, who, week, place):
            continue
        is_doubted = (
            (week, place) in manned and (who, week, place) not in duties
            if place.startswith(COUNTER)
            else _is_new_to(open_sheets, who, week, place)
        )
        if is_doubted:
            block = [sheet for sheet in considered if sheet.place == place]
            evidence = {"count": len(block), "of": len(considered)}
            found.append(Block(Reason.one_device, who, week, 7, None, candidates(block), evidence))
    return found


def _is_rare_among_others(sheets: Sequence[ScreenedSheet], who: str, week: date, place: str) -> bool:
    """Whether the ratings of others that week come from several places, and hardly from this one."""
    # With a single device in the office every rating comes from it.
    others = Counter(sheet.place for sheet in sheets if sheet.employee != who and monday(sheet.day) == week)
    total = others.total()
    return total >= ENOUGH_PEERS and len(others) >= FEWEST_PLACES and others[place] < HABIT * total


def _is_new_to(sheets: Sequence[ScreenedSheet], who: str, week: date, place: str) -> bool:
    """Whether this sender is new to the person: the office had it in earlier weeks, this person hardly did."""
    # A sender that nobody had before is a new kiosk or a renewed key, and no sign of anything.
    before = [sheet for sheet in sheets if monday(sheet.day) < week]
    own = Counter(sheet.place for sheet in before if sheet.employee == who)
    is_known = any(sheet.place == place for sheet in before)
    return is_known and own.total() >= SMALLEST_WEEK and own[place] < HABIT * own.total()


def _most(sheets: Sequence[ScreenedSheet]) -> tuple[str, float]:
    """The place that brought most, the first by name of equals, and its share."""
    counts = Counter(sheet.place or "" for sheet in sheets)
    place = min(counts, key=lambda each: (-counts[each], each))
    return place, counts[place] / counts.total()
