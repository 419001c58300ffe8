"""The audit trail on the wire."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from app.directory.schemas import CodeText, Limit
from app.foundation.days import Day
from app.foundation.wire import WireModel


class TrailQuery(WireModel):
    """Which actions: of a kind, at an office, between two days (UTC)."""

    action: Annotated[str, Field(pattern=r"^[a-z]{1,20}(\.[a-z-]{1,20})?$")] | None = Field(
        default=None, description="`finding.released`, or every action about a `finding`."
    )
    office: CodeText | None = Field(default=None, description="What names this office alone.")
    first: Day | None = Field(default=None, alias="from", description="First day, in UTC.")
    last: Day | None = Field(default=None, alias="to", description="Last day, included, in UTC.")
    after: UUID | None = Field(default=None, description="`next` of the page before.")
    limit: Limit = 100


class ActionOut(WireModel):
    """Something that was done: when, by whom (`auditor:id`, `cli:name`), what, on what; `detail` has codes and counts.

    `name` is that of the person, or the label of the key; so is `subject_name` of whom it was done to, if anybody.
    """

    id: UUID
    at: datetime
    actor: str
    name: str | None
    action: str
    subject: str
    subject_name: str | None
    detail: dict[str, Any]


class TrailPage(WireModel):
    """Actions, the newest first."""

    items: tuple[ActionOut, ...]
    next: UUID | None
