"""The wire of tickets. A code travels in bodies only."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, model_validator
from pydantic_core import PydanticCustomError

from app.foundation.days import Day
from app.foundation.wire import StrictWireModel, WireModel
from app.instruments.schemas import InstrumentId
from app.ratings.schemas import EmployeeCode, OfficeCode, TicketText
from app.standards.rules.counts import MOST_STEPS
from app.tickets.rules.lifecycle import Armed

MOST_TICKETS = 200


class TicketsIn(StrictWireModel):
    """Tickets for people who just arrived; counter and employee may be given when the service happened."""

    office: OfficeCode
    service: OfficeCode
    counter: OfficeCode | None = None
    employee: EmployeeCode | None = None
    instrument: InstrumentId | None = Field(
        default=None,
        description="The questionnaire that address and slip name; left out, the page asks `ikl-1`. A ticket itself is "
        "good for one answer to any that is asked with tickets.",
    )
    count: Annotated[int, Field(ge=1, le=MOST_TICKETS)] = 1
    qr: Literal["svg", "png"] | None = Field(default=None, description="Draw the address as a QR code; png as base64.")
    slips: Literal["pdf"] | None = Field(
        default=None, description="Set the slips for a printer of 80 mm, one on each page of a PDF (base64)."
    )


class TicketOut(StrictWireModel):
    """One ticket, shown once: only a digest of its code is kept."""

    code: str
    address: str | None = Field(description="Where to rate, with the code in the fragment; null without a public URL.")
    text: str = Field(description="Lines to print.")
    qr: str | None


class IssuedTicketsOut(StrictWireModel):
    """The tickets issued, and the last day on which they can be used."""

    expires_on: date
    tickets: tuple[TicketOut, ...]
    slips: str | None = Field(description="The PDF of all slips in base64, where it was asked for.")


class ArmIn(StrictWireModel):
    """A service that happened for the holder of a ticket; what is left out is as it was given when issued."""

    ticket: TicketText
    employee: EmployeeCode | None = None
    service: OfficeCode | None = None
    counter: OfficeCode | None = None
    served_at: AwareDatetime | None = Field(
        default=None, description="When the service happened, if it could not be reported at once; left out: now."
    )
    steps_due: Annotated[int, Field(ge=1, le=MOST_STEPS)] | None = Field(
        default=None, description="How many steps the procedure (SOP) has for this service, where it is known."
    )
    steps_done: Annotated[int, Field(ge=0, le=MOST_STEPS)] | None = Field(
        default=None, description="How many of them were done; told with `steps_due` or not at all."
    )

    @model_validator(mode="after")
    def _steps_of_steps(self) -> "ArmIn":
        if (self.steps_due is None) != (self.steps_done is None):
            raise PydanticCustomError("both_steps", "must have steps_due and steps_done, or neither")
        if self.steps_due is not None and self.steps_done is not None and self.steps_done > self.steps_due:
            raise PydanticCustomError("done_of_due", "must not have more steps done than due")
        return self


class ArmsIn(StrictWireModel):
    """Services that happened."""

    tickets: list[ArmIn] = Field(min_length=1, max_length=MOST_TICKETS)


class ArmsOut(StrictWireModel):
    """What became of each, in the order sent."""

    results: tuple[Armed, ...]


class CountQuery(WireModel):
    """Which counts: of one office's subtree perhaps, of days, and how they are split."""

    first: Day | None = Field(
        default=None,
        alias="from",
        description="First day of issue; readers: of a month that is over.",
    )
    last: Day | None = Field(
        default=None, alias="to", description="Last day of issue; readers: of a month that is over."
    )
    office: Annotated[str, Field(pattern="^[A-Za-z0-9-]{1,40}$")] | None = Field(
        default=None, description="This office and those below it."
    )
    by: Literal["office", "service", "employee", "day"] = Field(default="office", description="What a row is about.")


class CountOut(StrictWireModel):
    """Tickets of one row; coverage is spent / armed to whole per cent, null where nothing was armed.

    Keys for queues and administrators get `spent` rounded down to tens; others null for one to nine of anything.
    """

    office: str
    service: str | None = None
    employee: str | None = None
    day: date | None = None
    issued: int | None
    armed: int | None
    spent: int | None
    coverage: float | None


class CountsOut(StrictWireModel):
    """Rows by office and by what was asked for."""

    items: tuple[CountOut, ...]
