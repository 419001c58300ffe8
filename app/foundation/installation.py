"""The database remembers the fingerprint of the secret it was filled with."""

from app.foundation.database import Database, IntegrityError
from app.foundation.secret import fingerprint
from app.foundation.tables import Installation

SHORTEST_SECRET = 32


class UnfitInstallation(RuntimeError):
    """The service must not start like this; the message says what to do."""


def claim(database: Database, secret: bytes) -> None:
    """Record the secret's fingerprint on the first start; raise when it is another one later."""
    if len(secret) < SHORTEST_SECRET:
        raise UnfitInstallation(f"The secret has fewer than {SHORTEST_SECRET} characters; restore the whole one.")
    ours = fingerprint(secret)
    try:
        with database.writing() as session:
            if session.get(Installation, "secret") is None:
                session.add(Installation(name="secret", value=ours))
    except IntegrityError:
        # Another process made its first start at the same moment; whose secret counts is read below.
        pass
    with database.reading() as session:
        row = session.get(Installation, "secret")
    if row is None or row.value != ours:
        raise UnfitInstallation(
            "CERMIN_SECRET (or its file) is not the one this database was filled with. With another "
            "secret every retried rating would be counted twice. Restore the old secret."
        )
