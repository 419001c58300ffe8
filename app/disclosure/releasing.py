"""Makes a release: tells what can be told by now, and lets leave what was held after telling.

Each task is a transaction of its own under the agency's lock; a release that is interrupted is finished by the next.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from random import SystemRandom
from typing import NamedTuple

import structlog

from app.access.audit import record
from app.disclosure import store, untold_store
from app.disclosure.beside import Telling, tell_comments, tell_profiles
from app.disclosure.block_writer import BlockWriter
from app.disclosure.charts import renew_charts
from app.disclosure.rules.due import (
    RatingGroup,
    UntoldCounts,
    first_day,
    last_day,
    last_month_over,
    month_code,
    period_of,
    task_groups,
    tasks,
)
from app.disclosure.standards import tell_standards
from app.disclosure.sums import renew_sums
from app.disclosure.tables import FigureRelease
from app.foundation.storage.agency_scope import of_agency
from app.foundation.storage.database import Database, OperationalError, Session
from app.instruments.registry import instruments_of
from app.ratings.sealed_store import first_unsealed
from app.ratings.status_store import lock_agency

# Ratings told by one transaction: some offices'. For as long nobody else writes into SQLite, about half a second.
TOLD_AT_ONCE = 10_000

log = structlog.get_logger("cermin.release")


class ReleaseOrder(NamedTuple):
    """How to release: months that ended `after` ago, ratings up to `late` late; `whole` looks at every day there is."""

    now: datetime
    actor: str
    after: timedelta
    late: timedelta
    whole: bool = False


class ReleaseOutcome(NamedTuple):
    """The release's number, the last month it could tell, and how many ratings it told, let leave and left waiting."""

    number: int
    through: str
    told: int
    left: int
    waiting: int


class _Window(NamedTuple):
    """The days to look at (None: from the beginning), perhaps at some offices alone."""

    first: date | None
    offices: frozenset[str] | None = None

    def has(self, part: RatingGroup) -> bool:
        """Whether ratings of this kind are in it."""
        late_enough = self.first is None or part.month >= month_code(self.first)
        return late_enough and (self.offices is None or part.office in self.offices)


def release(
    database: Database,
    order: ReleaseOrder,
    may_continue: Callable[[], bool] = lambda: True,
    afterwards: Callable[[Database, str], object] = lambda *_: None,
) -> dict[str, ReleaseOutcome] | None:
    """Release the figures of every agency; None when `may_continue` returned False: another process took over.

    What is to be done `afterwards` with each is told the agency.
    """
    with database.reading() as session:
        agencies = store.agencies(session)
    found = {}
    for agency_id in agencies:
        if not may_continue():
            return None
        try:
            with of_agency(agency_id):
                found[agency_id] = release_agency(database, agency_id, order)
                afterwards(database, agency_id)
        except Exception as error:
            # One agency's trouble keeps no other from its figures; its age in /metrics tells of it, and the next night
            # tries again. The name of the error only: its text may hold values of rows.
            log.error("release.agency_failed", agency=agency_id, error=type(error).__name__)
    return found


def release_agency(database: Database, agency_id: str, order: ReleaseOrder) -> ReleaseOutcome:
    """Release one agency's figures: first what must leave, then what can be told, then what has to wait."""
    try:
        return _release(database, agency_id, order)
    except _Overtaken:
        # What was told stays told; charts and what waits are made anew up to the month that is the newest by now.
        return _release(database, agency_id, order._replace(whole=True))


class _Overtaken(Exception):
    """Another process has released a later month while this one stood still."""


