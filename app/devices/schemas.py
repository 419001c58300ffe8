"""Wire models of devices."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from app.devices.rules.pins import is_pin
from app.devices.rules.states import DeviceState
from app.directory.schemas import CodeText, Limit
from app.foundation.wire import OneLine, WireModel
from app.instruments.schemas import InstrumentId, InstrumentOut

MOST_WAITING = 10_000_000
# Browsers count in floats, which hold whole numbers exactly up to here.
MOST_BYTES = 2**53
MOST_CODES = 20
# An empty battery puts a clock back to 1970; the other way, as far ahead is allowed.
MOST_MILLISECONDS = 4_000_000_000_000


Label = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True), OneLine]


def _pin(text: str) -> str:
    if not is_pin(text):
        raise PydanticCustomError("pin", "four to eight digits")
    return text


Pin = Annotated[str, AfterValidator(_pin), Field(json_schema_extra={"pattern": "^[0-9]{4,8}$"})]
ProblemCode = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
Waiting = Annotated[int, Field(ge=0, le=MOST_WAITING, strict=True)]


class DeviceIn(WireModel):
    """A new kiosk, where it stands, what it asks; `pin`: 4 to 8 digits by which a technician leaves the page."""

    office: CodeText
    counter: CodeText
    label: Label
    instrument: InstrumentId = "ikl-1"
    # Left out of `repr`, which ends up in tracebacks.
    pin: Pin | None = Field(None, repr=False)


class DeviceAdded(WireModel):
    """A new device with its code, which is shown once; `address` and its QR code (SVG) need CERMIN_PUBLIC_URL."""

    id: UUID
    office: str
    counter: str
    label: str
    instrument: str
    code: str
    expires_at: datetime
    address: str | None
    qr: str | None


class PairIn(WireModel):
    """The code as it was typed; upper or lower case, with or without the hyphen."""

    code: Annotated[str, StringConstraints(max_length=100)]


class Paired(WireModel):
    """The key of this kiosk, which is shown once."""

    id: UUID
    key: str
    agency: str
    office: str
    counter: str
    label: str


class StorageState(WireModel):
    """Whether the browser promises to keep what is stored, and how much room is left (null: it does not tell)."""

    persisted: Annotated[bool, Field(strict=True)] | None = None
    free_bytes: Annotated[int, Field(ge=0, le=MOST_BYTES, strict=True)] | None = None


class HeartbeatIn(WireModel):
    """How a kiosk is doing.

    `clock_offset_ms`: server's time minus the kiosk's. `unsent_seconds`: age of the oldest rating not sent yet,
    left out when there is none. `parked`: ratings that were refused and wait for a person, and with which codes.
    """

    app_version: Annotated[str, Field(pattern=r"^[A-Za-z0-9.+_-]{1,40}$")]
    queue_depth: Waiting
    parked: Waiting = 0
    parked_codes: Annotated[dict[ProblemCode, Waiting], Field(max_length=MOST_CODES)] = Field(default_factory=dict)
    clock_offset_ms: Annotated[int, Field(ge=-MOST_MILLISECONDS, le=MOST_MILLISECONDS, strict=True)] = 0
    unsent_seconds: Annotated[int, Field(ge=0, le=MOST_MILLISECONDS // 1_000, strict=True)] | None = None
    storage: StorageState = StorageState()


class HeartbeatOut(WireModel):
    """The server's time, and until when the key holds (null: until it is revoked)."""

    server_time: datetime
    key_expires_at: datetime | None


class DeviceQuery(WireModel):
    """Which page."""

    after: UUID | None = Field(None, description="`next` of the page before.")
    limit: Limit = 100


class DeviceOut(WireModel):
    """One device of the fleet; what it reports itself is null until its first heartbeat.

    `received_today` is how many ratings of this day (in WIB) came from it, rounded down to tens.
    """

    id: UUID
    office: str
    counter: str
    label: str
    instrument: str
    has_pin: bool
    state: DeviceState
    added_at: datetime
    paired_at: datetime | None
    last_seen_at: datetime | None
    received_today: int
    silent: bool
    app_version: str | None
    queue_depth: int | None
    parked: int | None
    parked_codes: dict[str, int] | None
    clock_offset_ms: int | None
    unsent_seconds: int | None
    storage: StorageState | None


class DevicePage(WireModel):
    """Devices in the order in which they were added."""

    items: tuple[DeviceOut, ...]
    next: UUID | None


class NamedOut(WireModel):
    """A code and its name."""

    code: str
    name: str


class KioskOfficeOut(NamedOut):
    """An office with its time zone."""

    timezone: str


class OnDuty(WireModel):
    """Who is at the counter from one moment up to another; of the name only what people there may read."""

    from_at: datetime = Field(serialization_alias="from")
    until_at: datetime = Field(serialization_alias="until")
    employee: str
    name: str | None


class PinOut(WireModel):
    """PBKDF2-HMAC-SHA-256 of the PIN: salt and digest in hexadecimal."""

    salt: str
    digest: str
    iterations: int


class KioskOut(WireModel):
    """All that a kiosk shows. `roster` holds the duties of today and the next seven local days.

    After `idle_seconds` without a touch it begins anew; `interval_seconds` lie between two ratings; `pin` (null: none
    is needed) lets a technician leave the page.
    """

    directory_version: UUID
    office: KioskOfficeOut
    counter: NamedOut | None
    services: tuple[NamedOut, ...]
    instrument: InstrumentOut
    idle_seconds: int
    interval_seconds: float
    pin: PinOut | None
    roster: tuple[OnDuty, ...]
