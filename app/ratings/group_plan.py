"""The plan by which a group of ratings is stored, whatever the database does with parts of it.

A plan says which part to try next, and is told what came of it. So the thread that writes to SQLite and the task that
writes to PostgreSQL follow the same rules, each on a connection of its own kind.
"""

from collections.abc import Callable, Generator, Sequence
from enum import StrEnum
from typing import NamedTuple

import structlog

from app.foundation.problems import busy
from app.ratings.rating import NewRating, Result, Stored

log = structlog.get_logger("cermin.writer")


class FaultKind(StrEnum):
    """Why a part was not stored: by chance, because of one of its rows, or as all others would be refused, too."""

    # A lost connection, a deadlock: a retry may succeed. After a lock's time-out or with a full disk it would add load.
    passing = "passing"
    row = "row"
    lasting = "lasting"


class Fault(NamedTuple):
    """A part was not stored: why, and the kind of error, for the log. Its text may hold values of rows."""

    kind: FaultKind
    error: str


Outcome = list[Stored] | Fault
Plan = Generator[Sequence[NewRating], Outcome, list[Result]]


def plan_of(ratings: Sequence[NewRating], is_over: Callable[[], bool]) -> Plan:
    """Each agency's ratings in a transaction of their own; ends with one result per rating, in order.

    On a database that is distributed by agency each transaction then touches one shard only. Nothing more is tried
    once the group's time `is_over`.
    """
    if len({rating.agency_id for rating in ratings}) == 1:
        return (yield from _part(ratings, is_over))
    of_agency: dict[str, list[int]] = {}
    for index, rating in enumerate(ratings):
        of_agency.setdefault(rating.agency_id, []).append(index)
    results: dict[int, Result] = {}
    for indexes in of_agency.values():
        written = yield from _part([ratings[index] for index in indexes], is_over)
        results.update(zip(indexes, written, strict=True))
    return [results[index] for index in range(len(ratings))]


def _part(group: Sequence[NewRating], is_over: Callable[[], bool]) -> Plan:
    if is_over():
        # An earlier agency's part, or half, has used the time up.
        return _refused(group)
    outcome = yield group
    if isinstance(outcome, Fault) and outcome.kind is FaultKind.passing and not is_over():
        # Every id is idempotent, so nothing is counted twice.
        outcome = yield group
    elif isinstance(outcome, Fault) and outcome.kind is FaultKind.row and len(group) > 1:
        # Until the row that the database refuses is alone: it must not cost the others.
        middle = len(group) // 2
        first = yield from _part(group[:middle], is_over)
        return first + (yield from _part(group[middle:], is_over))
    if isinstance(outcome, Fault):
        log.error("group.refused", n=len(group), error=outcome.error)
        return _refused(group)
    return list(outcome)


def _refused(group: Sequence[NewRating]) -> list[Result]:
    return [busy() for _ in group]
