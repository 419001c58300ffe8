"""Facts about the installation, kept in its database: the fingerprint of its secret, and others by name."""

from contextlib import suppress

from app.foundation.secret import fingerprint
from app.foundation.startup_errors import StartupError
from app.foundation.storage.database import Database, IntegrityError, Session
from app.foundation.storage.tables import Installation
from app.foundation.storage.upsert import put

SHORTEST_SECRET = 32
# Under this name lies what the link is drawn from that sets up an installation without any agency.
SET_UP = "set-up"
NOT_THAT_ONE = (
    "CERMIN_SECRET (or its file) is not the one this database was filled with. With another "
    "secret every retried rating would be counted twice. Restore the old secret."
)


def claim_secret(database: Database, secret: bytes) -> None:
    """Record the secret's fingerprint on the first start; raise when it is another one later."""
    if len(secret) < SHORTEST_SECRET:
        raise StartupError(f"The secret has fewer than {SHORTEST_SECRET} characters; restore the whole one.")
    ours = fingerprint(secret)
    # Read first: who has started before needs no turn among those who write.
    if _claimed(database) is None:
        # Another process may make its first start at the same moment; whose secret counts is read below.
        with suppress(IntegrityError), database.writing() as session:
            if session.get(Installation, "secret") is None:
                session.add(Installation(name="secret", value=ours))
    if _claimed(database) != ours:
        raise StartupError(NOT_THAT_ONE)


def _claimed(database: Database) -> str | None:
    with database.reading() as session:
        return fact(session, "secret")


def secret_fault(session: Session, secret: bytes | None) -> str | None:
    """What is wrong with the secret at hand (None: there is none) for this database; None if nothing is."""
    return fault_of(fact(session, "secret"), secret)


def fault_of(claimed: str | None, secret: bytes | None) -> str | None:
    """The same for a database whose secret has this fingerprint (None: it was filled with none yet)."""
    if claimed is None:
        return None
    if secret is None:
        return "CERMIN_SECRET is not set and its file is missing, but this database was filled with one. Restore it."
    return None if fingerprint(secret) == claimed else NOT_THAT_ONE


def fact(session: Session, name: str) -> str | None:
    """The fact kept under this name; None if there is none."""
    row = session.get(Installation, name)
    return None if row is None else row.value


def locked_fact(session: Session, name: str) -> str | None:
    """The fact kept under this name, which nobody else changes until the transaction ends; None if there is none."""
    row = session.get(Installation, name, with_for_update=True)
    return None if row is None else row.value


def forget_fact(session: Session, name: str) -> None:
    """Keep nothing under this name any more; whoever holds its row is waited for."""
    row = session.get(Installation, name, with_for_update=True)
    if row is not None:
        session.delete(row)
        session.flush()


def add_fact(session: Session, name: str, value: str) -> None:
    """Keep the first fact under this name. Raises IntegrityError where another process has done so meanwhile."""
    session.add(Installation(name=name, value=value))
    session.flush()


def put_fact(session: Session, name: str, value: str) -> None:
    """Keep a fact under this name, replacing the one before."""
    put(session, Installation(name=name, value=value))
