"""A read replica of PostgreSQL: some readers may read a state that is some seconds old, and are told how old.

Every process writes the primary's own time into it every few seconds. What a replica shows of that is what it has: a
state that holds the time t holds whatever was committed before t. So its age needs neither the clocks of our machines,
nor a replica that knows that it lost its connection, and a paused or an outdated one is seen as what it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, inf
from time import monotonic
from typing import Generic, Literal, TypeVar

import structlog

from app.foundation.problems import Problem
from app.foundation.startup_errors import StartupError
from app.foundation.storage.database import Database, Session, SQLAlchemyError
from app.foundation.storage.installation import fact
from app.foundation.storage.roles_store import standing
from app.foundation.storage.store import primary_time, write_primary_time
from app.foundation.storage.time_budget import apart

log = structlog.get_logger("cermin")

Value = TypeVar("Value")
# How often the time is written and the replica looked at.
LOOK_SECONDS = 2.0
# How long reading from a replica may wait in all; what is left of a request's time is the primary's.
REPLICA_SECONDS = 0.8
Standing = Literal["none", "used", "late", "unreachable"]
NOT_OURS = "CERMIN_READ_DATABASE_URL leads to a database of another installation; it must be a replica of this one."
ABOVE = (
    "PostgreSQL's row-level security does not bind the role of CERMIN_READ_DATABASE_URL: it is a superuser, or has "
    "BYPASSRLS. Name one there that may only read; docs/operating.md says how it is made."
)


@dataclass(frozen=True)
class Read(Generic[Value]):
    """What was read, and how many seconds old the replica's state was from which; None: from the primary."""

    value: Value
    age: int | None = None


class FigureReads:
    """Reads figures from the replica if there is one, it answers, and its state is not too old; else the primary."""

    def __init__(
        self,
        primary: Database,
        replica: Database | None,
        oldest: float,
        *,
        must_be_bound: bool = False,
        seconds: Callable[[], float] = monotonic,
        counted: Callable[[str], object] = lambda _: None,
        aged: Callable[[float], object] = lambda _: None,
    ) -> None:
        self._primary = primary
        self._replica = replica
        self._oldest = oldest
        # Whether row-level security has to bind the replica's role, as in production.
        self._must_be_bound = must_be_bound
        self._seconds = seconds
        self._counted, self._aged = counted, aged
        # The primary's time, and when by our own counter it was asked.
        self._told: tuple[float, float] | None = None
        self.standing: Standing = "none" if replica is None else "unreachable"

    @property
    def has_replica(self) -> bool:
        """Whether there is a replica at all."""
        return self._replica is not None

    def look(self) -> None:
        """Write the primary's time, and see how old the replica's state is; a job calls it every `LOOK_SECONDS`."""
        if self._replica is None:
            return
        with self._primary.writing() as session:
            write_primary_time(session)
            ours = fact(session, "secret")
            self._told = primary_time(session), self._seconds()
        try:
            with self._replica.reading() as session:
                theirs, age = fact(session, "secret"), self._age(session)
                # Here and not at the start alone: a replica may come, or its role change, while the service runs.
                is_free = self._must_be_bound and standing(session).is_above
        except SQLAlchemyError as error:
            self._failed(error)
            return
        if theirs != ours or is_free:
            self.standing = "unreachable"
            raise StartupError(ABOVE if is_free else NOT_OURS)
        self.standing = "used" if age <= self._oldest else "late"
        self._aged(age)

    def read(self, work: Callable[[Session], Value], *, late: bool, snapshot: bool = False) -> Read[Value]:
        """What `work` reads: from the replica if it may be `late`, else from the primary.

        `work` may be called twice, and must do nothing but read. A replica says no refusals: what it does not have may
        be there already.
        """
        found = self._from_replica(work, snapshot) if late and self.standing == "used" else None
        if self._replica is not None:
            self._counted("primary" if found is None else "replica")
        if found is not None:
            return found
        with self._primary.snapshot() if snapshot else self._primary.reading() as session:
            return Read(work(session))

    def _from_replica(self, work: Callable[[Session], Value], snapshot: bool) -> Read[Value] | None:
        assert self._replica is not None, "only a replica is ever used"
        try:
            with apart(REPLICA_SECONDS), self._replica.snapshot() if snapshot else self._replica.reading() as session:
                age = self._age(session)
                if age > self._oldest:
                    self.standing = "late"
                    return None
                return Read(work(session), ceil(age))
        except Problem:
            return None
        except SQLAlchemyError as error:
            self._failed(error)
            return None

    def _age(self, session: Session) -> float:
        """How old the state is that this session sees, by the primary's clock."""
        written = fact(session, "primary-time")
        if self._told is None or written is None:
            return inf
        time, asked = self._told
        return max(0.0, time + self._seconds() - asked - int(written) / 1_000_000)

    def _failed(self, error: SQLAlchemyError) -> None:
        # Until the next look nobody waits for it again.
        self.standing = "unreachable"
        self._aged(inf)
        log.warning("replica.failed", error=type(error).__name__)

    def dispose(self) -> None:
        """Close the replica's connections."""
        if self._replica is not None:
            self._replica.dispose()
