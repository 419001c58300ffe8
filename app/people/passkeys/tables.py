"""Tables of passkeys, and of the challenges that one has answered already."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.foundation.storage.database import Code, Text, UtcDateTime

LONGEST_CREDENTIAL, LONGEST_KEY, LONGEST_NAME = 1_364, 2_000, 60


class Passkey(SQLModel, table=True):
    """A passkey of a person: the id that the authenticator gave it and its public key, both as base64url.

    `sign_count` is the newest counter that it showed, 0 for those that never count.
    """

    __tablename__ = "passkey"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.person_id"]),
        UniqueConstraint("agency_id", "credential"),
        Index(None, "agency_id", "person_id"),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    passkey_id: UUID = Field(primary_key=True)
    person_id: UUID
    credential: str = Field(sa_type=Text(LONGEST_CREDENTIAL))
    public_key: str = Field(sa_type=Text(LONGEST_KEY))
    sign_count: int = Field(sa_type=BigInteger)
    name: str = Field(sa_type=Text(LONGEST_NAME))
    added_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PasskeyChallenge(SQLModel, table=True):
    """A challenge that was answered, by its digest; until it is over it is not taken again."""

    __tablename__ = "passkey_challenge"
    __table_args__ = (ForeignKeyConstraint(["agency_id"], ["agency.agency_id"]),)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    digest: str = Field(primary_key=True, sa_type=Text(64))
    expires_at: datetime = Field(sa_type=UtcDateTime)
