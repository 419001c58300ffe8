"""A local day on the wire: written as 2026-11-24 and nothing else."""

from datetime import date
from re import fullmatch
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

EARLIEST = date(2000, 1, 1)


def _written_as_date(value: object) -> object:
    # pydantic would also take numbers, as seconds since 1970.
    if isinstance(value, date) or (isinstance(value, str) and fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)):
        return value
    raise PydanticCustomError("date_parsing", "must be written as 2026-11-24")


# Not strict, because a strict model would refuse the text that JSON has for a date.
Day = Annotated[
    date,
    BeforeValidator(_written_as_date),
    Field(ge=EARLIEST, le=date(2999, 12, 31), strict=False),
    # JSON Schema has bounds for numbers only; pydantic would write words into the document that nobody knows.
    WithJsonSchema({"type": "string", "format": "date", "pattern": "^2[0-9]{3}-"}),
]