def _release(database: Database, agency_id: str, order: ReleaseOrder) -> ReleaseOutcome:
    choose = SystemRandom()
    with database.snapshot(hurried=False) as session:
        former = store.latest_release(session, agency_id)
        # Whose clock is behind that of an earlier release takes nothing back.
        through = max(last_month_over(order.now, order.after), former.through if former else "")
        months = store.period_months(session, agency_id) or 3
        instruments = instruments_of(session, agency_id)
        windows = _windows(session, agency_id, order, former, months)
        counts = _untold(session, agency_id, windows, through, order.late)
        next_block = store.next_block(session, agency_id)
    number = former.number + 1 if former else 1
    groups = list(task_groups(tasks(counts, through, months), counts, TOLD_AT_ONCE))
    untold = UntoldCounts(counts)
    writer = BlockWriter(database, agency_id, instruments, number, choose, next_block, untold)
    left = writer.let_leave()
    told = writer.tell_closed() if former is None else 0
    told += sum(writer.tell(group, through) for group in groups)
    if not database.is_sqlite and told + left:
        # Else the first release after an import would go through all blocks for every rating, for hours.
        with suppress(OperationalError), database.keeping() as session:
            store.take_statistics(session)
    renew_sums(database, agency_id, instruments)
    ended = former is None or former.through != through or order.whole
    renew_charts(database, agency_id, instruments, through, None if ended else number, writer.judged)
    with database.unhurried() as session:
        lock_agency(session, agency_id)
        newest = store.latest_release(session, agency_id)
        if newest is not None and newest.through > through:
            raise _Overtaken
        alone = store.next_block(session, agency_id) == writer.next_block
        if told or left or not alone:
            former_windows, windows = windows, _windows(session, agency_id, order, former, months)
            rest = untold.rest
            if windows != former_windows or not alone or rest is None:
                # Blocks have left, or others have told or held something meanwhile: what waits is counted again.
                rest = _untold(session, agency_id, windows, through, order.late)
            counts = rest
        waiting = Counter(counts)
        waiting.update(untold_store.left_but_counted(session, agency_id))
        for window in windows:
            first = None if window.first is None else month_code(window.first)
            untold_store.replace_waiting(
                session, agency_id, first, window.offices, {p: n for p, n in waiting.items() if window.has(p)}
            )
        begins = month_code(windows[0].first) if windows[0].first else None
        beside = Telling(agency_id, number, through, months, begins, former.through if former else None, instruments)
        tell_comments(session, beside, choose)
        tell_profiles(session, beside)
        tell_standards(session, beside)
        # Another process may have made this number meanwhile; then this is the next.
        number = newest.number + 1 if newest else 1
        store.save(session, FigureRelease(agency_id=agency_id, number=number, released_at=order.now, through=through))
        outcome = ReleaseOutcome(number, through, told, left, sum(waiting.values()))
        record(
            session,
            agency_id=agency_id,
            actor=order.actor,
            action="figures.released",
            subject=str(number),
            at=order.now,
            through=through,
            told=told,
            left=left,
        )
    return outcome


def _windows(
    session: Session, agency_id: str, order: ReleaseOrder, former: FigureRelease | None, months: int
) -> list[_Window]:
    """Where untold ratings can be that could be told now: the last weeks, the running period, what was let go again.

    Nothing of what is sealed: what waits there waits for ever.
    """
    sealed = first_unsealed(session, agency_id)
    if former is None or order.whole:
        return [_Window(sealed)]
    arrived = (former.released_at - order.late).date() - timedelta(days=1)
    # The months that were not over then, with the whole period in which they are.
    period, _ = period_of(month_code(last_day(former.through) + timedelta(days=1)), max(months, 3))
    # Whole periods: what waits of a period goes together, and is counted anew together.
    begins, _ = period_of(min(month_code(arrived), period), max(months, 3))
    first = first_day(begins)
    again = untold_store.offices_counting_again(session, agency_id, first)
    again |= untold_store.offices_recounting(session, agency_id, first)
    again |= {part.office for part in untold_store.left_but_counted(session, agency_id) if part.month < begins}
    return [_Window(max(first, sealed or first)), *([_Window(sealed, frozenset(again))] if again else [])]


def _untold(
    session: Session, agency_id: str, windows: Sequence[_Window], through: str, late: timedelta
) -> dict[RatingGroup, int]:
    counts: dict[RatingGroup, int] = {}
    for window in windows:
        counts |= untold_store.unreleased_counts(
            session, agency_id, window.first, last_day(through), window.offices, late
        )
    return counts
