"""Visitors with tickets, and what happens that others are told of: through whichever process hears them."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from random import Random
from typing import TypeVar
from uuid import UUID

from sqlalchemy.exc import OperationalError

from app.access.principals import KeyKind, Principal
from app.foundation.problems import Problem
from app.foundation.storage.agency_scope import of_agency
from app.outbox.events import tell
from app.outbox.rules.kinds import EventKind
from app.ratings.schemas import RatingIn
from app.tickets.rules.lifecycle import Armed
from app.tickets.schemas import ArmIn, ArmsIn, TicketsIn
from tests.simulation.fibers import in_fiber
from tests.simulation.ledger import BUSY, REPLAYED, STORED, TOO_FAST, WRONG, Broken
from tests.simulation.process import Process
from tests.simulation.town import AGENCIES, EMPLOYEES, ITEMS, OFFICES, SERVICES, id_of
from tests.simulation.weather import Weather

T = TypeVar("T")
TRIES, REFUSED = 14, 410
# In how many seconds all come.
BUSY_SECONDS = 200.0


@dataclass
class Visitor:
    """One ticket from the slip to its rating, and whoever tries to use it twice."""

    dice: Random
    weather: Weather
    choose: Callable[[], Process | None]
    clock: Callable[[], datetime]
    tell: Callable[[str], None]
    name: str
    # The id that was told that its rating is stored.
    stored: set[UUID] = field(default_factory=set)

    async def run(self) -> None:
        """Arrive, be served, rate. Raises `Broken`."""
        await asyncio.sleep(self.dice.uniform(0, BUSY_SECONDS))
        place = self.dice.randrange(len(OFFICES))
        queue = Principal(self.dice.choice(AGENCIES), KeyKind.queue, UUID(int=7), OFFICES[place])
        asked = TicketsIn(office=OFFICES[place], service=self.dice.choice(SERVICES), employee=EMPLOYEES[place])
        issued = await self._until_heard(queue.agency_id, lambda by: by.issuer.issue(queue, asked, by.clock()))
        if issued is None:
            return
        [code] = issued.codes
        if self.dice.random() < 0.3 and await self._spend(code, self._sheet(code)) in (STORED, REPLAYED):
            raise Broken("a ticket is spent before its service has happened")
        arms = ArmsIn(tickets=[ArmIn(ticket=code)])
        armed = await self._until_heard(queue.agency_id, lambda by: by.issuer.arm(queue, arms, by.clock()))
        if armed is None:
            return
        if armed != [Armed.armed]:
            raise Broken(f"a ticket that was issued is {armed[0]}")
        sheets = [self._sheet(code) for _ in range(self.dice.choice((1, 1, 2)))]
        if not any(await asyncio.gather(*(self._rate(code, sheet) for sheet in sheets))):
            raise Broken("a valid ticket is refused")

    async def _rate(self, code: str, sheet: RatingIn) -> bool:
        """Whether the ticket was not refused; perhaps nothing was heard."""
        assert sheet.id is not None
        for attempt in range(TRIES):
            status = await self._spend(code, sheet)
            if status in (STORED, REPLAYED):
                self.stored.add(sheet.id)
                if len(self.stored) > 1:
                    raise Broken("one ticket is spent for two ratings")
                # Now and then once more: the answer was lost for this one's sender.
                if self.dice.random() < 0.5:
                    return True
            elif status == REFUSED:
                if sheet.id in self.stored:
                    raise Broken("a rating that is stored is refused")
                return False
            await asyncio.sleep(self.dice.uniform(0.5, 2.0) * (attempt + 1))
        return True

    def _sheet(self, code: str) -> RatingIn:
        answers = [self.dice.randint(1, 4) for _ in ITEMS]
        return RatingIn(id=id_of(self.clock(), self.dice), ticket=code, scores=dict(zip(ITEMS, answers, strict=True)))

    async def _spend(self, code: str, sheet: RatingIn) -> int | None:
        """The status of one try; None if nothing was heard."""
        process = await self._reached()
        if process is None:
            return None
        try:
            accepted = await process.do(lambda: process.tickets.spend(sheet, None, "192.0.2.1"))
        except Problem as problem:
            status = problem.status
        except OperationalError:
            status = BUSY
        else:
            if accepted is None:
                return None
            status = REPLAYED if accepted.is_replay else STORED
        self.tell(f"{self.name} hears {status} from {process.name}")
        if status == WRONG and process.is_behind:
            status = BUSY
        if status not in (STORED, REPLAYED, REFUSED, TOO_FAST, BUSY):
            raise Broken(f"an answer {status} for a ticket")
        return None if self.weather.loses() else status

    async def _until_heard(self, agency_id: str, ask: Callable[[Process], T]) -> T | None:
        """What the queue system hears; None if it gives up."""

        def answered(process: Process) -> T:
            with of_agency(agency_id):
                return ask(process)

        for attempt in range(TRIES):
            process = await self._reached()
            if process is not None:
                try:
                    found = await process.do(partial(in_fiber, partial(answered, process)))
                except (Problem, OperationalError) as error:
                    if isinstance(error, Problem) and error.status != BUSY:
                        raise Broken(f"a queue system is answered {error.code}") from None
                    found = None
                if found is not None and not self.weather.loses():
                    return found
            await asyncio.sleep(self.dice.uniform(0.5, 2.0) * (attempt + 1))
        return None

    async def _reached(self) -> Process | None:
        await asyncio.sleep(self.weather.delay())
        return None if self.weather.loses() else self.choose()


async def something_happens(dice: Random, choose: Callable[[], Process | None]) -> None:
    """Something that others are told of, or much at once, in one transaction; perhaps nobody hears that it was."""
    await asyncio.sleep(dice.uniform(0, BUSY_SECONDS))
    agency_id, about = dice.choice(AGENCIES), {"period": "2027-01", "instrument": "ikl-1", "revision": "1"}
    process = choose()
    if process is None:
        return

    def write() -> None:
        with of_agency(agency_id), process.sql.writing() as session:
            for _ in range(dice.choice((1, 6))):
                tell(session, EventKind.final, agency_id=agency_id, office=None, about=about, at=process.clock())

    with suppress(OperationalError):
        await process.do(lambda: in_fiber(write))
