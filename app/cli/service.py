"""`cermin serve`: running the service."""

import signal
from types import FrameType
from typing import Annotated

import structlog
import typer
import uvicorn

from app.cli.context import reporting_errors, secret, settings
from app.foundation.http.connections import BACKLOG, ConnectionLimits, Room, raise_descriptor_limit, room_for
from app.foundation.settings import Settings
from app.foundation.telemetry import configure_logging
from app.main import Cermin, check_startup, create_app

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
        # uvicorn's own handlers would write plain text beside our JSON lines (foundation/telemetry.py).
        log_config=None,
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
