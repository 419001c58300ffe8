"""What a question about indices may say, in an address as on the command line."""

from datetime import date
from re import fullmatch
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from app.indices.plan import By


def _written_as_date(value: object) -> object:
    # pydantic would also take numbers, as seconds since 1970.
    if isinstance(value, str) and not fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise PydanticCustomError("date_parsing", "must be written as 2026-11-24")
    return value


# The directory's own rules for codes are narrower; a code it cannot have is simply unknown.
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
Label = Annotated[str, Field(min_length=1, max_length=40)]
Day = Annotated[date, BeforeValidator(_written_as_date), Field(ge=date(2000, 1, 1), le=date(2999, 12, 31))]


class IndexQuery(BaseModel):
    """Which ratings to measure, how to break them down and by which rules to score them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    office: Code | None = Field(None, description="Left out: everything the key reaches.")
    service: Code | None = None
    employee: Code | None = Field(
        None, description="A person's figures are shown from ten counted ratings on, given at these offices."
    )
    channel: Literal["kiosk", "mobile", "web", "import"] | None = None
    instrument: Code = "ikl-1"
    first: Day | None = Field(
        None, alias="from", description="First local day. Left out: the first of the current month."
    )
    last: Day | None = Field(
        None, alias="to", description="Last local day, included. Left out: the last of the current month."
    )
    by: By | None = Field(None, description="One row for each that has ratings, instead of one for all.")
    include: Literal["children"] | None = Field(None, description="Also the offices below `office`.")
    weights: Label | None = Field(None, description="A weight mode of the instrument instead of its default.")
    bands: Label | None = Field(None, description="A band table of the instrument instead of its default.")
