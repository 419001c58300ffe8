"""`cermin key issue|list|revoke|rotate`."""

import re
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table
from rich.text import Text

from app.access import keys
from app.access.keys import KeyFault
from app.access.principals import KeyKind
from app.access.store import keys_of
from app.access.tables import ApiKey
from app.cli.context import actor, database, fail, out, print_table
from app.devices.store import device_of_key
from app.directory.catalogue_cache import read_catalogue
from app.directory.catalogue_store import directory_version
from app.foundation.clock import system_clock
from app.foundation.storage.database import Database

key = typer.Typer(help="Keys of kiosks, apps, readers and others.", no_args_is_help=True)

AgencyCode = Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")]
KeyId = Annotated[UUID, typer.Argument(metavar="KEY", help="Id of the key, as `cermin key list` shows it.")]

LONGEST_LABEL = 100
DURATION = re.compile(r"^(\d{1,5})([smhd])$")
SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


@key.command("issue")
def issue(
    agency: AgencyCode,
    kind: Annotated[KeyKind, typer.Option(help="device, app, queue, reader, supervisor, auditor or admin.")],
    label: Annotated[str, typer.Option(help="What the key is for; shown in lists.")] = "",
    office: Annotated[str | None, typer.Option(help="Office of a device; root of the subtree of others.")] = None,
    counter: Annotated[str | None, typer.Option(help="Counter of a device.")] = None,
    sees_nip: Annotated[bool, typer.Option("--nip", help="Show this reader the whole NIP in reports.")] = False,
    expires_in: Annotated[str | None, typer.Option(metavar="30d", help="How long it works: 12h, 30d.")] = None,
) -> None:
    """Make a key. It is shown once, on standard output; only a digest is kept."""
    now = system_clock()
    if len(label) > LONGEST_LABEL:
        raise fail(f"A label may have at most {LONGEST_LABEL} characters.")
    with database() as db:
        _check_place(db, agency, office, counter, now)
        try:
            with db.writing() as session:
                text, _ = keys.issue(
                    session,
                    agency_id=agency,
                    kind=kind,
                    label=label or f"{kind} {now:%Y-%m-%d}",
                    actor=actor(),
                    now=now,
                    office=office,
                    counter=counter,
                    sees_nip=sees_nip,
                    expires_at=None if expires_in is None else now + duration(expires_in),
                )
        except KeyFault as fault:
            raise fail(f"{fault}.") from None
    typer.echo(text)


@key.command("list")
def list_keys(agency: AgencyCode) -> None:
    """Every key of the agency; secrets are not kept and cannot be shown."""
    now = system_clock()
    table = Table("id", "kind", "label", "office", "counter", "sees NIP", "issued", "last used", "state")
    with database() as db, db.reading() as session:
        if directory_version(session, agency) is None:
            raise fail(f"There is no agency {agency}.")
        for row in keys_of(session, agency):
            cells = (str(row.key_id), row.kind, row.label, row.office or "", row.counter or "")
            # Text, because a label may hold what rich takes for markup.
            table.add_row(
                *map(Text, cells),
                "yes" if row.sees_nip else "",
                f"{row.issued_at:%Y-%m-%d}",
                "" if row.last_used_on is None else row.last_used_on.isoformat(),
                _state(row, now),
            )
    print_table(table)


@key.command("revoke")
def revoke(agency: AgencyCode, key_id: KeyId) -> None:
    """End a key; every process refuses it within 60 seconds."""
    with database() as db:
        try:
            with db.writing() as session:
                keys.revoke(session, agency_id=agency, key_id=key_id, actor=actor(), now=system_clock())
        except KeyFault as fault:
            raise fail(f"{fault}.") from None
    out.print(f"key {key_id} revoked")


@key.command("rotate")
def rotate(
    agency: AgencyCode,
    key_id: KeyId,
    overlap: Annotated[str, typer.Option(metavar="7d", help="How long the old key still works.")] = "7d",
) -> None:
    """Make the successor of a key; the old one still works for the overlap."""
    with database() as db:
        try:
            with db.writing() as session:
                # The new key would be shown here, but the kiosk has no way to be given it: it only takes codes.
                if device_of_key(session, agency, key_id) is not None:
                    raise KeyFault("a paired kiosk holds this key: revoke the device and add it anew")
                text, _ = keys.rotate(
                    session,
                    agency_id=agency,
                    key_id=key_id,
                    actor=actor(),
                    now=system_clock(),
                    overlap=duration(overlap),
                )
        except KeyFault as fault:
            raise fail(f"{fault}.") from None
    typer.echo(text)


def duration(text: str) -> timedelta:
    """`30d`, `12h`, `15m`, `45s` as a span of time."""
    match = DURATION.match(text)
    if match is None:
        raise fail(f"“{text}” is no duration; write 30d, 12h, 15m or 45s.")
    return timedelta(seconds=int(match[1]) * SECONDS[match[2]])


def _check_place(db: Database, agency: str, office: str | None, counter: str | None, now: datetime) -> None:
    # A key has no foreign key to its office, so a misspelt one would only be noticed by the first rating.
    catalogue = read_catalogue(db, agency, now)
    if catalogue is None:
        raise fail(f"There is no agency {agency}.")
    if office is not None and office not in catalogue.offices:
        raise fail(f"The agency has no office {office}.")
    if counter is not None and (office or "", counter) not in catalogue.counters:
        raise fail(f"The office has no counter {counter}.")


def _state(row: ApiKey, now: datetime) -> str:
    if row.revoked_at is not None:
        return f"revoked {row.revoked_at:%Y-%m-%d}"
    if row.expires_at is None:
        return "valid"
    word = "expired" if row.expires_at <= now else "valid until"
    return f"{word} {row.expires_at:%Y-%m-%d %H:%M}"
