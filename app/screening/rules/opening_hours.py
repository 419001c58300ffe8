"""When an office is open, how people write it, and kiosk ratings that were given while it was closed. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from re import fullmatch
from typing import NamedTuple

from app.screening.rules.sheets import Block, DaySpan, Reason, ScreenedSheet, candidates, grouped

# People are still served after the doors are closed, and some before they open.
TOLERANCE_MINUTES = 30
MINUTES_OF_DAY = 1_440
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SYNONYMS = {"sen": 0, "sel": 1, "rab": 2, "kam": 3, "jum": 4, "sab": 5, "min": 6}
KIOSK = "kiosk"


class OpeningTimes(NamedTuple):
    """The opening and closing time of a day, in minutes after local midnight, 0 ≤ opens < closes ≤ 1440."""

    opens: int
    closes: int


class Week(NamedTuple):
    """Opening hours by weekday (Monday 0), in force from a local day on; weekdays left out are closed."""

    since: date
    hours: Mapping[int, OpeningTimes]


def read_week(text: str) -> dict[int, OpeningTimes]:
    """`Mon-Fri 08:00-16:00, Sat 08:00-12:00` (or Sen-Jum …) as hours by weekday; raises ValueError."""
    week: dict[int, OpeningTimes] = {}
    for part in text.split(","):
        found = fullmatch(r"\s*([A-Za-z]{3})(?:-([A-Za-z]{3}))?\s+(\d\d):(\d\d)-(\d\d):(\d\d)\s*", part)
        if found is None:
            raise ValueError("write opening hours as Mon-Fri 08:00-16:00, Sat 08:00-12:00")
        first, last = _weekday(found[1]), _weekday(found[2] or found[1])
        hours = _hours(*(int(found[group]) for group in (3, 4, 5, 6)))
        # A range such as Sat-Mon goes on into the next week.
        for weekday in range(first, last + 1 if last >= first else last + 8):
            if weekday % 7 in week:
                raise ValueError("a weekday is named twice")
            week[weekday % 7] = hours
    return week


def read_times(text: str) -> OpeningTimes | None:
    """`08:00-16:00`, 08.00 – 16.00 or 8-16, as people write the hours of one day; None for an empty text (closed).

    Raises ValueError.
    """
    if not text.strip():
        return None
    found = fullmatch(r"\s*([0-9]{1,2})(?:[:.]([0-9]{2}))?\s*[-–—]\s*([0-9]{1,2})(?:[:.]([0-9]{2}))?\s*", text)
    if found is None:
        raise ValueError("write the hours of a day as 08:00-16:00")
    return _hours(*(int(found[group] or 0) for group in (1, 2, 3, 4)))


def spans(hours: Mapping[int, OpeningTimes]) -> list[tuple[int, int, OpeningTimes]]:
    """The week in as few parts as people would say: first and last weekday with the same hours, without days closed."""
    found: list[tuple[int, int, OpeningTimes]] = []
    for weekday, times in sorted(hours.items()):
        if found and found[-1][1:] == (weekday - 1, times):
            found[-1] = (found[-1][0], weekday, times)
        else:
            found.append((weekday, weekday, times))
    return found


def outside_hours(sheets: Sequence[ScreenedSheet], week: Week | None, span: DaySpan) -> list[Block]:
    """Blocks of kiosk ratings in hours wholly outside the opening hours, by person and day; none if these are unknown.

    Citizens' own phones are left out, and so are sheets with a ticket: people rate from home in the evening.
    """
    if week is None:
        return []
    while_closed = [
        sheet
        for sheet in sheets
        if sheet.is_candidate
        and sheet.channel == KIOSK
        and not sheet.ticketed
        and sheet.day >= week.since
        and span.has(sheet.day)
        and is_outside(sheet.hour, week.hours.get(sheet.day.weekday()))
    ]
    blocks = grouped(while_closed, lambda sheet: (sheet.day, sheet.employee or ""))
    return [
        Block(Reason.outside_hours, who or None, day, 1, None, candidates(inside), {"count": len(inside)})
        for (day, who), inside in sorted(blocks.items())
    ]


def is_outside(hour: int, hours: OpeningTimes | None) -> bool:
    """Whether no minute of this hour lies within the opening hours and their tolerance."""
    if hours is None:
        return True
    # A trace has the hour alone, so a rating may be of any of its minutes, and counts as inside if one of them is.
    first, last = hour * 60, hour * 60 + 59
    return last < hours.opens - TOLERANCE_MINUTES or first >= hours.closes + TOLERANCE_MINUTES


def _weekday(word: str) -> int:
    name = word.lower()
    if name in DAYS:
        return DAYS.index(name)
    if name in SYNONYMS:
        return SYNONYMS[name]
    raise ValueError("a weekday is Mon, Tue, Wed, Thu, Fri, Sat or Sun (Sen, Sel, Rab, Kam, Jum, Sab, Min)")


def _hours(from_hour: int, from_minute: int, to_hour: int, to_minute: int) -> OpeningTimes:
    opens, closes = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if max(from_minute, to_minute) > 59 or not opens < closes <= MINUTES_OF_DAY:
        raise ValueError("an office opens before it closes, between 00:00 and 24:00")
    return OpeningTimes(opens, closes)
