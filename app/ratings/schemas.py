"""Wire models of ratings: what a client sends and what it gets back."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    UUID7,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from app.foundation.wire import StrictWireModel, WireModel
from app.instruments.schemas import InstrumentId

OfficeCode = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
EmployeeCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,39}$")]
ItemCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]

# Longer than any way of writing a code; what is no code is refused as a spent ticket is.
TicketText = Annotated[str, Field(max_length=40)]

LONGEST_COMMENT = 1_000
LONGEST_BATCH = 500


class ProfileIn(StrictWireModel):
    """Who answered, as the official survey asks; every part is voluntary."""

    sex: Literal["F", "M"] | None = None
    age_band: Literal["<17", "17-24", "25-34", "35-44", "45-54", "55+"] | None = None
    education: Literal["SD", "SMP", "SMA", "D1-D3", "S1", "S2", "S3"] | None = None
    occupation: Literal["PNS", "TNI", "POLRI", "SWASTA", "WIRAUSAHA", "LAINNYA"] | None = None


class RatingIn(StrictWireModel):
    """One answer sheet. Codes are those of the agency's directory."""

    id: UUID7 | None = Field(
        default=None,
        description="UUIDv7 made by the client at the moment of rating. Left out, the server makes one: "
        "good for a first try, not safe to retry.",
    )
    ticket: TicketText | None = Field(
        default=None,
        description="One-time code from a slip, instead of a key or beside an app's. It alone says office, service "
        "and employee; `id` is needed with it.",
    )
    agency: EmployeeCode | None = Field(
        default=None, description="Code of the agency; only for an open answer, which has neither key nor ticket."
    )
    office: OfficeCode | None = Field(default=None, description="Needed with an app key; a device has its own.")
    service: OfficeCode | None = Field(
        default=None, description="Needed unless the device's counter gives exactly one service."
    )
    employee: EmployeeCode | None = Field(
        default=None, description="Left out, a device's sheet counts for whoever was on duty at its counter."
    )
    channel: Literal["mobile", "web"] | None = Field(
        default=None, description="Needed with an app key; a device's channel is kiosk."
    )
    instrument: InstrumentId = "ikl-1"
    scores: Annotated[dict[ItemCode, int | None], Field(min_length=1, max_length=40)] = Field(
        description="Answer per item of the instrument; null for a skipped one."
    )
    comment: Annotated[str, Field(max_length=LONGEST_COMMENT)] | None = Field(
        default=None, description="Personal data is redacted before storage; kept apart from the rating."
    )
    profile: ProfileIn | None = Field(default=None, description="Counted per office and month, never with the sheet.")


class RatingOut(BaseModel):
    """What became of a rating that is on disk."""

    model_config = ConfigDict(frozen=True)

    id: str
    outcome: Literal["stored"]
    office: str
    employee: str | None
    rated_on: date


@dataclass(frozen=True)
class MalformedItem:
    """A body or an item of a batch that is no valid rating: its id as sent, if it can be read, and what is wrong.

    `is_keyless` says whether it has a field that takes the place of a key.
    """

    id: str | None
    error: ValidationError
    is_keyless: bool


# Fields that take the place of a key: a one-time ticket, or the agency of an open answer.
KEYLESS_FIELDS = ("ticket", "agency")


def _tolerate(item: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    """Validate one item; a malformed one becomes a `MalformedItem`, so that it does not cost the batch its others."""
    try:
        return validate(item)
    except ValidationError as error:
        is_keyless = isinstance(item, dict) and not item.keys().isdisjoint(KEYLESS_FIELDS)
        return MalformedItem(_readable_id(item), error, is_keyless)


def _readable_id(item: Any) -> str | None:
    try:
        return str(UUID(item["id"]))
    except (TypeError, KeyError, ValueError, AttributeError):
        return None


TolerantRatingIn = Annotated[RatingIn, WrapValidator(_tolerate)]


def _document_batch(schema: dict[str, Any]) -> None:
    """State the longest batch in the OpenAPI document only: the model would refuse all for one."""
    schema["maxItems"] = LONGEST_BATCH


def _as_problem(schema: dict[str, Any]) -> None:
    schema.clear()
    # Wrapped, because pydantic looks only for its own models behind a bare reference.
    schema["allOf"] = [{"$ref": "#/components/schemas/Problem"}]


class BatchIn(WireModel):
    """Up to 500 ratings; each is judged for itself."""

    ratings: list[RatingIn] = Field(
        min_length=1,
        json_schema_extra=_document_batch,
        description="Ratings as `POST /v1/ratings` takes them; here every one needs its `id`.",
    )


class TolerantBatchIn(BatchIn):
    """The second look at a batch that is not well-formed: each item for itself, which asks Python about every one."""

    ratings: list[TolerantRatingIn] = Field(min_length=1)


class ItemResult(BaseModel):
    """The result of one rating of a batch, in the order sent."""

    model_config = ConfigDict(frozen=True)

    id: str | None
    status: Literal[200, 201, 403, 409, 422, 429, 503]
    problem: dict[str, Any] | None = Field(default=None, json_schema_extra=_as_problem)


class BatchOut(BaseModel):
    """One result per rating sent."""

    model_config = ConfigDict(frozen=True)

    results: list[ItemResult]
