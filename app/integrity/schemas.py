"""The wire models of integrity reports, their receipts, keys and settings."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from app.foundation.wire import OneLine, WireModel
from app.integrity.rules.days import place_of
from app.integrity.rules.kinds import ReportKind, ReportRecipient, ReportState
from app.integrity.rules.plaintext import LONGEST_CONTACT, LONGEST_TEXT
from app.integrity.rules.public_keys import KEY_ID

LONGEST_RETENTION = 3_650


def _sayable(text: str) -> str:
    if not text:
        raise PydanticCustomError("string_too_short", "must say something")
    return text


def _place(text: str) -> str:
    try:
        place_of(text)
    except ValueError:
        raise PydanticCustomError("next_place", "must be the `next` of a page") from None
    return text


AgencyCode: TypeAlias = Annotated[str, Field(pattern="^[A-Za-z0-9-]{1,40}$")]
OfficeCode: TypeAlias = Annotated[str, Field(pattern="^[A-Za-z0-9-]{1,40}$")]
Line: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), OneLine]
Label: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True), OneLine]
Days: TypeAlias = Annotated[int, Field(ge=1, le=LONGEST_RETENTION)]


class IntegrityReportIn(WireModel):
    """A report as a citizen sends it: no key, no ticket, no name but what stands in its words."""

    agency: AgencyCode
    office: OfficeCode
    kind: ReportKind
    recipient: ReportRecipient = ReportRecipient.agency
    text: Annotated[
        str,
        StringConstraints(max_length=LONGEST_TEXT, strip_whitespace=True),
        AfterValidator(_sayable),
        Field(description="What happened, in the citizen's words; sealed before it is stored."),
    ]
    contact: Annotated[
        str | None,
        Field(max_length=LONGEST_CONTACT, description="How the citizen can be reached, if wanted; sealed as well."),
    ] = None


class IntegrityReceiptGiven(WireModel):
    """The receipt of a report, told once: its code, and the last day on which it is handed over in time."""

    receipt: str = Field(description="The code by which its state is told, such as `ABCD-EFGH-JKMN`.")
    kind: ReportKind
    recipient: ReportRecipient
    received_on: date
    forward_by: date


class IntegrityReceiptIn(WireModel):
    """The code of a receipt as it was typed."""

    receipt: Annotated[str, Field(min_length=1, max_length=100)]


class IntegrityReceiptOut(WireModel):
    """What became of a report, and on which days."""

    kind: ReportKind
    recipient: ReportRecipient
    state: ReportState
    words: str = Field(description="The state in words, in the language that was asked for.")
    received_on: date
    forward_by: date
    forwarded_on: date | None
    confirmed_on: date | None
    erased_on: date | None


class IntegrityKindOut(WireModel):
    """A kind of the Ombudsman's, with plain words, in the language that was asked for."""

    code: ReportKind
    name: str
    words: str


class IntegrityFormOut(WireModel):
    """What a form for reports of an agency shows: kinds, recipients, and how long what was confirmed is kept."""

    agency: str
    name: str
    kinds: tuple[IntegrityKindOut, ...]
    recipients: tuple[ReportRecipient, ...]
    inspectorate: str | None = Field(description="What the inspectorate is called; null where none is to be chosen.")
    retention_days: int
    longest_text: int
    longest_contact: int
    keys: tuple[str, ...] = Field(description="Thumbprints (RFC 7638) of the keys that reports are sealed to.")


class IntegrityReportQuery(WireModel):
    """Which reports: of one state; the page that begins after one."""

    state: ReportState | None = Field(default=None, description="Only reports in this state.")
    after: Annotated[str, Field(max_length=60), AfterValidator(_place)] | None = Field(
        default=None, description="`next` of the page before."
    )
    limit: Annotated[int, Field(ge=1, le=500, description="How many on a page.")] = 100


class IntegrityReportOut(WireModel):
    """What is known of a report without opening it; `due`: it is not handed over, and `forward_by` is today or past."""

    id: UUID
    office: str
    kind: ReportKind
    recipient: ReportRecipient
    state: ReportState
    received_on: date
    forward_by: date
    due: bool
    forwarded_on: date | None
    confirmed_on: date | None
    erasable_from: date | None
    erased_on: date | None


class IntegrityReportPage(WireModel):
    """Reports, the oldest first; `next` is where the next page begins, null on the last."""

    items: tuple[IntegrityReportOut, ...]
    next: str | None


class Open311Request(WireModel):
    """One request of GeoReport v2, and beside it what is sealed (members that begin with `cermin_`)."""

    service_request_id: str
    status: Literal["open", "closed"]
    service_code: str
    service_name: str
    description: str
    agency_responsible: str
    requested_datetime: str
    jurisdiction_id: str
    address_id: str
    cermin_day: str
    cermin_kinds: str
    cermin_sealed: dict[str, Any]


class IntegrityHandOver(WireModel):
    """The hand-over file: what is stored is `requests`, a list as GeoReport v2 answers it."""

    file: str = Field(description="A name for the file.")
    requests: tuple[Open311Request, ...]


class PublicJwk(WireModel):
    """The public half of a P-256 key (RFC 7517)."""

    kty: Annotated[str, Field(max_length=10)]
    crv: Annotated[str, Field(max_length=10)]
    x: Annotated[str, Field(max_length=100)]
    y: Annotated[str, Field(max_length=100)]
    kid: Annotated[str | None, Field(max_length=100)] = None


class IntegrityKeyIn(WireModel):
    """A public key to be added for a recipient; it counts once its holder has proved to have the other half."""

    recipient: ReportRecipient
    label: Label
    jwk: PublicJwk


class IntegrityKeyOut(WireModel):
    """A public key: whose, since when, and whether it is proved and in use."""

    id: str = Field(description="Thumbprint (RFC 7638).")
    recipient: ReportRecipient
    label: str
    added_at: datetime
    proved_at: datetime | None
    retired_at: datetime | None


class IntegrityChallenge(IntegrityKeyOut):
    """The key with a word sealed to it, which its holder opens and sends back in time."""

    sealed: dict[str, Any] = Field(description="JWE (RFC 7516).")
    until: datetime


class IntegrityKeyPage(WireModel):
    """All keys by recipient and age; `open` are the recipients with two that are proved and in use."""

    items: tuple[IntegrityKeyOut, ...]
    open: tuple[ReportRecipient, ...]


class IntegrityProofIn(WireModel):
    """The word that was sealed."""

    word: Annotated[str, Field(min_length=1, max_length=100)]


class IntegritySettingsIn(WireModel):
    """Whether reports are taken, how long what was confirmed is kept, and what the inspectorate is called."""

    open: bool
    retention_days: Days
    inspectorate: Line | None = None


class IntegritySettingsOut(IntegritySettingsIn):
    """The settings, and whether reports are taken now: `open` needs two proved keys of the agency's."""

    taking: bool


KeyId: TypeAlias = Annotated[str, Field(pattern=KEY_ID)]
