"""Parsing the cells of a CSV file. What is not understood is a fault, never guessed.

Every function raises ValueError whose message tells the owner of the file what to change.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import get_args
from zoneinfo import ZoneInfo

from app.instruments.model import SKIPPED, Instrument
from app.ratings.schemas import ProfileIn

# The time of a UUIDv7 counts from here.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENT = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ](?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)"
    r" ?(?P<offset>Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)


def _codes() -> Mapping[str, tuple[str, ...]]:
    """The codes of each profile attribute, taken from the wire model."""
    fields = ProfileIn.model_fields.items()
    return {name: get_args(get_args(field.annotation)[0]) for name, field in fields}


PROFILE_CODES = _codes()
CHANNELS = ("import", "kiosk", "mobile", "web")
# What Indonesian forms write (L: laki-laki, P: perempuan) and finer groups that lie within one of ours.
SPELLINGS: Mapping[str, Mapping[str, str]] = {
    "sex": {"L": "M", "LAKI-LAKI": "M", "PRIA": "M", "P": "F", "PEREMPUAN": "F", "WANITA": "F"},
    "age_band": {"55-64": "55+", "65+": "55+"},
    "education": {"D1": "D1-D3", "D2": "D1-D3", "D3": "D1-D3"},
}


def is_blank(text: str) -> bool:
    """Whether the cell is empty or holds the mark of a skipped answer."""
    return text in ("", SKIPPED)


def moment_of(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The aware moment of a time (without offset: the office's local time), noon of a day alone."""
    found = MOMENT.fullmatch(text)
    if found is None:
        raise ValueError("write the time as 2020-07-15 13:54:00, or the day alone as 2020-07-15")
    try:
        written = datetime.fromisoformat(f"{found['day']}T{found['time'] or '12:00'}{found['offset'] or ''}")
    except ValueError:
        raise ValueError("there is no such day or time") from None
    moment = written if written.tzinfo else written.replace(tzinfo=zone)
    if moment < EPOCH:
        raise ValueError("the time lies before 1970; correct it")
    # Noon of today may be still to come; the day itself is not.
    is_today = found["time"] is None and moment.date() == now.astimezone(zone).date()
    if moment > now and not is_today:
        raise ValueError("the time lies in the future; correct it")
    return moment


def channel_of(text: str) -> str:
    """The way in which the answer came; `import` where it is not known."""
    channel = text.casefold() or CHANNELS[0]
    if channel not in CHANNELS:
        raise ValueError(f"write one of {', '.join(CHANNELS)}, or nothing if it is not known")
    return channel


def score_of(text: str, instrument: Instrument) -> int | None:
    """The answer; None where the question was skipped."""
    if is_blank(text):
        return None
    score = instrument.readings.get(text)
    if score is None:
        raise ValueError(f"write {instrument.low} to {instrument.high}, or nothing if it was not answered")
    return score


def profile_code_of(text: str, attribute: str) -> str | None:
    """The code of a value of one attribute of the respondent; None where it was not given."""
    if is_blank(text):
        return None
    written = text.upper().replace("–", "-")
    code = SPELLINGS.get(attribute, {}).get(written, written)
    if code not in PROFILE_CODES[attribute]:
        raise ValueError(f"write one of {', '.join(PROFILE_CODES[attribute])}, or nothing if it was not given")
    return code
