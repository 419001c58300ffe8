"""Reading when an answer was given, in the shapes of survey tools and spreadsheets; an ambiguous day is never guessed.

Every function raises ValueError whose message tells the owner of the file what to change.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from app.foundation.days import EARLIEST

# The time of a UUIDv7 counts from here.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Which of day and month stands first where the year stands last. A year that stands first needs no word about it.
ORDERS = {"dmy": ("day", "month"), "mdy": ("month", "day")}
_TIME = (
    r"(?:(?:T|,? )(?P<hour>[0-9]{1,2})[:.](?P<minute>[0-9]{2})"
    r"(?:[:.](?P<second>[0-9]{2})(?:[.,](?P<part>[0-9]{1,9}))?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"
    r"(?: ?(?P<offset>Z|(?:GMT|UTC)?[+-][0-9]{1,2}(?::?[0-9]{2})?|GMT|UTC))?)?"
)
YEAR_FIRST = re.compile(rf"(?P<year>[0-9]{{4}})([-/.])(?P<month>[0-9]{{1,2}})\2(?P<day>[0-9]{{1,2}}){_TIME}")
YEAR_LAST = re.compile(rf"(?P<a>[0-9]{{1,2}})([-/.])(?P<b>[0-9]{{1,2}})\2(?P<year>[0-9]{{4}}){_TIME}")
OFFSET = re.compile(r"(?:GMT|UTC)?(?P<sign>[+-])(?P<hours>[0-9]{1,2}):?(?P<minutes>[0-9]{2})?")
HIGHEST_MONTH, NOON = 12, 12
USUAL = len("2020-07-15 13:54:00")
TRIED = datetime(2001, 2, 3, 16, 5, 6, tzinfo=UTC)


def checked_format(text: str) -> str:
    """A `--time-format`: `dmy`, `mdy`, or a pattern such as `%d.%m.%Y %H.%M`, which must tell year, month and day."""
    if text in ORDERS:
        return text
    try:
        parsed = datetime.strptime(TRIED.strftime(text), text)  # noqa: DTZ007 - only its day is looked at
    except (ValueError, re.error):
        parsed = EPOCH
    if "%" in text and parsed.date() == TRIED.date():
        return text
    raise ValueError("say dmy, mdy, or a pattern with year, month and day such as %d.%m.%Y %H:%M:%S")


def order_problem(texts: Iterable[tuple[int, str]]) -> tuple[int, str] | None:
    """The first row whose day and month stand before the year, and what to say of it; None where no row has that."""
    found: dict[str, int] = {}
    for row, text in texts:
        if parts := YEAR_LAST.fullmatch(" ".join(text.split())):
            found.setdefault("any", row)
            if int(parts["a"]) > HIGHEST_MONTH >= int(parts["b"]):
                found.setdefault("dmy", row)
            elif int(parts["b"]) > HIGHEST_MONTH >= int(parts["a"]):
                found.setdefault("mdy", row)
    if not found:
        return None
    if "dmy" in found and "mdy" in found:
        problem = f"the day stands first in row {found['dmy']} and the month in row {found['mdy']}; write them alike"
        return found["any"], problem
    for order, (first, second) in ORDERS.items():
        if order in found:
            return found[order], f"the {first} stands before the {second}; say --time-format {order}"
    words = "nobody can tell whether the day or the month stands first; say --time-format dmy or --time-format mdy"
    return found["any"], words


def moment_of(text: str, zone: ZoneInfo, now: datetime, form: str | None = None) -> datetime:
    """The aware moment of a time (without offset: the office's local time), noon of a day alone."""
    written, is_day = _written(" ".join(text.split()), form)
    moment = written if written.tzinfo else written.replace(tzinfo=zone)
    try:
        local = moment.astimezone(zone)
    except OverflowError:
        raise ValueError("there is no such day or time") from None
    if local.date() < EARLIEST:
        # LimeSurvey writes 1980-01-01 where it keeps answers without their date: they would lie where nobody looks.
        raise ValueError(
            f"no figure reaches days before {EARLIEST.year}; where a survey tool has made the dates anonymous, "
            "export the real ones"
        )
    # Noon of today may be still to come; the day itself is not.
    is_today = is_day and local.date() == now.astimezone(zone).date()
    if moment > now and not is_today:
        raise ValueError("the time lies in the future; correct it")
    return moment


def _written(text: str, form: str | None) -> tuple[datetime, bool]:
    """What is written, with its offset if it has one, and whether it is a day without a time."""
    if form is not None and form not in ORDERS:
        return _by_pattern(text, form)
    if usual := _usual(text):
        return usual, False
    found = YEAR_FIRST.fullmatch(text) or (form and YEAR_LAST.fullmatch(text))
    if not found:
        raise ValueError("write the time as 2020-07-15 13:54:00, or the day alone as 2020-07-15")
    parts = found.groupdict()
    if form and "a" in parts:
        parts |= zip(ORDERS[form], (parts["a"], parts["b"]), strict=True)
    try:
        return _moment(parts), parts["hour"] is None
    except ValueError:
        raise ValueError("there is no such day or time") from None


def _usual(text: str) -> datetime | None:
    """What is written as `2020-07-15 13:54:00`, as in most files: C reads it in a tenth of the time."""
    if len(text) != USUAL or text[10] not in " T" or not text[4] == text[7] == "-" or not text[13] == text[16] == ":":
        return None
    try:
        return None if text[11:13] == "24" else datetime.fromisoformat(text)  # newer Pythons take 24:00 for midnight
    except ValueError:
        return None


def _moment(parts: dict[str, str | None]) -> datetime:
    year, month, day = (int(parts[name] or 0) for name in ("year", "month", "day"))
    hour = int(parts["hour"] or NOON)
    if parts["half"] is not None:
        if not 1 <= hour <= NOON:
            raise ValueError("half a day has twelve hours")
        hour = hour % NOON + (NOON if parts["half"] in "Pp" else 0)
    minute, second = int(parts["minute"] or 0), int(parts["second"] or 0)
    fraction = int(f"{parts['part'] or '':0<6}"[:6])
    written = datetime(year, month, day, hour, minute, second, fraction)  # noqa: DTZ001 - its zone comes now or later
    return written if parts["offset"] is None else written.replace(tzinfo=_zone(parts["offset"]))


def _zone(offset: str) -> timezone:
    found = OFFSET.fullmatch(offset)
    if found is None:
        return UTC
    size = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    return timezone(size if found["sign"] == "+" else -size)


def _by_pattern(text: str, form: str) -> tuple[datetime, bool]:
    try:
        written = datetime.strptime(text, form)  # noqa: DTZ007 - the office's zone comes later
    except ValueError:
        raise ValueError(f"the time is not written as --time-format says, {form}") from None
    is_day = not any(hour in form for hour in ("%H", "%I", "%c", "%X", "%T"))
    return (written.replace(hour=NOON), True) if is_day else (written, False)
