"""Two who do something at once, the same way each time: the first is held right before it commits."""

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Event, get_ident
from time import monotonic

from sqlalchemy import event, text
from sqlmodel import Session

from app.foundation.storage.database import Database
from tests.citus import CITUS_URL
from tests.postgres import owning
from tests.threads import Threads

# So long the second may take to come to the row of the first; on SQLite it waits for the whole transaction anyway.
PATIENCE, ON_SQLITE = 5.0, 0.05


def second_of_two(
    database: Database, first: Callable[[], object], second: Callable[[], object], *, commits: int = 1
) -> Future[object]:
    """What comes of `second`, which begins when all of `first` is written and nothing of it is committed.

    It goes on as far as it can before `first` commits, which it does for the last of `commits` times then. Raises what
    `first` raises.
    """
    left, written, go_on = commits, Event(), Event()
    held: list[int] = []

    def begin() -> object:
        held.append(get_ident())
        return first()

    def before_commit(session: Session) -> None:
        nonlocal left
        if held != [get_ident()]:
            return
        left -= 1
        if left == 0:
            session.flush()
            written.set()
            assert go_on.wait(2 * PATIENCE), "nobody let the first go on"

    event.listen(Session, "before_commit", before_commit)
    try:
        with Threads(2) as pool:
            began = pool.submit(begin)
            while not (written.wait(0.005) or began.done()):
                pass
            assert written.is_set(), began.result()
            follows = pool.submit(second)
            _wait_until_stuck(database, follows)
            go_on.set()
            began.result()
            wait([follows])
            return follows
    finally:
        go_on.set()
        event.remove(Session, "before_commit", before_commit)


def _wait_until_stuck(database: Database, follows: Future[object]) -> None:
    """Wait until it is done, or waits for a lock, which only the first can hold."""
    if database.is_sqlite:
        wait([follows], ON_SQLITE)
        return
    # On a cluster it is a worker where somebody waits, of which whoever owns the tables may ask.
    activity = "pg_stat_activity" if CITUS_URL is None else "citus_stat_activity"
    locked = text(f"SELECT count(*) FROM {activity} WHERE datname = current_database() AND wait_event_type = 'Lock'")
    until = monotonic() + PATIENCE
    with owning(database) as session:
        while not follows.done() and monotonic() < until:
            if session.execute(locked).scalar_one():
                return
            # Within a transaction the server tells what others do as it was when it was asked first.
            session.execute(text("SELECT pg_stat_clear_snapshot()"))
            wait([follows], 0.005)
