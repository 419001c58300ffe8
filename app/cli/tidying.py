"""`cermin tidy`: the hourly and the nightly work, now."""

from datetime import timedelta
from typing import Annotated

import typer

from app.cli.context import actor, database, fail, out, settings
from app.foundation.clock import system_clock
from app.foundation.storage.rewriting import Busy
from app.jobs import rewriting_of
from app.ratings.deleting import believe, clock_is_believable
from app.ratings.retention import forget
from app.ratings.retention import tidy as tidy_comments

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
