"""One process of the service: its own writer, lanes, intake, quotas, leases and nights over the shared store."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import copy_context
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import Engine

from app.disclosure.nightly import NightlyRelease
from app.foundation.problems import Problem
from app.foundation.storage.agency_scope import begin_scope
from app.foundation.storage.database import Database
from app.foundation.storage.rewriting import Apart, Rewriting
from app.foundation.storage.time_budget import begin_budget
from app.intake.with_key import Accepted, Intake
from app.jobs import BackgroundJobs, Job
from app.ratings.keys import KeyMaker
from app.ratings.rating import Result, StoreOutcome
from app.ratings.schemas import RatingIn
from app.ratings.validation import RatingValidator
from app.ratings.writer import Writer
from app.ratings.writer_task import task_lane
from app.ratings.writer_thread import thread_lane
from app.screening.nightly import NightlyScreening, due_on
from tests.simulation.beside import sender_of, ticket_services
from tests.simulation.connections import FiberStore, SimulatedDatabase, SimulatedLoopStore
from tests.simulation.memory_store import Killed, MemoryStore
from tests.simulation.quotas import WatchedQuotas
from tests.simulation.runs import Plan
from tests.simulation.sql_store import SqlDatabase
from tests.simulation.town import CATALOGUE_CACHE, INSTRUMENT_CACHE, Sender
from tests.simulation.virtual_loop import owner
from tests.simulation.weather import LONGEST_STILL

T = TypeVar("T")
KEYS = KeyMaker.of(b"a secret of the simulation, long enough")
LATE = timedelta(days=40)
VALIDATOR = RatingValidator(KEYS, LATE)
# What is written anew every night; here one step each.
APART = (Apart("comment", within="agency_id"), Apart("ticket_count", within="agency_id"))
HOUR = 2
ANSWER_SECONDS = 2.5
# A client is promised an answer within three seconds.
PROMISED = 3.0
# Longer than anything takes that a process waits for before it ends: a night's step among them.
ENDING_SECONDS = 120.0 + 4 * LONGEST_STILL


class Beside(NamedTuple):
    """What lies beside the table of ratings: a real database, and who is told of events over the network."""

    engine: Engine
    post_of: Callable[["Process"], Any]


class Process:
    """A process from its start to its end; one that starts again is another one."""

    def __init__(
        self,
        name: str,
        plan: Plan,
        store: MemoryStore,
        clock: Callable[[], datetime],
        tell: Callable[[str], None],
        still: Callable[[], float],
        beside: Beside,
    ) -> None:
        self.name = name
        self.is_alive, self.is_open = True, False
        # It has ended by itself, so nothing may be left over.
        self.ended_well = False
        self.tell = tell
        self.clock = clock
        self.began = clock()
        self.quotas = WatchedQuotas(plan.pace)
        # Ratings that were asked here, that were answered, and that were newly stored for devices.
        self.asked = self.answered = self.stored = 0
        self.slowest = 0.0
        self.surprises: list[str] = []
        # Its clock was set while it ran, or is so far behind that what clients send seems to come from the future.
        self.clock_was_set = self.is_behind = False
        self._plan = plan
        self._store = store
        self._still = still
        # For how long it stood still while it sent.
        self.stood = 0.0
        self._beside = beside
        self._tasks: list[asyncio.Task[Any]] = []
        self._serving: list[asyncio.Task[None]] = []
        self._context = copy_context()
        self._context.run(owner.set, self)
        self._context.run(self._start)

    def stands_still(self) -> float:
        """How long it stands still while it sends: once at most, or one with much to send would never end."""
        seconds = 0.0 if self.stood else self._still()
        if seconds:
            self.stood = seconds
            self.tell(f"{self.name} stands still for {seconds:.0f} s while it sends")
        return seconds

    def adopt(self, task: "asyncio.Task[Any]") -> None:
        """Remember what ends with this process."""
        self._tasks.append(task)
        task.add_done_callback(self._tasks.remove)

    def _start(self) -> None:
        plan = self._plan
        fiber_store = cast(Any, FiberStore(self._store, self))
        lanes = [thread_lane(fiber_store)]
        if not plan.is_sqlite:
            lanes = [task_lane(cast(Any, SimulatedLoopStore(self._store, self)))] * plan.lanes
        self.writer = Writer(lanes, queue_length=plan.queue_length, group_length=plan.group_length)
        self._intake = Intake(
            catalogues=cast(Any, CATALOGUE_CACHE),
            instruments=cast(Any, INSTRUMENT_CACHE),
            validator=VALIDATOR,
            store=fiber_store,
            writer=self.writer,
            clock=self.clock,
            quotas=self.quotas,
        )
        database = cast(Database, SimulatedDatabase(self._store, self, self._still))
        self.sql = cast(Database, SqlDatabase(self._beside.engine, self._store, self))
        self.tickets, self.issuer = ticket_services(self.sql, self.clock, VALIDATOR)
        sender = sender_of(self.sql, self.clock, self._beside.post_of(self))
        self.lease_holder = sender._lease._holder
        self._screening = NightlyScreening(database, self.clock, hour=HOUR, trace_days=42)
        self._releasing = NightlyRelease(database, self.clock, after_days=5, late_days=LATE.days)
        rewriting = Rewriting(database, self.clock, APART, due_on=lambda now: due_on(now, HOUR))
        self._jobs = BackgroundJobs(
            [
                Job("screening", plan.job_seconds, self._screening.run_if_due, at_once=False),
                Job("release", plan.job_seconds, self._releasing.run_if_due, at_once=False),
                Job("rewriting", plan.job_seconds, rewriting.run_if_due, at_once=False, stop=rewriting.stop),
                *([Job("notifications", plan.job_seconds, sender.run_if_due, stop=sender.stop)] * plan.tells),
            ]
        )
        self.is_open = True
        self.tell(f"{self.name} starts")

    def serve(self, sender: Sender, sheets: Sequence[RatingIn], *, batch: bool) -> "asyncio.Future[list[int] | None]":
        """Begin to answer a request: statuses by sheet, None if the process ended before."""
        answer: asyncio.Future[list[int] | None] = asyncio.get_running_loop().create_future()
        context = self._context.copy()
        task = context.run(asyncio.get_running_loop().create_task, self._answer(sender, sheets, batch, answer))
        self._serving.append(task)
        task.add_done_callback(self._serving.remove)
        return answer

    async def _answer(
        self, sender: Sender, sheets: Sequence[RatingIn], batch: bool, answer: "asyncio.Future[list[int] | None]"
    ) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        begin_budget(ANSWER_SECONDS)
        self.asked += len(sheets)
        statuses: list[int] | None = None
        try:
            statuses = await self._submitted(sender, sheets, batch)
        except (Killed, asyncio.CancelledError):
            pass
        except Exception as error:
            self.surprises.append(f"a request ends with {type(error).__name__}: {error}")
        if self.is_alive and statuses is not None:
            self.answered += len(statuses)
            if sender.is_device:
                self.stored += sum(status == 201 for status in statuses)
            self.slowest = max(self.slowest, loop.time() - began)
        if not answer.done():
            answer.set_result(statuses if self.is_alive else None)

    async def _submitted(self, sender: Sender, sheets: Sequence[RatingIn], batch: bool) -> list[int]:
        try:
            if not batch:
                return [_status(await self._intake.submit(sender.principal, sheets[0]))]
            return [_status(one) for one in await self._intake.submit_all(sender.principal, sheets)]
        except Problem as problem:
            return [problem.status] * len(sheets)

    async def do(self, work: Callable[[], Awaitable[T]]) -> T | None:
        """Do what a request does in a thread; None if the process ended before."""
        found: asyncio.Future[T | None] = asyncio.get_running_loop().create_future()

        async def doing() -> None:
            began = asyncio.get_running_loop().time()
            begin_budget(ANSWER_SECONDS)
            begin_scope()
            outcome: T | None = None
            try:
                outcome = await work()
            except (Killed, asyncio.CancelledError):
                pass
            except BaseException as error:
                if self.is_alive and not found.done():
                    found.set_exception(error)
                return
            finally:
                if self.is_alive:
                    self.slowest = max(self.slowest, asyncio.get_running_loop().time() - began)
                elif not found.done():
                    found.set_result(None)
            if not found.done():
                found.set_result(outcome if self.is_alive else None)

        context = self._context.copy()
        task = context.run(asyncio.get_running_loop().create_task, doing())
        self._serving.append(task)
        task.add_done_callback(self._serving.remove)
        return await found

    def kill(self, why: str) -> None:
        """End at once, as by `kill -9`: all memory is gone, nothing is tidied up."""
        if not self.is_alive:
            return
        self.tell(f"{self.name} is killed {why}")
        self.is_alive = self.is_open = False
        for task in tuple(self._tasks):
            task.cancel()

    async def end(self) -> None:
        """End as by SIGTERM: answer what was accepted, in the order of `app.wiring.lifespan`."""
        self.tell(f"{self.name} ends")
        self.is_open = False
        if self._serving and (await asyncio.wait(tuple(self._serving), timeout=ENDING_SECONDS))[1]:
            self.surprises.append("a request is never answered")
        if self.is_alive:
            self._screening.stop()
            self._releasing.stop()
            ending = self._context.copy().run(asyncio.get_running_loop().create_task, self._ended())
            await asyncio.wait([ending], timeout=ENDING_SECONDS)
            self._close(ending)

    def _close(self, ending: "asyncio.Task[None]") -> None:
        """Note how it ended; nothing to note if it was killed meanwhile."""
        if not self.is_alive:
            return
        if not ending.done():
            self.surprises.append("it never ends")
            self.kill("because it never ends")
            return
        if error := ending.exception():
            self.surprises.append(f"it does not end: {type(error).__name__}")
        self.ended_well = not self.surprises
        self.is_alive = False

    async def _ended(self) -> None:
        await self.writer.drain()
        await self._jobs.end()


def _status(outcome: Accepted | Result) -> int:
    if isinstance(outcome, Problem):
        return outcome.status
    stored = outcome.stored if isinstance(outcome, Accepted) else outcome
    return 201 if stored.outcome is StoreOutcome.stored else 200
