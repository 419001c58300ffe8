"""The audit trail, and persons with their roles and sessions, on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from pydantic import Field, StringConstraints

from app.access.principals import Role
from app.directory.schemas import CodeText, Limit
from app.foundation.days import Day
from app.foundation.wire import OneLine, WireModel

LoginText: TypeAlias = Annotated[str, Field(pattern="^[a-z0-9._-]{1,40}$")]


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


class PersonQuery(WireModel):
    """Which page of persons: those after a sign-in name, at most `limit`."""

    after: LoginText | None = Field(default=None, description="The `next` of the page before.")
    limit: Limit = 200


class GrantOut(WireModel):
    """A role in force, at an office and all below it; `office` null: in the whole agency."""

    id: UUID
    role: Role
    office: str | None
    granted_at: datetime


class PersonOut(WireModel):
    """Somebody who may sign in as `login@agency`, with the roles in force.

    `state`: `invited` (a link waits), `expired` (it waits no more, and nobody came in), `active` (has a way in).
    """

    id: UUID
    login: str
    name: str
    employee: str | None
    state: Literal["invited", "expired", "active"]
    second_factor: bool
    invited_at: datetime
    roles: tuple[GrantOut, ...]


class PersonPage(WireModel):
    """Persons by sign-in name; `next` is the `after` of the following page, null on the last."""

    items: tuple[PersonOut, ...]
    next: str | None


class GrantIn(WireModel):
    """A role to give, at an office and all below it; left out: in the whole agency."""

    role: Role
    office: CodeText | None = None


class InviteIn(GrantIn):
    """Whom to invite, and the first role. Without `login` the sign-in name is made from the name."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), OneLine]
    login: LoginText | None = None
    employee: CodeText | None = Field(default=None, description="Needed for the roles appraiser and employee.")


class InvitationOut(WireModel):
    """The person, and the one-time link, which nobody can show again: `code`, and where it leads if that is known."""

    person: PersonOut
    code: str
    address: str | None
    expires_at: datetime


class SessionOut(WireModel):
    """A browser in which somebody is signed in; times tell hours and minutes of use, never what was done."""

    id: UUID
    browser: str
    second_factor: bool
    started_at: datetime
    seen_at: datetime


class SessionsOut(WireModel):
    """The browsers in which a person is signed in, the newest first."""

    items: tuple[SessionOut, ...]


class SessionsEnded(WireModel):
    """How many sessions were ended."""

    ended: int
