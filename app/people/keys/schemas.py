"""Keys of machines on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from pydantic import Field, StringConstraints

from app.access.principals import KeyKind
from app.directory.schemas import CodeText
from app.foundation.wire import OneLine, WireModel

Label: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True), OneLine]


class KeyQuery(WireModel):
    """Which keys: those in force, or all."""

    state: Literal["valid", "expired", "revoked"] | None = Field(default=None, description="Only keys in this state.")


class KeyOut(WireModel):
    """A key of a machine; its secret is kept nowhere. `office` null: it reaches the whole agency."""

    id: UUID
    kind: KeyKind
    label: str
    office: str | None
    sees_nip: bool
    state: Literal["valid", "expired", "revoked"]
    issued_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_on: date | None = Field(description="A day in UTC; null where no use is known.")


class KeyPage(WireModel):
    """Keys, the oldest first."""

    items: tuple[KeyOut, ...]


class KeyIn(WireModel):
    """A key to make: for what, with what reach, and for how many days (null: until it is ended)."""

    kind: Literal["app", "queue", "reader"]
    label: Label = Field(description="Which system it is for, and where.")
    office: CodeText | None = Field(default=None, description="This office and those below it; null: all in reach.")
    days: Annotated[int, Field(ge=1, le=3_650, strict=True)] | None = None


class KeyMade(KeyOut):
    """A new key; `key` is its whole text, which nobody can show again."""

    key: str = Field(repr=False)
