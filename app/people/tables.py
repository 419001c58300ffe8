"""Tables of persons, their grants, and the secrets by which they sign in. Of a secret only a digest is kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.foundation.storage.database import Code, Text, UtcDateTime


class Person(SQLModel, table=True):
    """Somebody who signs in as `login@agency`; `employee` is the code under which the directory has this person.

    `passphrase` is Argon2's text, None until the invitation was taken. `totp` is the encrypted secret of the second
    factor, `totp_next` one that was not confirmed yet, and `totp_step` the newest code that was used: each once.
    """

    __tablename__ = "person"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id"], ["agency.agency_id"]),
        ForeignKeyConstraint(["agency_id", "employee"], ["employee.agency_id", "employee.code"]),
        UniqueConstraint("agency_id", "login"),
        Index(None, "agency_id", "employee"),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    person_id: UUID = Field(primary_key=True)
    login: str = Field(sa_type=Code())
    name: str = Field(sa_type=Text(200))
    employee: str | None = Field(default=None, sa_type=Code())
    invited_at: datetime = Field(sa_type=UtcDateTime)
    passphrase: str | None = Field(default=None, sa_type=Text(200))
    totp: str | None = Field(default=None, sa_type=Text(200))
    totp_next: str | None = Field(default=None, sa_type=Text(200))
    totp_step: int | None = Field(default=None, sa_type=BigInteger)


class Grant(SQLModel, table=True):
    """A role of a person at an office and all below it (`office` None: in the whole agency), until it is revoked."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint(
            "role IN ('supervisor', 'appraiser', 'employee', 'auditor', 'administrator', 'viewer')", name="role"
        ),
        ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.person_id"]),
        ForeignKeyConstraint(["agency_id", "office"], ["office.agency_id", "office.code"]),
        Index(None, "agency_id", "person_id"),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    grant_id: UUID = Field(primary_key=True)
    person_id: UUID
    role: str = Field(sa_type=Text(20))
    office: str | None = Field(default=None, sa_type=Code())
    granted_at: datetime = Field(sa_type=UtcDateTime)
    granted_by: str = Field(sa_type=Text(100))
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SignInLink(SQLModel, table=True):
    """The one-time link by which a person chooses a passphrase; a newer one replaces it."""

    __tablename__ = "sign_in_link"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.person_id"]),
        UniqueConstraint("agency_id", "digest"),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    person_id: UUID = Field(primary_key=True)
    digest: str = Field(sa_type=Text(64))
    expires_at: datetime = Field(sa_type=UtcDateTime)


class RecoveryCode(SQLModel, table=True):
    """A code that stands in for the second factor, once."""

    __tablename__ = "recovery_code"
    __table_args__ = (ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.person_id"]),)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    person_id: UUID = Field(primary_key=True)
    digest: str = Field(primary_key=True, sa_type=Text(64))


class PersonIdentity(SQLModel, table=True):
    """The account of a person at a provider: one person an account, and one account a person at each provider."""

    __tablename__ = "person_identity"
    __table_args__ = (
        CheckConstraint("linked_by IN ('invitation', 'nip')", name="linked_by"),
        ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.person_id"]),
        UniqueConstraint("agency_id", "person_id", "issuer"),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    issuer: str = Field(primary_key=True, sa_type=Text(255))
    subject: str = Field(primary_key=True, sa_type=Text(255))
    person_id: UUID
    linked_by: str = Field(sa_type=Text(10))
    linked_at: datetime = Field(sa_type=UtcDateTime)


class PersonSession(SQLModel, table=True):
    """A browser that is signed in: the cookie holds the secret, this row its digest.

    Not `complete`: the passphrase was right and the second factor is still owed. `strong`: a second factor was given.
    `grant_id` is the role in which the person acts now, `proven_at` when the person last proved to be there.
    Of who came through a provider it keeps how the account was linked, the session there, and the encrypted ID token.
    """

    __tablename__ = "person_session"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.person_id"]),
        ForeignKeyConstraint(["agency_id", "grant_id"], ["role_grant.agency_id", "role_grant.grant_id"]),
        UniqueConstraint("agency_id", "digest"),
        Index(None, "agency_id", "person_id"),
        Index(None, "agency_id", "provider_sid"),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    session_id: UUID = Field(primary_key=True)
    person_id: UUID
    digest: str = Field(sa_type=Text(64))
    complete: bool
    strong: bool
    grant_id: UUID | None = None
    browser: str = Field(sa_type=Text(40))
    started_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    proven_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    linked_by: str | None = Field(default=None, sa_type=Text(10))
    provider_sid: str | None = Field(default=None, sa_type=Text(255))
    provider_hint: str | None = Field(default=None, sa_type=Text(8_000))
