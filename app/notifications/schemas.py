"""The wire models of webhooks and their deliveries."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.foundation.outgoing.rules.addresses import LONGEST
from app.foundation.wire import StrictWireModel, WireModel
from app.outbox.rules.kinds import EventKind

OfficeCode = Annotated[str, Field(min_length=1, max_length=40)]
DeliveryState = Literal["waiting", "delivered", "failed", "dropped"]


class WebhookIn(WireModel):
    """A webhook to be added. Without `kinds` it is told of all, without `office` of all the key reaches."""

    address: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    kinds: Annotated[tuple[EventKind, ...], Field(max_length=len(EventKind))] = ()
    office: OfficeCode | None = None
    signing: Literal["v1", "v1a"] = "v1"


class WebhookOut(WireModel):
    """A webhook. `public_key` checks signatures of `v1a`; `off_because` is `asked`, or `gone` where it answered 410."""

    id: UUID
    address: str | None = Field(description="null where it was sealed under another installation's secret.")
    kinds: tuple[EventKind, ...]
    office: str | None
    signing: Literal["v1", "v1a"]
    public_key: str | None
    added_at: datetime
    off_at: datetime | None
    off_because: Literal["asked", "gone"] | None


class WebhookAdded(WebhookOut):
    """The same with the shared secret of `v1`, which is told once; null for `v1a`, whose private key stays here."""

    secret: str | None


class WebhookPage(WireModel):
    """The webhooks in reach, the oldest first."""

    items: tuple[WebhookOut, ...]


class DeliveryQuery(WireModel):
    """Which deliveries: of one state; the page that begins after an event."""

    state: DeliveryState | None = Field(default=None, description="Only deliveries in this state.")
    after: UUID | None = Field(default=None, description="`next` of the page before.")
    limit: Annotated[int, Field(ge=1, le=500, description="How many on a page.")] = 100


class DeliveryOut(WireModel):
    """One event for one webhook. `outcome` is `http-204`, `timeout`, `no-connection` and the like."""

    event: UUID
    kind: EventKind
    office: str | None
    happened_at: datetime
    state: DeliveryState
    attempts: int
    last_at: datetime | None
    next_at: datetime | None
    outcome: str | None


class DeliveryPage(WireModel):
    """Deliveries, the newest event first; `next` is where the next page begins."""

    items: tuple[DeliveryOut, ...]
    next: UUID | None


class ReplayIn(StrictWireModel):
    """Which event shall be delivered again; null: all that failed or were dropped."""

    event: Annotated[UUID | None, Field(strict=False)] = None


class Replayed(WireModel):
    """How many deliveries are tried again."""

    replayed: int
