"""How far a closed period is, and what of it is shown on the public page, on the wire."""

from datetime import date

from app.closing.schemas import PeriodOut
from app.foundation.wire import WireModel


class PublicPageOut(WireModel):
    """Which revision of a period is shown at which address, since when; `office` is null for the whole agency."""

    period: str
    instrument: str
    office: str | None
    revision: int
    shown_on: date
    address: str


class PeriodProgress(WireModel):
    """The newest revision of a period: its reports, those about persons, and the replies and notes written to these.

    `public_revision` is the one that the public page shows; null: none.
    """

    period: PeriodOut
    reports: int
    persons: int
    replies: int
    notes: int
    may_finalise: bool
    public_revision: int | None
