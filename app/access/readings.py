"""Reading figures about persons leaves a trace, and how often one key may read is bounded.

Whoever asks often enough can take single ratings out of figures by subtraction; so nobody asks without limit, and
who was asked about can see who asked.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from app.access.audit import record_all
from app.access.principals import Principal
from app.access.rules.guess_budget import TokenBuckets
from app.access.store import events_since
from app.foundation.clock import Clock
from app.foundation.problems import Problem
from app.foundation.storage.database import Database, Session

HOUR = 3_600.0
ACTION: Final = "persons.read"
# More than anybody reads on one page; the audit trail has all.
MOST_SHOWN = 100


class Covered(NamedTuple):
    """What one answer tells about persons: which address was asked, about whom, and about which days.

    `employee` None: everybody at `office` and below; `office` None: everybody in the agency.
    """

    what: str
    employee: str | None = None
    office: str | None = None
    period: str | None = None
    first: date | None = None
    last: date | None = None


class Reading(NamedTuple):
    """One row of the trail, for the person it is about: when, by what kind of key or role, what was asked."""

    at: datetime
    actor: str
    by: str
    what: str
    period: str | None
    first: date | None
    last: date | None


class Readings:
    """The readings of one process: a budget for each key, and the trail of those that cover persons."""

    def __init__(self, database: Database, clock: Clock, per_hour: int) -> None:
        self._database = database
        self._clock = clock
        # An hour's worth at once: reports are pulled in one go, and then not for weeks.
        self._budget = TokenBuckets(size=per_hour, per_second=per_hour / HOUR) if per_hour else None

    def take(self, principal: Principal) -> None:
        """Count one request of this key. Raises `too-many-reads` when its hour is used up."""
        if self._budget is None:
            return
        wait = self._budget.take(principal.key_id.hex, self._clock().timestamp())
        if wait:
            raise Problem(
                "too-many-reads",
                headers={"Retry-After": str(wait)},
                extra={"retry_after": wait},
                seconds=wait,
            )

    def leave_trace(self, principal: Principal, covered: Covered) -> None:
        """Write the audit row of an answer about persons, before the answer is sent (blocking).

        In a transaction of its own, since the reading one writes nothing. When it fails, its exception refuses the
        answer: what leaves no trace is not read.
        """
        self.leave_traces(principal, [covered])

    def leave_traces(self, principal: Principal, all_covered: Sequence[Covered]) -> None:
        """As `leave_trace`, for one answer about several persons by name."""
        if not all_covered:
            return
        with self._database.writing() as session:
            record_all(
                session,
                ((each.employee or each.office or principal.agency_id, _detail(each)) for each in all_covered),
                agency_id=principal.agency_id,
                actor=principal.actor,
                action=ACTION,
                at=self._clock(),
            )


def readings_about(
    session: Session, agency_id: str, employee: str, above: frozenset[str], since: datetime
) -> list[Reading]:
    """Who has read about this person since then, newest first, at most a hundred.

    `above` is the person's office with all offices over it: a reading of one of these covers the person, too.
    """
    events = events_since(session, agency_id, ACTION, since)
    return [
        Reading(
            event.at,
            event.actor,
            event.actor.partition(":")[0],
            event.detail["what"],
            event.detail.get("period"),
            _day(event.detail.get("first")),
            _day(event.detail.get("last")),
        )
        for event in events
        if _is_about(event.detail, employee, above)
    ][:MOST_SHOWN]


def _is_about(detail: dict[str, str], employee: str, above: frozenset[str]) -> bool:
    if "employee" in detail:
        return detail["employee"] == employee
    return "office" not in detail or detail["office"] in above


def _detail(covered: Covered) -> dict[str, str]:
    return {name: _plain(value) for name, value in covered._asdict().items() if value is not None}


def _plain(value: str | date) -> str:
    return value.isoformat() if isinstance(value, date) else value


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
