"""What a process looks at before it serves anybody."""

from collections.abc import Callable
from time import monotonic, sleep

import structlog

from app.foundation.http.routes import readiness_of
from app.foundation.settings import Environment, Settings
from app.foundation.startup_errors import StartupError
from app.foundation.storage.agency_scope import all_agencies
from app.foundation.storage.database import Database, OperationalError
from app.foundation.storage.installation import claim_secret
from app.foundation.storage.roles import fault_of_role, owns_tables
from app.instruments.registry import changed_since_use

log = structlog.get_logger("cermin")

# How long a start waits in all for those who keep the database, and between two tries: nobody waits for its answer.
LONGEST_TURN, PAUSE = 20.0, 0.05


def check_startup(settings: Settings, database: Database, secret: bytes) -> None:
    """Refuse to start where an acknowledged rating could be lost, counted twice or scored otherwise."""
    state = readiness_of(database)
    if state.migration == "ahead":
        raise StartupError("The schema of the database is that of a newer version of Cermin; run that one.")
    if state.status != "ready":
        raise StartupError("The database is not reachable or not migrated. Run `cermin migrate`.")
    if settings.environment is Environment.production:
        # Who names a file says where all processes find it; the usual one may be each machine's own.
        shared = settings.secret is not None or "secret_file" in settings.model_fields_set
        if not shared and not database.is_sqlite:
            raise StartupError("Set CERMIN_SECRET or CERMIN_SECRET_FILE: several processes must share one secret.")
        if unsafe := database.unsafe_settings():
            raise StartupError(f"PostgreSQL runs with {', '.join(unsafe)} off; switch it on.")
        if fault := fault_of_role(database):
            raise StartupError(fault)
        if owns_tables(database):
            log.warning("role.owns-tables", see="CERMIN_OWNER_URL in docs/settings.md")
    in_its_turn(lambda: claim_secret(database, secret))
    with all_agencies(), database.reading() as session:
        if changed := changed_since_use(session):
            raise StartupError(f"Instruments differ from the ones used before: {', '.join(changed)}.")


def in_its_turn(work: Callable[[], None]) -> None:
    """Do what a start writes, and try again while the database is locked: others may start at the same moment."""
    until = monotonic() + LONGEST_TURN
    while True:
        try:
            work()
        except OperationalError:
            if monotonic() > until:
                raise
            sleep(PAUSE)
        else:
            return
