"""`cermin maintain`: looks after the tables of ratings, as the service does every night."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

import typer

from app.cli.context import actor, database, fail, out, secret, settings
from app.foundation.clock import system_clock
from app.foundation.startup_errors import StartupError
from app.foundation.storage.database import Database, DBAPIError
from app.foundation.storage.installation import claim_secret
from app.foundation.storage.rewriting_store import is_busy
from app.ratings.deleting import believe, clock_is_far_ahead
from app.upkeep import Upkeep, UpkeepOutcome, UpkeepTerms

Rehearsal = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
Right = Annotated[bool, typer.Option("--clock-is-right", help="Go on although nothing was stored for 45 days.")]


def maintain(dry_run: Rehearsal = False, clock_is_right: Right = False) -> None:
    """Look after the tables of ratings, as the service does every night.

    On PostgreSQL partitions by month are made ahead. With CERMIN_RATING_RETENTION_MONTHS months that are past it are
    sealed: all that is told of them is proven once more and stays, and then their ratings go. Safe to repeat, and
    beside a running service.
    """
    with database() as db:
        if clock_is_right and not dry_run:
            believe(db, system_clock())
        elif not clock_is_right and clock_is_far_ahead(db, system_clock()):
            raise fail(
                "Nothing was done: this machine's clock is more than 45 days ahead of the newest rating and of the "
                "last run. Set the clock, or run `cermin maintain --clock-is-right`."
            )
        try:
            outcome = Upkeep(db, system_clock, _terms(db)).now(actor(), dry_run=dry_run)
        except DBAPIError as error:
            if not is_busy(error):
                raise
            raise fail("Somebody else uses the tables for too long; run `cermin maintain` again.") from None
        if outcome is None:
            raise fail("Another process is looking after the tables just now.")
        for line in lines_of(outcome, is_sqlite=db.is_sqlite, dry_run=dry_run):
            out.print(line, markup=False, highlight=False, soft_wrap=True)


def _terms(db: Database) -> UpkeepTerms:
    values = settings()
    # With another secret every seal would be another. Where nothing is sealed none is needed.
    own = b""
    if values.rating_retention_months is not None:
        own = secret()
        try:
            claim_secret(db, own)
        except StartupError as error:
            raise fail(str(error)) from None
    late, traces = timedelta(days=values.late_limit_days), timedelta(days=values.trace_days)
    return UpkeepTerms(own, values.screen_at, values.rating_retention_months, late, traces)


def lines_of(outcome: UpkeepOutcome, *, is_sqlite: bool, dry_run: bool) -> Iterator[str]:
    """What was done, or would be, a line each."""
    if is_sqlite:
        yield "SQLite keeps all months in one table: there are no partitions to make"
    elif outcome.made:
        months = ", ".join(f"{month:%Y-%m}" for month in outcome.made)
        yield f"partitions {'to be made' if dry_run else 'made'}: {months}"
    else:
        yield "partitions: every month has one, up to three months ahead"
    for each in outcome.sealed:
        month = f"{each.agency_id}: {each.month}"
        if each.reasons:
            yield f"{month} is past its retention and not sealed: {'; '.join(each.reasons)}"
            continue
        verb = "would be sealed" if dry_run else "sealed"
        never = f"; {each.untold} were never told, and never will be" if each.untold else ""
        yield f"{month} {verb}: {each.ratings} ratings, {each.blocks} blocks{never}"
    for agency_id, n in sorted(outcome.dropped.ratings.items()):
        if n:
            yield f"{agency_id}: {n} ratings of sealed months dropped"
    yield from (f"not dropped: {fault}" for fault in outcome.dropped.faults)
