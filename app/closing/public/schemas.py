"""What is shown on the public page, on the wire."""

from datetime import date

from app.foundation.wire import WireModel


class PublicPageOut(WireModel):
    """Which revision of a period is shown at which address, since when; `office` is null for the whole agency."""

    period: str
    instrument: str
    office: str | None
    revision: int
    shown_on: date
    address: str
