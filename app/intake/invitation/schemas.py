"""What the pages of citizens show, on the wire. Nobody's NIP or whole name."""

from pydantic import BaseModel, ConfigDict, Field

from app.devices.schemas import NamedOut
from app.instruments.schemas import InstrumentOut
from app.ratings.schemas import TicketText


class Wire(BaseModel):
    """Frozen, and strict about names and types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class LookIn(Wire):
    """A ticket's code as it was read or typed; it travels in bodies only."""

    ticket: TicketText


class TicketPageOut(Wire):
    """What is rated with this ticket, and how."""

    office: NamedOut
    service: NamedOut
    employee: str | None = Field(description="First name or initial of who served; null where nobody was named.")
    instrument: InstrumentOut


class OpenPageOut(Wire):
    """What may be rated at an office with neither key nor ticket, and how."""

    agency: str
    office: NamedOut
    services: tuple[NamedOut, ...]
    instrument: InstrumentOut
