"""`cermin log`: the log that outsiders can check."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from app.cli.context import actor, database, err, fail, out, secret, settings
from app.closing.logged import enter_older
from app.directory.catalogue_store import directory_version
from app.foundation.clock import system_clock
from app.foundation.storage.database import Database
from app.transparency import store
from app.transparency.authority import Authority, NotStamped, stamp_authority
from app.transparency.cosigning import take_cosigned
from app.transparency.inventory import InventoryOrder, take_inventory
from app.transparency.log import LogKey, checkpoint, log_key, proof_of
from app.transparency.publishing import NotPublished, publish
from app.transparency.recovery import NotRecovered, RecoveryOrder, recover
from app.transparency.rules.inventories import Marker
from app.transparency.rules.policies import Policy, parse_policy
from app.transparency.rules.tiles import CHECKPOINT
from app.transparency.sources import NoSuchFile, source_of
from app.transparency.stamp_config import trusted_stamps
from app.transparency.stamping import Unstamped, stamp_checkpoint
from app.transparency.witness import origin_hash

log = typer.Typer(
    help="The log that outsiders can check: publishing it, witnesses, proofs (docs/log.md).", no_args_is_help=True
)

Agency = Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")]
PolicyFile = Annotated[Path, typer.Option("--policy", metavar="FILE", help="Which witnesses there are (tlog-policy).")]


@log.command("show")
def show(agency_id: Agency) -> None:
    """What others have to know of the log: a policy to begin with, which asks for no witness yet."""
    with _open(agency_id) as db, db.reading() as session:
        named = log_key(session, agency_id, secret(), settings().public_url)
        size = store.size_of(session, agency_id)
    typer.echo(f"# {named.origin}: {size} entries\nlog {named.verifier}\nquorum none")


@log.command("publish")
def publish_log(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="Where, a folder for each agency (CERMIN_LOG_FOLDER)."),
    ] = None,
    agency: Annotated[str | None, typer.Option(help="One agency only.")] = None,
) -> None:
    """Sign the newest checkpoint and write what is new as static files, for any web server.

    With CERMIN_TIMESTAMP_URL have it stamped, too; without the stamp it is as well published.
    """
    target = folder or settings().log_folder
    if target is None:
        raise fail("Name a folder, or set CERMIN_LOG_FOLDER.")
    with _open(agency) as db:
        authority = stamp_authority(settings())
        enter_older(db)
        with db.reading() as session:
            agencies = [agency] if agency else store.agencies(session)
        for each in agencies:
            _publish(db, each, target / each)
        if authority is not None:
            _stamp(db, authority, agencies, target)


@log.command("inventory")
def inventory(
    agency_id: Agency,
    accept: Annotated[
        bool, typer.Option("--accept", help="Also list what cannot have come through the service; audited.")
    ] = False,
) -> None:
    """Take an inventory now, as every night does: what has come since the last one is listed, its roots logged."""
    values = settings()
    order = InventoryOrder(
        system_clock(),
        actor(),
        timedelta(days=values.late_limit_days),
        timedelta(days=values.trace_days),
        accept=accept,
    )
    with _open(agency_id) as db:
        enter_older(db)
        taken = take_inventory(db, agency_id, Marker(secret(), agency_id), order)
    if taken is None:
        raise fail("Another process has taken an inventory meanwhile.")
    out.print(f"inventory {taken.number}: {taken.listed} rows listed", highlight=False)
    if taken.left_out:
        err.print(f"{taken.left_out} rows were left out; `cermin check {agency_id}` names them", highlight=False)


@log.command("cosigned")
def cosigned(
    agency_id: Agency,
    places: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE_OR_FOLDER]", help="Left out: the addresses in the policy.")
    ] = None,
    *,
    policy: PolicyFile,
) -> None:
    """Take what witnesses have cosigned: from files or folders they sent, or from their addresses in the policy."""
    with _open(agency_id) as db:
        named = _key(db, agency_id)
        terms = _policy(policy)
        keys = [each.key for each in terms.witnesses.values()]
        new = 0
        for place in places or [each.url for each in terms.witnesses.values() if each.url]:
            try:
                content = _cosigned_in(place, named.origin)
                with db.writing() as session:
                    size, lines = take_cosigned(session, agency_id, content, keys, actor=actor(), now=system_clock())
            except ValueError as fault:
                err.print(f"{place}: {fault}", markup=False, highlight=False, soft_wrap=True)
                continue
            new += lines
            out.print(f"{place}: {size} entries, {lines} new", markup=False, highlight=False, soft_wrap=True)
    if not new:
        raise fail("Nothing new was cosigned.")


@log.command("recover")
def recover_log(
    agency_id: Agency,
    where: Annotated[str, typer.Argument(metavar="WHERE", help="The published log: its folder or address.")],
) -> None:
    """After restoring a backup: bring back the entries that it lacks, from what was published."""
    values = settings()
    late, by = timedelta(days=values.late_limit_days), trusted_stamps(values)
    with _open(agency_id) as db:
        order = RecoveryOrder(_key(db, agency_id).verifier, late, by, actor(), system_clock())
        try:
            found = recover(db, agency_id, source_of(where), order)
        except (NotRecovered, ValueError, KeyError) as fault:
            raise fail(f"Nothing was brought back: {fault}.") from None
    if found.unstamped:
        err.print(f"the time stamp was not brought back: {found.unstamped}", highlight=False)
    out.print(
        f"{found.entries} entries brought back; now run cermin log inventory {agency_id} --accept", highlight=False
    )


@log.command("proof")
def proof(
    agency_id: Agency,
    report: Annotated[UUID, typer.Argument(metavar="REPORT_ID")],
) -> None:
    """The proof (`.tlog-proof`) that a final report is in the log."""
    with _open(agency_id) as db, db.snapshot() as session:
        found = proof_of(session, agency_id, report)
    if found is None:
        raise fail("There is no proof: the report is not final, or no checkpoint has it yet.")
    typer.echo(str(found), nl=False)


@contextmanager
def _open(agency_id: str | None) -> Iterator[Database]:
    with database() as db:
        if agency_id is not None:
            with db.reading() as session:
                if directory_version(session, agency_id) is None:
                    raise fail(f"There is no agency {agency_id}.")
        yield db


def _key(db: Database, agency_id: str) -> LogKey:
    with db.reading() as session:
        return log_key(session, agency_id, secret(), settings().public_url)


def _publish(db: Database, agency_id: str, folder: Path) -> None:
    try:
        if checkpoint(db, agency_id, secret(), settings().public_url, system_clock()) is None:
            out.print(f"{agency_id}: nothing is logged yet", highlight=False)
            return
        written = publish(db, agency_id, folder, _key(db, agency_id).verifier)
    except (NotPublished, ValueError) as fault:
        raise fail(f"Not published: {fault}.") from None
    except OSError as error:
        raise fail(f"{error.filename} cannot be written: {error.strerror}.") from None
    out.print(
        f"{agency_id}: {written.size} entries, {written.files} files written to {folder}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


def _stamp(db: Database, authority: Authority, agencies: Sequence[str], folder: Path) -> None:
    with db.reading() as session:
        waiting = [Unstamped(*each) for each in store.unstamped(session)]
    for each in waiting:
        if each.agency_id not in agencies:
            continue
        try:
            stamp_checkpoint(db, authority, each, folder, system_clock)
        except (NotStamped, ValueError, OSError) as fault:
            why = fault.strerror if isinstance(fault, OSError) else fault
            err.print(f"{each.agency_id}: not stamped: {why}", markup=False, highlight=False, soft_wrap=True)
        else:
            out.print(f"{each.agency_id}: {each.size} entries stamped", markup=False, highlight=False)


def _policy(file: Path) -> Policy:
    try:
        return parse_policy(file.read_bytes())
    except OSError as error:
        raise fail(f"{file} cannot be read: {error.strerror}.") from None
    except ValueError as fault:
        raise fail(f"{file}: {fault}.") from None


def _cosigned_in(place: str, origin: str) -> bytes:
    """What a witness cosigned of this log: in a file, or in what it hands out."""
    if not place.startswith(("http://", "https://")) and Path(place).is_file():
        return source_of(str(Path(place).parent)).read(Path(place).name)
    source = source_of(place)
    try:
        return source.read(f"{origin_hash(origin)}/{CHECKPOINT}")
    except NoSuchFile:
        raise ValueError("this witness has seen nothing of the log") from None
