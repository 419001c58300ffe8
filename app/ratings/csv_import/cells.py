"""Parsing the cells of a CSV file. What is not understood is a fault, never guessed.

Every function raises ValueError whose message tells the owner of the file what to change.
"""

import re
from collections.abc import Mapping
from typing import TypeAlias, get_args

from app.foundation.csv_records import column_name
from app.instruments.model import SKIPPED, Instrument
from app.ratings.schemas import ProfileIn

# What pandas and spreadsheets make of a whole number in a column that has gaps.
WHOLE = re.compile(r"(?P<digits>[0-9]+)[.,]0+")
# The question a label belongs to (None: every question) and the label → its score; None: the question was skipped.
Labels: TypeAlias = Mapping[tuple[str | None, str], int | None]


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


def channel_of(text: str) -> str:
    """The way in which the answer came; `import` where it is not known."""
    channel = text.casefold() or CHANNELS[0]
    if channel not in CHANNELS:
        raise ValueError(f"write one of {', '.join(CHANNELS)}, or nothing if it is not known")
    return channel


def score_of(text: str, instrument: Instrument, item: str | None = None, labels: Labels | None = None) -> int | None:
    """The answer to a question, as a digit or by its label; None where it was skipped."""
    if is_blank(text):
        return None
    if labels:
        label = column_name(text)
        for key in ((item, label), (None, label)):
            if key in labels:
                return labels[key]
    whole = WHOLE.fullmatch(text)
    score = instrument.readings.get(whole["digits"] if whole else text)
    if score is None:
        words = f"write {instrument.low} to {instrument.high}, or nothing if it was not answered"
        raise ValueError(words if text.isdecimal() else f"{words}; what a word means can be said with --labels")
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
