"""The two roles of a PostgreSQL database: one owns and migrates the tables, the other works on rows and owns nothing.

Row-level security binds the owner, too (it is forced); but only a role that owns nothing cannot take it away.
"""

from app.foundation.startup_errors import StartupError
from app.foundation.storage import roles_store as store
from app.foundation.storage.database import Database, DBAPIError, address

ABOVE = (
    "PostgreSQL's row-level security does not bind the role of CERMIN_DATABASE_URL: it is a superuser, or has "
    "BYPASSRLS. Give that address to `cermin migrate` as CERMIN_OWNER_URL, and name in CERMIN_DATABASE_URL a role of "
    "its own for the service; `cermin migrate` makes it (docs/operating.md)."
)
NOT_OWNED = (
    "The role of CERMIN_DATABASE_URL does not own the tables, and so cannot migrate them. Run `cermin migrate` with "
    "CERMIN_OWNER_URL, too: the same database with the role that owns them (docs/operating.md)."
)
NOT_MADE = (
    "The role of CERMIN_DATABASE_URL could not be made or given its rights by that of CERMIN_OWNER_URL. Have a "
    "superuser run CREATE ROLE … LOGIN PASSWORD '…' once, own the tables with the role of CERMIN_OWNER_URL, and run "
    "`cermin migrate` again."
)


def let_in(owner: Database, service_url: str) -> bool:
    """Give the role of the service's address the rights it needs; where there is no such role, make it.

    Again changes nothing, a password neither. False where it is the owner's own role, or the address names none.
    """
    parts = address(service_url)
    role = parts.username
    if owner.is_sqlite or role is None:
        return False
    try:
        # On a cluster every shard is told.
        with owner.unhurried() as session:
            if store.is_current(session, role):
                return False
            if not store.is_there(session, role):
                store.make(session, role, parts.password or "")
            store.grant(session, role)
    except DBAPIError:
        # Its own text would show the statement.
        raise StartupError(NOT_MADE) from None
    return True


def fault_of_role(database: Database) -> str | None:
    """Why row-level security does not keep agencies apart for this connection; None where it does."""
    if database.is_sqlite:
        return None
    with database.reading() as session:
        if names := store.unforced(session):
            return f"These tables have no forced row-level security: {', '.join(names)}. Run `cermin migrate`."
        return ABOVE if store.standing(session).is_above else None


def owns_tables(database: Database) -> bool:
    """Whether the role of this connection owns the tables, and could take row-level security away."""
    if database.is_sqlite:
        return False
    with database.reading() as session:
        return store.standing(session).is_owner
