"""Moments and days as people at an office read them: in its time zone, which stands beside the time."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from starlette.requests import Request

from app.desk.page_file import is_asked_as_file
from app.reports.sections.language import Language

NO_BREAK = "\u00a0"


def moment_words(moment: datetime, zone: str, tell: Language) -> str:
    """`18 November 2026 pukul 10.15 WIB`."""
    return tell("{day} at {time}", day=day_words(moment, zone, tell), time=_time(moment, zone, tell))


def day_words(moment: datetime, zone: str, tell: Language) -> str:
    """`18 November 2026`: the local day, which is not always that of UTC."""
    return tell.day(moment.astimezone(ZoneInfo(zone)).date().isoformat())


def moment_cell(request: Request, zone: str, tell: Language) -> Callable[[datetime], str]:
    """How moments are written in a table: short on a page, ISO 8601 with the offset in its file."""

    def short(moment: datetime) -> str:
        local = moment.astimezone(ZoneInfo(zone))
        # A narrow column breaks it between day and time alone.
        day, time = tell.short_day(local.date().isoformat()), _time(moment, zone, tell)
        return f"{day.replace(' ', NO_BREAK)}, {time.replace(' ', NO_BREAK)}"

    return (lambda moment: iso_moment(moment, zone)) if is_asked_as_file(request) else short


def iso_moment(moment: datetime, zone: str) -> str:
    """`2026-11-18T10:15:00+07:00`: for programs and spreadsheets."""
    return moment.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")


def _time(moment: datetime, zone: str, tell: Language) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%H.%M %Z" if tell.code == "id" else "%H:%M %Z")
