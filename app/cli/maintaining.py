"""`cermin maintain`: looks after the tables of ratings, as the service does every night."""

from typing import Annotated

import typer

from app.cli.context import database, fail, out, settings
from app.foundation.clock import system_clock
from app.foundation.storage.database import DBAPIError
from app.foundation.storage.rewriting_store import is_busy
from app.ratings.deleting import believe, clock_is_far_ahead
from app.upkeep import Upkeep, UpkeepOutcome

Rehearsal = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
Right = Annotated[bool, typer.Option("--clock-is-right", help="Go on although nothing was stored for 45 days.")]


def maintain(dry_run: Rehearsal = False, clock_is_right: Right = False) -> None:
    """Look after the tables of ratings, as the service does every night: partitions by month are made ahead.

    Safe to repeat, and beside a running service.
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
            outcome = Upkeep(db, system_clock, screen_at=settings().screen_at).now(dry_run=dry_run)
        except DBAPIError as error:
            if not is_busy(error):
                raise
            raise fail("Somebody else uses the tables for too long; run `cermin maintain` again.") from None
        if outcome is None:
            raise fail("Another process is looking after the tables just now.")
        _say(outcome, is_sqlite=db.is_sqlite, dry_run=dry_run)


def _say(outcome: UpkeepOutcome, *, is_sqlite: bool, dry_run: bool) -> None:
    if is_sqlite:
        out.print("SQLite keeps all months in one table: there are no partitions to make")
    elif outcome.made:
        months = ", ".join(f"{month:%Y-%m}" for month in outcome.made)
        out.print(f"partitions {'to be made' if dry_run else 'made'}: {months}", highlight=False, soft_wrap=True)
    else:
        out.print("partitions: every month has one, up to three months ahead")
