"""One hour: most of a person's day lies in one hour, though the person's other days are spread out. Pure.

Sheets with a ticket are left out, as in `bursts`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from app.screening.rules.bursts import HourCounts
from app.screening.rules.sheets import Block, DaySpan, Reason, ScreenedSheet, candidates, grouped

LARGEST_SHARE = 0.6
SMALLEST_DAY = 20
# Days of fewer ratings say nothing about how a person's days are spread; so many days must say it.
SMALLEST_USUAL_DAY, ENOUGH_DAYS = 5, 5
# Whose busiest hour usually holds more than this works in such hours.
USUAL_SHARE = 0.4
# The hour must also hold more than others do, or the rest of the day was only missing (a power cut).
TIMES_USUAL = 2.0


def one_hours(sheets: Sequence[ScreenedSheet], span: DaySpan) -> list[Block]:
    """A block for each hour with more than `LARGEST_SHARE` of a person's day, unlike other days of person or office."""
    open_sheets = [sheet for sheet in sheets if not sheet.ticketed and not sheet.held and sheet.employee is not None]
    days = grouped(open_sheets, lambda sheet: (sheet.employee or "", sheet.day))
    hours = HourCounts((sheet.employee, sheet.day, sheet.hour) for sheet in open_sheets)
    shares = {unit: _busiest(inside)[1] for unit, inside in days.items() if len(inside) >= SMALLEST_USUAL_DAY}
    found = []
    for (who, day), inside in sorted(days.items()):
        considered = [sheet for sheet in inside if not sheet.settled]
        if not span.has(day) or len(considered) < SMALLEST_DAY:
            continue
        hour, share = _busiest(considered)
        block, usual = [sheet for sheet in considered if sheet.hour == hour], hours.usual(who, day, hour)
        is_odd = share > LARGEST_SHARE and _spread_otherwise(shares, who, day)
        if is_odd and usual is not None and len(block) >= TIMES_USUAL * usual.expected:
            evidence = {"count": len(block), "of": len(considered), "expected": round(usual.expected, 2)}
            found.append(Block(Reason.one_hour, who, day, 1, hour, candidates(block), evidence))
    return found


def _spread_otherwise(shares: Mapping[tuple[str, date], float], who: str, day: date) -> bool:
    """Whether other days of the person (or of the office, if these are too few) usually have no such hour."""
    own = [share for (one, on), share in shares.items() if one == who and on != day]
    usual = own if len(own) >= ENOUGH_DAYS else [share for unit, share in shares.items() if unit != (who, day)]
    return len(usual) >= ENOUGH_DAYS and sum(usual) / len(usual) <= USUAL_SHARE


def _busiest(sheets: Iterable[ScreenedSheet]) -> tuple[int, float]:
    """The hour that holds most, the earliest of equals, and its share."""
    counts = Counter(sheet.hour for sheet in sheets)
    hour = min(counts, key=lambda each: (-counts[each], each))
    return hour, counts[hour] / counts.total()
