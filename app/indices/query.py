"""The query for indices, the same in a URL and on the command line."""

from typing import Annotated, Literal

from pydantic import Field

from app.foundation.days import Day
from app.foundation.wire import WireModel
from app.instruments.schemas import InstrumentId
from app.ratings.rules.selection import By

# The directory's own rules for codes are narrower; a code it cannot have is simply unknown.
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
Label = Annotated[str, Field(min_length=1, max_length=40)]


class IndexQuery(WireModel):
    """Which ratings to measure, how to break them down and by which rules to score them."""

    office: Code | None = Field(None, description="Left out: everything the key reaches.")
    service: Code | None = None
    employee: Code | None = Field(
        None, description="A person's figures are told from ten ratings on, given at these offices."
    )
    channel: Literal["kiosk", "mobile", "web", "import"] | None = None
    instrument: InstrumentId = "ikl-1"
    first: Day | None = Field(
        None,
        alias="from",
        description="First day of a month. Left out: of `to`'s month, or of the newest period that is over.",
    )
    last: Day | None = Field(
        None,
        alias="to",
        description="Last day of a month. Left out: of `from`'s month, or of the newest period that is over.",
    )
    by: By | None = Field(None, description="One row for each that has ratings, instead of one for all.")
    include: Literal["children"] | None = Field(None, description="Also the offices below `office`.")
    weights: Label | None = Field(None, description="A weight mode of the instrument instead of its default.")
    bands: Label | None = Field(None, description="A band table of the instrument instead of its default.")
