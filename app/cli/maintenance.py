"""`cermin migrate|check`: the newest schema, and the proof that all agrees; neither loads the web framework."""

from typing import Annotated

import typer

from app.cli.context import database, err, fail, out, secret_at_hand, settings
from app.directory.catalogue_store import directory_version
from app.disclosure.reconciliation import reconcile_blocks
from app.foundation.storage.installation import secret_fault
from app.foundation.storage.migrations import current, upgrade
from app.ratings.reconciliation import reconcile
from app.tickets.reconciliation import reconcile_tickets


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
    """Prove that blocks are what their ratings give, that tickets spent are ratings, codes exist, and the secret is the
    one that this database was filled with; exit 1 if not."""
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
