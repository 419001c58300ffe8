"""What the pages of citizens show, on the wire. Nobody's NIP or whole name."""

from pydantic import Field

from app.devices.schemas import NamedOut
from app.foundation.wire import StrictWireModel
from app.instruments.schemas import InstrumentId, InstrumentOut
from app.ratings.schemas import TicketText


class LookIn(StrictWireModel):
    """A ticket's code as it was read or typed; it travels in bodies only."""

    ticket: TicketText
    instrument: InstrumentId = Field("ikl-1", description="The questionnaire to answer with it.")


class TicketPageOut(StrictWireModel):
    """What is rated with this ticket, and how."""

    agency: str
    office: NamedOut
    service: NamedOut
    employee: str | None = Field(description="First name or initial of who served; null where nobody was named.")
    instrument: InstrumentOut
    integrity: bool = Field(
        description="Whether the agency takes integrity reports; after rating, `/integrity/{agency}/{office}`."
    )


class PosterOut(StrictWireModel):
    """What a poster of an office shows, for whoever draws one of their own."""

    agency: str
    office: NamedOut
    address: str = Field(description="The open page of the office; the code leads there.")
    qr: str = Field(description="The address as a QR code: an SVG element.")


class OpenPageOut(StrictWireModel):
    """What may be rated at an office with neither key nor ticket, and how."""

    agency: str
    office: NamedOut
    services: tuple[NamedOut, ...]
    instrument: InstrumentOut
