"""`cermin serve|migrate|check|tidy`: running and looking after the service."""

import signal
from datetime import timedelta
from types import FrameType
from typing import Annotated

import structlog
import typer
import uvicorn

from app.cli.context import actor, database, err, fail, out, reporting_errors, secret, secret_at_hand, settings
from app.directory.catalogue_store import directory_version
from app.disclosure.reconciliation import reconcile_blocks
from app.foundation.clock import system_clock
from app.foundation.http.connections import BACKLOG, ConnectionLimits, Room, raise_descriptor_limit, room_for
from app.foundation.settings import Settings
from app.foundation.storage.installation import secret_fault
from app.foundation.storage.migrations import current, upgrade
from app.foundation.storage.rewriting import Busy
from app.foundation.telemetry import configure_logging
from app.jobs import rewriting_of
from app.main import Cermin, check_startup, create_app
from app.ratings.deleting import believe, clock_is_believable
from app.ratings.reconciliation import reconcile
from app.ratings.retention import forget
from app.ratings.retention import tidy as tidy_comments
from app.tickets.reconciliation import reconcile_tickets

log = structlog.get_logger("cermin")

Port = Annotated[int | None, typer.Option(min=0, max=65_535, help="Port to listen on (CERMIN_PORT).")]


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (CERMIN_HOST).")] = None,
    port: Port = None,
) -> None:
    """Serve HTTP until SIGTERM; what is being written then is finished first."""
    run(settings(), host=host, port=port)


def run(values: Settings, *, host: str | None = None, port: int | None = None) -> None:
    """Serve these settings until a signal ends it."""
    with reporting_errors(status=3):
        application = create_app(values)
        # The application checks itself when it starts, too; but there its sentence would be buried in a traceback.
        check_startup(values, application.state.services.database, secret())
    configure_logging(values.log_level)
    room = room_for(values.connections, raise_descriptor_limit(), values.pool_size)
    if room.connections < values.connections:
        log.warning("connections.limited_by_descriptors", connections=room.connections)
    for place in application.state.services.database.open_places():
        # Perhaps the operator's own choice: told, not changed.
        log.warning("database.open_to_others", place=place)
    listening = (host or values.host, values.port if port is None else port)
    server = uvicorn.Server(server_config(values, application, *listening, room))
    # uvicorn drains and then raises the signal anew for whoever handled it before: a service that ended in
    # order says so with 0 instead of dying of SIGTERM (143).
    signal.signal(signal.SIGTERM, _end_in_order)
    server.run()
    if not server.started:
        raise typer.Exit(3)


def server_config(
    values: Settings, application: Cermin, host: str, port: int, room: Room | None = None
) -> uvicorn.Config:
    """The configuration with which uvicorn serves the application, with room for so many connections."""
    room = room or Room(values.connections, BACKLOG)
    limits = ConnectionLimits(
        most=room.connections,
        head_seconds=values.receive_seconds,
        metrics=application.state.services.metrics,
    )
    return uvicorn.Config(
        application,
        host=host,
        port=port,
        # Every answer is counted in /metrics; a line per request costs a quarter of the throughput.
        access_log=False,
        log_level="warning",
        # Containers are killed ten seconds after SIGTERM; what is being written needs some of them.
        timeout_graceful_shutdown=8,
        server_header=False,
        # Wrong codes and open answers are limited by address. Whoever may say another's could get past that, so
        # nobody is believed who was not named.
        proxy_headers=values.trusted_proxies is not None,
        forwarded_allow_ips=values.trusted_proxies or "",
        http=limits.protocol(),
        backlog=room.backlog,
    )


def _end_in_order(_: int, __: FrameType | None) -> None:
    raise SystemExit(0)


def migrate() -> None:
    """Bring the database to the newest schema; safe to run from several machines at once."""
    with database() as db:
        before = current(db)
        upgrade(settings().database_url)
        after = current(db)
    out.print(f"migrated: {before or 'empty'} → {after}" if before != after else f"already at {after}")


def check(
    agency: Annotated[str | None, typer.Argument(metavar="[AGENCY]", help="One agency only.")] = None,
) -> None:
    """Prove that blocks are what their ratings give, tickets spent are ratings, codes exist, and the secret is the one
    that this database was filled with; exit 1 if not."""
    with database() as db:
        with db.reading() as session:
            if agency is not None and directory_version(session, agency) is None:
                raise fail(f"There is no agency {agency}.")
            wrong_secret = secret_fault(session, secret_at_hand())
        report, ledger, tickets = reconcile(db, agency), reconcile_blocks(db, agency), reconcile_tickets(db, agency)
    faults = [*([wrong_secret] if wrong_secret else []), *report.strays, *ledger.faults, *tickets.faults]
    for fault in faults:
        err.print(fault, markup=False, highlight=False, soft_wrap=True)
    if faults:
        raise typer.Exit(1)
    out.print(f"checked {report.ratings} ratings, {ledger.ratings} of them in {ledger.blocks} blocks: all agree")
    out.print(f"checked {tickets.spent} spent tickets: all agree")


Right = Annotated[
    bool, typer.Option("--clock-is-right", help="Delete although nothing was stored or deleted for 45 days.")
]


def tidy(clock_is_right: Right = False) -> None:
    """Do now what the service does by the hour and by night.

    Comments and traces past their retention are purged; comments, profiles and the counts of tickets are written
    anew, so that nothing in the database tells which rating they came with. SQLite takes no ratings meanwhile.
    """
    with database() as db:
        if clock_is_right:
            believe(db, system_clock())
        elif not clock_is_believable(db, system_clock()):
            raise fail(
                "Nothing was deleted: this machine's clock is more than 45 days ahead of the newest rating and of the "
                "last run. Set the clock, or run `cermin tidy --clock-is-right`."
            )
        purged = tidy_comments(db, system_clock(), timedelta(days=settings().comment_retention_days), actor())
        forgotten = forget(db, system_clock(), timedelta(days=settings().trace_days))
        out.print(f"purged {purged} comments and {forgotten} traces")
        try:
            rewritten = rewriting_of(db, system_clock, settings().screen_at).now()
        except Busy:
            raise fail("Somebody else uses the database for too long; run `cermin tidy` again.") from None
    out.print(
        "what stands apart from ratings was written anew"
        if rewritten
        else "another process is writing anew what stands apart from ratings"
    )
