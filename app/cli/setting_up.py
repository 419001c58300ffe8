"""`cermin setup`: the link by which an installation without any agency is set up in a browser."""

import structlog
import typer

from app.cli.context import address, database, err, fail, secret
from app.foundation.clock import system_clock
from app.foundation.storage.database import Database
from app.foundation.storage.installation import claim_secret
from app.people.setting_up import SetUpCode, set_up_code

log = structlog.get_logger("cermin")


def set_up() -> None:
    """Print the link that sets up an installation in a browser; it works once, until there is an agency."""
    with database() as db:
        # With another secret the link would open nothing, and the service would not start.
        claim_secret(db, secret())
        found = set_up_code(db, secret(), system_clock())
    if found is None:
        raise fail("There is an agency already: cermin person invite AGENCY NAME --role administrator.")
    _print(found, address())


def tell_the_way_in(db: Database, installation_secret: bytes, base: str) -> None:
    """Print the link at the start of a service without any agency, to a terminal and to nothing else."""
    found = set_up_code(db, installation_secret, system_clock())
    if found is None:
        return
    if err.is_terminal:
        _print(found, base, to_error=True)
        return
    # What is written elsewhere is kept as a log, and a log holds no secrets.
    log.warning("installation.empty", hint="the command cermin setup prints the link to begin with")


def _print(found: SetUpCode, base: str, *, to_error: bool = False) -> None:
    err.print(f"No agency yet. Begin here, once, until {found.ends_at:%Y-%m-%d %H:%M} UTC:", highlight=False)
    typer.echo(f"{base}/setup#{found.code}", err=to_error)
