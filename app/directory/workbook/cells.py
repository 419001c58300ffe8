"""Reads a cell of a spreadsheet or CSV file as a text, a count, a day or a moment; nothing is guessed."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import TypeAlias, TypeVar

from app.directory.faults import Sentence


class Broken(Enum):
    """A cell that shows #N/A, #REF! or another error of its formula; the reader takes it for empty."""

    formula = "formula"


Cell: TypeAlias = str | int | float | bool | date | datetime | time | timedelta | Broken
Dated = TypeVar("Dated", bound=date)

# What a spreadsheet makes of a long number once the file is saved as CSV: 1.99001E+17.
SHORTENED = re.compile(r"[0-9][.,][0-9]+[eE]\+[0-9]+")
COUNT = re.compile(r"[0-9]{1,9}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?")

# A spreadsheet keeps numbers as binary floats of which it shows 15 digits.
FIRST_INEXACT = 1e15
DIGITS_LOST = "a spreadsheet keeps only 15 digits of a number; format the column as text and type it again"

# A year outside is a typing error (0225, 20225), which would otherwise be found years later.
FIRST_YEAR, LAST_YEAR = 1950, 2099
HIGHEST_COUNT = 1_000_000
# As many as a spreadsheet's cell takes.
LONGEST_TEXT = 32_767


def text_of(cell: Cell) -> str | None:
    """The text of a cell in NFC, trimmed; a whole number without decimals; None when empty."""
    # First, because to Python a bool is an int as well.
    if isinstance(cell, bool):
        raise ValueError("TRUE or FALSE stands where a text belongs; format the column as text")
    if isinstance(cell, int | float):
        return _number(cell)
    if not isinstance(cell, str):
        raise ValueError(_fault_of(cell, "a date or time stands where a text belongs; format the column as text"))
    return _text(cell)


def required_text_of(cell: Cell) -> str:
    """The text of a cell that must not be empty."""
    text = text_of(cell)
    if text is None:
        raise ValueError("a value is required")
    return text


def count_of(cell: Cell) -> int:
    """The whole number of a cell, from 0 to a million."""
    return _count(required_text_of(cell))


def optional_count_of(cell: Cell) -> int | None:
    """The whole number of a cell, from 0 to a million; None when empty."""
    text = text_of(cell)
    return None if text is None else _count(text)


def day_of(cell: Cell) -> date:
    """The day of a date cell, or of a text like 2025-01-31."""
    # First, because a datetime is a date as well.
    if isinstance(cell, datetime):
        if cell.time() != time():
            raise ValueError("give the day without a time")
        return _bounded(cell.date())
    if isinstance(cell, date):
        return _bounded(cell)
    text = _date_text(cell)
    if not DAY.fullmatch(text):
        raise ValueError("write the day as 2025-01-31")
    return _bounded(_existing(date.fromisoformat, text))


def moment_of(cell: Cell) -> datetime:
    """The local time of a date-and-time cell, to the second, or of a text like 2025-01-31 08:00."""
    if isinstance(cell, datetime):
        # Spreadsheets count days in floats, so 08:00 may arrive as 07:59:59.999.
        return _bounded((cell + timedelta(milliseconds=500)).replace(microsecond=0))
    if isinstance(cell, date):
        return _bounded(datetime.combine(cell, time()))
    text = _date_text(cell)
    if not MOMENT.fullmatch(text):
        raise ValueError("write the office's local time as 2025-01-31 08:00")
    return _bounded(_existing(datetime.fromisoformat, text))


def _count(text: str) -> int:
    if not COUNT.fullmatch(text) or int(text) > HIGHEST_COUNT:
        raise ValueError(Sentence("write a whole number from 0 to {most}, digits only", most=HIGHEST_COUNT))
    return int(text)


def _number(value: float) -> str:
    if abs(value) >= FIRST_INEXACT:
        raise ValueError(DIGITS_LOST)
    return str(int(value)) if value == int(value) else repr(value)


def _text(value: str) -> str | None:
    if len(value) > LONGEST_TEXT:
        raise ValueError(Sentence("write at most {most} characters", most=LONGEST_TEXT))
    text = unicodedata.normalize("NFC", value).strip()
    if SHORTENED.fullmatch(text):
        raise ValueError(DIGITS_LOST)
    # A line break would tear apart every table and label that shows the text, and PostgreSQL takes no NUL.
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise ValueError("there is a line break or another control character in the cell")
    return text or None


def _date_text(cell: Cell) -> str:
    if isinstance(cell, str):
        return required_text_of(cell)
    raise ValueError(_fault_of(cell, "no date stands where one belongs; format the column as a date"))


def _fault_of(cell: Cell, otherwise: str) -> str:
    return "the formula of this cell ends in an error" if isinstance(cell, Broken) else otherwise


def _existing(read: Callable[[str], Dated], text: str) -> Dated:
    try:
        return read(text)
    except ValueError:
        raise ValueError("there is no such day or time") from None


def _bounded(value: Dated) -> Dated:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(Sentence("the year must be between {first} and {last}", first=FIRST_YEAR, last=LAST_YEAR))
    return value
