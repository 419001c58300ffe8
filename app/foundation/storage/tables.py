"""Tables of the installation as a whole, not of an agency."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.foundation.storage.database import Text, UtcDateTime


class Installation(SQLModel, table=True):
    """Named facts about this database; `secret` is the fingerprint of the secret it was filled with, `set-up` what its
    first link is drawn from until there is an agency, `primary-time` what time it was when its replicas were last told,
    `demo` the day whose demo was loaded whole, `demo-half-year` and `demo-drafted` what came after it.

    A process with another secret would derive other rating keys and count every retry twice, so it
    refuses to start.
    """

    __tablename__ = "installation"

    name: str = Field(primary_key=True, sa_type=Text(20))
    value: str = Field(sa_type=Text(64))


class LeaseRow(SQLModel, table=True):
    """Work that one of several processes does: who does it, and until when nobody else may take it over."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True, sa_type=Text(20))
    holder: str = Field(sa_type=Text(64))
    until_at: datetime = Field(sa_type=UtcDateTime)
