"""`cermin migrate|check`: the newest schema, and the proof that all agrees; neither loads the web framework."""

from datetime import timedelta
from typing import Annotated

import typer

from app.cli.context import database, err, fail, out, owners_database, secret_at_hand, settings
from app.closing.logged import reconcile_reports
from app.directory.catalogue_store import directory_version
from app.disclosure.reconciliation import reconcile_blocks
from app.foundation.clock import system_clock
from app.foundation.startup_errors import StartupError
from app.foundation.storage.database import Database
from app.foundation.storage.installation import secret_fault
from app.foundation.storage.migrations import current, head, upgrade
from app.foundation.storage.roles import NOT_OWNED, let_in, owns_tables
from app.measures.comparing import reconcile_comparisons
from app.ratings.reconciliation import reconcile
from app.seals.keyring import usable_keys
from app.tickets.reconciliation import reconcile_tickets
from app.transparency.reconciliation import LogReconciliation, LogTerms, reconcile_log
from app.transparency.stamp_config import trusted_stamps


def migrate() -> None:
    """Bring the database to the newest schema; safe to run from several machines at once.

    With CERMIN_OWNER_URL the tables are that role's, and the role of CERMIN_DATABASE_URL is made and given its rights.
    """
    values = settings()
    with owners_database() as db:
        before = current(db)
        if before not in (None, head()) and not (db.is_sqlite or owns_tables(db)):
            raise StartupError(NOT_OWNED)
        upgrade(values.owner_url or values.database_url)
        after = current(db)
        let_in(db, values.database_url)
    out.print(f"migrated: {before or 'empty'} → {after}" if before != after else f"already at {after}")


def check(
    agency: Annotated[str | None, typer.Argument(metavar="[AGENCY]", help="One agency only.")] = None,
    published: Annotated[
        str | None,
        typer.Option(metavar="WHERE", help="Where the logs are published: an address or folder (CERMIN_LOG_FOLDER)."),
    ] = None,
) -> None:
    """Prove that blocks are what their ratings give and comparisons what sums give, that tickets spent are ratings,
    codes exist, that rows and reports are those of the log, and the secret is the one that this database was filled
    with; exit 1 if not."""
    with database() as db:
        with db.reading() as session:
            if agency is not None and directory_version(session, agency) is None:
                raise fail(f"There is no agency {agency}.")
            wrong_secret = secret_fault(session, secret_at_hand())
        report, ledger, tickets = reconcile(db, agency), reconcile_blocks(db, agency), reconcile_tickets(db, agency)
        # Of blocks or sums that are wrong no comparison is right.
        compared = () if ledger.faults else reconcile_comparisons(db, agency)
        # With another secret every mark would be another.
        log = LogReconciliation(0, 0, ()) if wrong_secret else _reconciled_log(db, agency, published)
    faults = [
        *([wrong_secret] if wrong_secret else []),
        *report.strays,
        *ledger.faults,
        *compared,
        *tickets.faults,
        *log.faults,
    ]
    for fault in faults:
        err.print(fault, markup=False, highlight=False, soft_wrap=True)
    if faults:
        raise typer.Exit(1)
    out.print(f"checked {report.ratings} ratings, {ledger.ratings} of them in {ledger.blocks} blocks: all agree")
    if ledger.sealed:
        out.print(f"{ledger.sealed} more blocks are of sealed months, whose ratings are past their retention")
    out.print(f"checked {tickets.spent} spent tickets: all agree")
    if log.entries:
        out.print(f"checked {log.entries} log entries and {log.rows} rows that they vouch for: all agree")
    if log.stamps:
        checked = "all agree" if settings().timestamp_roots else "not checked: CERMIN_TIMESTAMP_ROOTS names nobody"
        out.print(f"time stamps: {log.stamps}, {checked}", highlight=False)
    for each in log.sealed:
        gone = f"{each.gone} ratings of it and before are gone, and what is told of them is as it was sealed"
        out.print(
            f"{each.agency_id}: {each.month} is sealed since {each.since}: {gone}", highlight=False, soft_wrap=True
        )


def _reconciled_log(db: Database, agency: str | None, published: str | None) -> LogReconciliation:
    """The log beside rows and final reports; nothing where there is no secret, and so no log."""
    values, own = settings(), secret_at_hand()
    if own is None:
        return LogReconciliation(0, 0, ())
    terms = LogTerms(
        own,
        values.public_url,
        system_clock(),
        timedelta(days=values.late_limit_days),
        timedelta(days=values.trace_days),
        published or (str(values.log_folder) if values.log_folder else None),
        trusted_stamps(values),
    )
    found = reconcile_log(db, terms, agency)
    reports = reconcile_reports(db, usable_keys(values.signing_key_file), agency)
    return found._replace(faults=(*found.faults, *reports))
