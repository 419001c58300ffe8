"""The own reply, who has read, and the own people on the wire."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.closing.schemas import ReadingOut
from app.foundation.wire import WireModel


class ReplyOut(WireModel):
    """What the employee said to a draft, and whether something may still be said, until when.

    `note` is what the appraiser put beside the draft so far, for the appraiser alone.
    """

    state: Literal["draft", "final"]
    may_reply: bool
    reply_until: datetime
    reply: str | None
    replied_at: datetime | None
    note: str | None


class ReaderOut(ReadingOut):
    """Somebody has read figures about the person; `name` is that of the person or the label of the key behind it."""

    name: str | None


class ReadersOut(WireModel):
    """The newest hundred readings within a year, the newest first."""

    items: tuple[ReaderOut, ...]


class NewestReport(WireModel):
    """The newest report about one of the own people, and what its figures may be used for (null: it has none).

    `reply`: `given`, `awaited` until `reply_until`, or `none`. `noted`: whether the appraiser has written a note.
    """

    id: UUID
    period: str
    instrument: str
    revision: int
    state: Literal["draft", "final"]
    use: Literal["nothing", "coaching", "appraisal", "consequence"] | None
    reply: Literal["given", "awaited", "none"]
    reply_until: datetime
    noted: bool


class MemberOut(WireModel):
    """One of the own people."""

    employee: str
    name: str
    position: str | None
    newest: NewestReport | None = Field(description="null where there is no report so far.")


class TeamOut(WireModel):
    """Whom the directory names as appraised by the person, in the order of names: nobody is ranked."""

    items: tuple[MemberOut, ...]
