"""`cermin device add|code|list|revoke`."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from pydantic import ValidationError
from rich.table import Table
from rich.text import Text

from app.access.principals import Reach
from app.cli.context import actor, database, fail, out, print_table, secret, settings
from app.devices import fleet
from app.devices.kiosk import INSTRUMENT
from app.devices.pairing import PairingTerms, add_device, renew_code
from app.devices.rules.pins import pin_digest
from app.devices.schemas import DeviceAdded, DeviceIn, DeviceOut, DeviceQuery
from app.directory.catalogue_store import directory_version
from app.foundation.clock import system_clock
from app.foundation.problems import Problem
from app.foundation.secret import derive
from app.foundation.translations import translator

device = typer.Typer(help="Kiosks: pairing them, how they are doing, ending them.", no_args_is_help=True)

AgencyCode = Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")]
DeviceId = Annotated[UUID, typer.Argument(metavar="DEVICE", help="Id, as `cermin device list` shows it.")]
QrFile = Annotated[Path | None, typer.Option("--qr", metavar="FILE.svg", help="Write the QR code there.")]
PAGE = 1_000


@device.command("add")
def add(
    agency: AgencyCode,
    office: Annotated[str, typer.Argument(metavar="OFFICE", help="Code of the office.")],
    counter: Annotated[str, typer.Argument(metavar="COUNTER", help="Code of the counter it stands at.")],
    label: Annotated[str, typer.Option(help="What people call it; shown in lists.")],
    instrument: Annotated[str, typer.Option(help="Instrument whose questions it asks.")] = INSTRUMENT,
    pin: Annotated[str | None, typer.Option(help="PIN of 4 to 8 digits by which a technician leaves the page.")] = None,
    qr: QrFile = None,
) -> None:
    """Add a kiosk; its pairing code is shown once and works once, for some minutes."""
    terms = _terms(agency, qr)
    try:
        asked = DeviceIn(office=office, counter=counter, label=label, instrument=instrument, pin=pin)
    except ValidationError as error:
        # The name of the field only: the wrong value may be a PIN.
        raise fail(f"{str(error.errors()[0]['loc'][0]).capitalize()} is not valid.") from None
    pepper, digest = derive(secret(), "pairing"), None if pin is None else pin_digest(pin)
    with database() as db:
        try:
            with db.writing() as session:
                _check_agency(directory_version(session, agency) is not None, agency)
                added = add_device(session, pepper, terms, asked, digest, system_clock())
        except Problem as problem:
            raise fail(_sentence_of(problem)) from None
    _tell(added, qr)


@device.command("code")
def code(agency: AgencyCode, device_id: DeviceId, qr: QrFile = None) -> None:
    """A new code for a kiosk that was not paired in time; the one before no longer works."""
    terms = _terms(agency, qr)
    with database() as db:
        try:
            with db.writing() as session:
                _check_agency(directory_version(session, agency) is not None, agency)
                added = renew_code(session, derive(secret(), "pairing"), terms, device_id, system_clock())
        except Problem as problem:
            raise fail(_sentence_of(problem)) from None
    _tell(added, qr)


@device.command("list")
def list_devices(agency: AgencyCode) -> None:
    """Every kiosk of the agency and how it is doing."""
    reach, after = Reach(agency, None, actor()), None
    silent_after, now = timedelta(minutes=settings().device_silent_minutes), system_clock()
    table = Table(
        *(
            "id",
            "office",
            "counter",
            "label",
            "state",
            "last seen",
            "today",
            "version",
            "queued",
            "parked",
            "clock",
            "unsent",
            "storage",
        )
    )
    with database() as db, db.reading() as session:
        _check_agency(directory_version(session, agency) is not None, agency)
        while True:
            query = DeviceQuery(after=after, limit=PAGE)
            page = fleet.list_fleet(session, reach, query, now=now, silent_after=silent_after)
            for found in page.items:
                table.add_row(*map(Text, _cells(found)))
            after = page.next
            if after is None:
                break
    print_table(table)


@device.command("revoke")
def revoke(
    agency: AgencyCode,
    device_id: DeviceId,
) -> None:
    """End a kiosk's key or its unused code; every process refuses it within 60 seconds."""
    with database() as db:
        try:
            with db.writing() as session:
                fleet.revoke_device(
                    session,
                    Reach(agency, None, actor()),
                    device_id,
                    now=system_clock(),
                    silent_after=timedelta(minutes=settings().device_silent_minutes),
                )
        except Problem as problem:
            raise fail(_sentence_of(problem)) from None
    out.print(f"device {device_id} revoked")


def _terms(agency: str, qr: Path | None) -> PairingTerms:
    """On what terms a code is made, with the address that a QR code leads to."""
    values = settings()
    if qr is not None and values.public_url is None:
        raise fail("A QR code needs the address of the service: set CERMIN_PUBLIC_URL.")
    return PairingTerms(
        reach=Reach(agency, None, actor()),
        lifetime=timedelta(minutes=values.pairing_minutes),
        public_url=values.public_url,
    )


def _tell(added: DeviceAdded, qr: Path | None) -> None:
    """Say the code, once."""
    out.print(f"device {added.id}, code valid until {added.expires_at:%Y-%m-%d %H:%M:%S} UTC:", highlight=False)
    typer.echo(added.code)
    if added.address is not None:
        typer.echo(added.address)
    if qr is not None and added.qr is not None:
        try:
            qr.write_text(added.qr, "utf-8")
        except OSError as error:
            raise fail(f"{qr} cannot be written: {error.strerror}.") from None


def _check_agency(exists: bool, agency: str) -> None:
    # Otherwise a misspelt agency would look like one without kiosks.
    if not exists:
        raise fail(f"There is no agency {agency}.")


def _sentence_of(problem: Problem) -> str:
    document = problem.document(translator("en"))
    return "\n".join(error["message"] for error in document.get("errors", ())) or str(document["detail"])


def _cells(found: DeviceOut) -> tuple[str, ...]:
    return (
        str(found.id),
        found.office,
        found.counter,
        found.label,
        f"{found.state}, silent" if found.silent else str(found.state),
        "" if found.last_seen_at is None else f"{found.last_seen_at:%Y-%m-%d %H:%M}",
        str(found.received_today),
        found.app_version or "",
        "" if found.queue_depth is None else str(found.queue_depth),
        _parked(found),
        "" if found.clock_offset_ms is None else f"{found.clock_offset_ms / 1_000:+.1f} s",
        "" if found.unsent_seconds is None else f"{found.unsent_seconds} s",
        _storage(found),
    )


def _parked(found: DeviceOut) -> str:
    """`3: id-conflict 2, invalid-request 1`."""
    codes = ", ".join(f"{code} {n}" for code, n in sorted((found.parked_codes or {}).items()))
    return "" if found.parked is None else f"{found.parked}: {codes}" if codes else str(found.parked)


def _storage(found: DeviceOut) -> str:
    """`kept, 512 MiB free`."""
    if found.storage is None:
        return ""
    persisted, free = found.storage.persisted, found.storage.free_bytes
    kept = () if persisted is None else ("kept" if persisted else "not kept",)
    return ", ".join((*kept, *(() if free is None else (f"{free // 1_048_576} MiB free",))))
