"""What would have been valid instead of what was sent: pydantic's kinds of error, and ours, as codes and words."""

from collections.abc import Mapping
from typing import Any

from app.foundation.translations import Phrase

MOMENT = "a moment with its time zone, such as 2026-11-24T08:00:00Z"
NEXT = "the `next` of the page before"

# A kind of error → our code and what was expected instead. The lower ones are raised by validators of wire models.
EXPECTED: Mapping[str, tuple[str, str]] = {
    "string_type": ("field-type", "text"),
    "string_unicode": ("field-type", "text"),
    "int_type": ("field-type", "a whole number"),
    "int_parsing": ("field-type", "a whole number"),
    "int_parsing_size": ("field-type", "a whole number"),
    "int_from_float": ("field-type", "a whole number"),
    "bool_type": ("field-type", "true or false"),
    "bool_parsing": ("field-type", "true or false"),
    "dict_type": ("field-type", "an object"),
    "list_type": ("field-type", "a list"),
    "tuple_type": ("field-type", "a list"),
    "model_type": ("field-type", "an object"),
    "model_attributes_type": ("field-type", "an object"),
    "date_from_datetime_parsing": ("field-invalid", "a date such as 2026-11-24"),
    "date_parsing": ("field-invalid", "a date such as 2026-11-24"),
    "date_type": ("field-invalid", "a date such as 2026-11-24"),
    "date_from_datetime_inexact": ("field-invalid", "a date such as 2026-11-24"),
    "datetime_type": ("field-invalid", MOMENT),
    "datetime_parsing": ("field-invalid", MOMENT),
    "datetime_from_date_parsing": ("field-invalid", MOMENT),
    "timezone_aware": ("field-invalid", MOMENT),
    "string_pattern_mismatch": ("field-invalid", "a code of letters, digits and hyphens, at most 40 characters"),
    "string_too_short": ("field-invalid", "text that is not empty"),
    "too_short": ("field-invalid", "at least one entry"),
    "too_long": ("field-invalid", "fewer entries"),
    "uuid_parsing": ("field-invalid", "an id as Cermin gives it"),
    "uuid_type": ("field-invalid", "an id as Cermin gives it"),
    "uuid_version": ("field-invalid", "an id as Cermin gives it"),
    "next_place": ("field-invalid", NEXT),
    "one_line": ("field-invalid", "one line of readable text"),
    "without_nul": ("field-invalid", "text without NUL characters"),
    "without_nip": ("field-invalid", "a public name, without a NIP"),
    "sha256": ("field-invalid", "64 hexadecimal digits (SHA-256)"),
    "pin": ("field-invalid", "four to eight digits"),
    "one_subject": ("field-invalid", "an office or an employee, and not both"),
    "closes_later": ("field-invalid", "a time of closing after that of opening"),
    "weekday_once": ("field-invalid", "each weekday once"),
    "day_of_done": ("field-invalid", "done_on where the status is done, and only there"),
    "promise_parts": ("field-invalid", "an amount, a unit and a source, or none of them"),
    "month_counts": ("field-invalid", "times, steps, or both"),
    "both_steps": ("field-invalid", "steps_due and steps_done, or neither"),
    "done_of_due": ("field-invalid", "no more steps done than were due"),
}
# What is written in a form of its own, by its pattern; all others are codes.
PATTERNS: Mapping[str, str] = {
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$": "a time such as 08:00",
    r"^[0-9A-Za-z-]{1,10}$": "a period such as 2026-09, 2026-Q3, 2026-S2 or 2026",
    "^2[0-9]{3}-(0[1-9]|1[0-2])$": "a month such as 2026-10",
    r"^[0-9]{1,3}(\.[0-9]{1,2})?$": "a number with at most two decimals, such as 88.00",
    r"^[a-z0-9][a-z0-9.-]{0,39}$": "the id of a questionnaire, such as ikl-1",
    "^[a-z0-9._-]{1,40}$": "a sign-in name of small letters, digits, dots and hyphens, such as siti.rahma",
    r"^[A-Za-z0-9.+_-]{1,40}$": "a version such as 1.0.0",
    r"^[a-z]{1,20}(\.[a-z-]{1,20})?$": "an action such as finding.released, or what it is about, such as finding",
    "^[A-Za-z0-9-]{1,40}/[A-Za-z0-9-]{1,40}$": NEXT,
    "^[A-Za-z0-9-]{1,40}/[0-9]{4}-[0-9]{2}-[0-9]{2}/[A-Za-z0-9-]{1,40}/[A-Za-z0-9-]{0,40}$": NEXT,
    "^[A-Za-z0-9-]{1,40}/2[0-9]{3}-(0[1-9]|1[0-2])$": NEXT,
    "^[A-Za-z0-9-]{1,40}/(office|employee)/[A-Za-z0-9][A-Za-z0-9_-]{0,39}$": NEXT,
}
BOUNDS: Mapping[str, str] = {
    "ge": "at least {limit}",
    "gt": "more than {limit}",
    "le": "at most {limit}",
    "lt": "less than {limit}",
    "max_length": "at most {limit} characters",
}
ANOTHER = "another value"


def expected(kind: str, context: Mapping[str, Any]) -> tuple[str, Phrase | str]:
    """The code of an error and what would have been valid, from pydantic's kind and the values beside it."""
    if context.get("pattern") in PATTERNS:
        return "field-invalid", PATTERNS[context["pattern"]]
    return EXPECTED.get(kind) or ("field-invalid", _bound(kind, context))


def _bound(kind: str, context: Mapping[str, Any]) -> Phrase | str:
    """What would have been valid, from a bound or a choice: `less_than_equal` with le=1000 → "at most 1000"."""
    if kind in ("literal_error", "enum"):
        return Phrase("one of {choices}", {"choices": str(context["expected"]).replace(" or ", ", ")})
    for name, text in BOUNDS.items():
        if name in context:
            return Phrase(text, {"limit": context[name]})
    return ANOTHER
