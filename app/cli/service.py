"""`cermin serve`: running the service."""

import signal
import ssl
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import structlog
import typer
import uvicorn

from app.cli.context import address, fail, out, reporting_errors, secret, settings
from app.cli.setting_up import tell_the_way_in
from app.foundation.clock import system_clock
from app.foundation.http import tls_listener
from app.foundation.http.connections import BACKLOG, ConnectionLimits, Room, raise_descriptor_limit, room_for
from app.foundation.http.server import Server, TlsDoor
from app.foundation.settings import Settings
from app.foundation.startup_errors import StartupError
from app.foundation.telemetry import configure_logging
from app.main import create_app
from app.startup_checks import check_startup
from app.wiring.application import Cermin

if TYPE_CHECKING:
    from app.foundation.own_certificate import OwnCertificate

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
    descriptors = raise_descriptor_limit() - (0 if values.tls_port is None else tls_listener.AT_ONCE)
    pools = values.pool_size * (1 if values.read_database_url is None else 2)
    room = room_for(values.connections, descriptors, pools)
    if room.connections < values.connections:
        log.warning("connections.limited_by_descriptors", connections=room.connections)
    for place in application.state.services.database.open_places():
        # Perhaps the operator's own choice: a warning, no change.
        log.warning("database.open_to_others", place=place)
    with reporting_errors(status=3):
        tell_the_way_in(application.state.services.database, secret(), address(host, port))
    listening = (host or values.host, values.port if port is None else port)
    tls = None if values.tls_port is None else _tls_door(values, listening[0], application, room)
    server = Server(server_config(values, application, *listening, room), tls)
    # uvicorn drains and then raises the signal anew for whoever handled it before: a service that ended in
    # order says so with 0 instead of dying of SIGTERM (143).
    signal.signal(signal.SIGTERM, _end_in_order)
    server.run()
    if not server.started:
        raise typer.Exit(3)


def certificate() -> None:
    """Make the certificate of CERMIN_TLS_NAMES, if there is none that fits, and show what devices shall trust."""
    with reporting_errors():
        found = certificate_of(settings())
    for name, value in (
        ("names", ", ".join(settings().certified_names)),
        ("trust this file", str(found.authority.absolute())),
        ("its SHA-256 fingerprint", found.fingerprint),
        ("renewed before", f"{found.until:%Y-%m-%d}"),
    ):
        out.print(f"{name}: {value}", markup=False, highlight=False, soft_wrap=True)


def certificate_of(values: Settings) -> "OwnCertificate":
    """The certificate of these settings, made or renewed where that is due. Raises `StartupError`."""
    # Here, because behind a proxy nobody needs it.
    from app.foundation.own_certificate import own_certificate

    if not values.certified_names:
        raise StartupError("Set CERMIN_TLS_NAMES: the names and addresses at which the service is reached over TLS.")
    try:
        return own_certificate(values.certificate_folder, values.certified_names, system_clock())
    except OSError as error:
        raise StartupError(f"CERMIN_CERTIFICATE_FOLDER cannot be written ({type(error).__name__}).") from None


def _tls_door(values: Settings, host: str, application: Cermin, room: Room) -> TlsDoor:
    """The second door, which listens already but is not served yet."""
    with reporting_errors(status=3):
        found = certificate_of(values)
    port = values.tls_port or 0
    try:
        sockets = tls_listener.listening_sockets(host, port, room.backlog)
    except OSError as error:
        raise fail(f"Cannot listen at port {port} ({error.strerror}). Set CERMIN_TLS_PORT to another one.", 3) from None
    _tell(found)
    log.info("tls.listening", port=sockets[0].getsockname()[1], names=values.certified_names)

    def renew(context: ssl.SSLContext) -> None:
        renewed = certificate_of(values)
        context.load_cert_chain(renewed.chain, renewed.key)
        _tell(renewed)

    return TlsDoor(
        sockets,
        tls_listener.tls_context(str(found.chain), str(found.key)),
        values.receive_seconds,
        application.state.services.metrics,
        renew,
    )


def _tell(found: "OwnCertificate") -> None:
    if "authority" in found.made:
        # Devices that trust a former one must trust this one anew.
        log.warning("tls.authority-made", file=str(found.authority), sha256=found.fingerprint)
    if found.made:
        log.info("tls.certificate-made", until=f"{found.until:%Y-%m-%d}", authority_sha256=found.fingerprint)


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
