"""Every night, one of the processes writes anew what stands apart from ratings, so that no order leads back to them."""

import threading
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial

import structlog

from app.foundation.clock import Clock
from app.foundation.ids import new_id
from app.foundation.storage.database import Database
from app.foundation.storage.installation import fact, put_fact
from app.foundation.storage.leases import Lease
from app.foundation.storage.rewriting_store import Apart, Busy, empty_the_log, is_busy, mark, rebuild, rewrite, sweep

__all__ = ["Apart", "Busy", "Rewriting", "unlink"]

log = structlog.get_logger("cermin.rewriting")

NAME = "rewriting"
# A process that died is followed after so long; nothing takes longer, and two at once do no harm.
LEASE = timedelta(hours=1)
# Somebody who reads for long (a backup) is waited for a while; then the night is tried again later.
TRIES, PAUSE = 6, 5.0
LATER = timedelta(minutes=15)


class Rewriting:
    """The nightly rewriting as one process sees it; `failed` is called with every night that could not be finished."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        tables: Sequence[Apart],
        *,
        due_on: Callable[[datetime], date],
        failed: Callable[[], object] = lambda: None,
        pause: float = PAUSE,
    ) -> None:
        self._database = database
        self._clock = clock
        self._tables = tables
        self._due_on = due_on
        self._failed = failed
        self._pause = pause
        self._stopped = threading.Event()
        self._lease = Lease(database, NAME, new_id().hex, LEASE)
        self._not_before = clock()

    def run_if_due(self) -> bool:
        """Rewrite if a night has come in which nobody did; whether this process did. Call it every minute.

        Raises what went wrong; everything is in its place then, and a later call tries again.
        """
        now = self._clock()
        if now < self._not_before or self._is_done(self._due_on(now)):
            return False
        try:
            rewritten = self.now(if_due=True)
        except Exception:
            self._not_before = now + LATER
            self._failed()
            raise
        if rewritten:
            log.info("rewriting.done")
        return rewritten

    def now(self, *, if_due: bool = False) -> bool:
        """Rewrite at once, unless another process is at it (`if_due`: or the night is done); whether this one did."""
        if self._stopped.is_set() or not self._lease.take(self._clock()):
            return False
        try:
            # Which night this is, is asked before: what comes while we are at it belongs to the next one.
            due = self._due_on(self._clock())
            if if_due and self._is_done(due):
                # Another process did it between our question and our lease, or our clock was set back meanwhile.
                return False
            for step in self._steps():
                self._patiently(step)
            return self._write(due)
        finally:
            self._lease.drop(self._clock())

    def stop(self) -> None:
        """Begin nothing more and wait for nobody; what is left undone is done by the next process."""
        self._stopped.set()

    def _steps(self) -> list[Callable[[], object]]:
        """Each may be repeated, and the ones after it make good what came in between."""
        unlinked = [partial(_unlinked, self._database, apart) for apart in self._tables]
        if self._database.is_sqlite:
            return [*unlinked, partial(rebuild, self._database), partial(empty_the_log, self._database)]
        return [*unlinked, *(partial(sweep, self._database, apart) for apart in self._tables)]

    def _patiently(self, step: Callable[[], object]) -> None:
        for n in range(1, TRIES + 1):
            try:
                step()
            except Exception as error:
                if not is_busy(error):
                    raise
                if n == TRIES or self._stopped.wait(self._pause):
                    raise Busy from error
            else:
                return

    def _is_done(self, night: date) -> bool:
        with self._database.reading() as session:
            last = fact(session, NAME)
        return last is not None and date.fromisoformat(last) >= night

    def _write(self, night: date) -> bool:
        with self._database.writing() as session:
            # Who stood still meanwhile would record a night after a later one.
            if not self._lease.keep_in(session, self._clock()):
                return False
            put_fact(session, NAME, night.isoformat())
        return True


def unlink(database: Database, apart: Apart) -> None:
    """Take away which transaction wrote the rows that came since the last time; on SQLite only a night can."""
    if not database.is_sqlite:
        _unlinked(database, apart)


def _unlinked(database: Database, apart: Apart) -> None:
    if apart.within is None:
        return
    with database.unhurried() as session:
        if database.is_sqlite:
            mark(session, apart)
        else:
            rewrite(session, apart)
