"""The own mail address and the own subscriptions on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from app.directory.schemas import CodeText
from app.foundation.wire import WireModel
from app.notifications.rules.rhythms import Rhythm
from app.outbox.rules.kinds import EventKind


class MailboxIn(WireModel):
    """The own address, which is asked for a confirmation; null forgets it and ends all mail."""

    address: Annotated[str, Field(min_length=1, max_length=254)] | None
    language: Literal["id", "en"] = Field(default="id", description="In which letters are written.")


class MailboxOut(WireModel):
    """The own address; mail goes there once it is `confirmed`, by the link that was sent there.

    `is_on` is false where no server for mail is set up. `state`: `none`, `asked`, `confirmed`.
    """

    is_on: bool
    address: str | None
    state: Literal["none", "asked", "confirmed"]
    language: Literal["id", "en"] | None


class SubscriptionIn(WireModel):
    """Which kind of event, about which office and those below it (null: all in reach), and how often; null ends it."""

    kind: EventKind
    office: CodeText | None = None
    rhythm: Rhythm | None


class SubscriptionOut(WireModel):
    """What one wants mail about, and since when."""

    kind: EventKind
    office: str | None
    rhythm: Rhythm
    since_at: datetime


class SubscriptionsOut(WireModel):
    """The own subscriptions; `kinds` are those that the own roles may be told of."""

    items: tuple[SubscriptionOut, ...]
    kinds: tuple[EventKind, ...]
