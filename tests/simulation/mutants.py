"""Services that break a promise, each in one way: a simulation that finds nothing in them proves nothing.

A mutant is a table of what it puts where, as `stand_ins.stood_in` takes it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, update

from app.disclosure.rules.block_figures import BlockFigures, block_figures
from app.disclosure.rules.division import NewBlock, divide
from app.disclosure.rules.due import Task
from app.disclosure.rules.minimum import SMALLEST_N
from app.foundation.ids import new_id
from app.foundation.storage.database import Session
from app.foundation.storage.leases import Lease
from app.foundation.storage.rewriting import Rewriting
from app.instruments.model import Instrument
from app.notifications.sending import NAME as SENDING
from app.notifications.sending import Sender
from app.ratings.groups import Group
from app.ratings.keys import KeyMaker
from app.ratings.rating import NewRating, Result, Stored, StoreOutcome
from app.ratings.writer import Writer
from app.tickets.rules.lifecycle import LiveTicket
from app.tickets.store import COUNT, LIVE_COLUMNS, TICKET, _at
from app.tickets.tables import Ticket, TicketCount
from tests.simulation.connections import SimulatedDatabase
from tests.simulation.memory_store import Block, State
from tests.simulation.nights import Releasing, unreleased

write, key, rewrite = Writer.write, KeyMaker.key, Rewriting.now
keep, keep_in, send = Lease.keep, Lease.keep_in, Sender.run_if_due


async def _answer_first(self: Writer, ratings: Sequence[NewRating]) -> list[Result]:
    # Kept by the loop's owner, as every task of a process is.
    asyncio.get_running_loop().create_task(write(self, ratings)).add_done_callback(lambda task: task.exception())
    places = [rating.place for rating in ratings]
    return [Stored(StoreOutcome.stored, place.office, place.employee, place.rated_on) for place in places]


def answers_before_commit() -> Mapping[str, Any]:
    """A rating is acknowledged before it is on disk."""
    return {"app.ratings.writer.Writer.write": _answer_first}


def works_without_lease() -> Mapping[str, Any]:
    """Every process takes itself for the holder of every lease."""

    places = ("take", "keep", "keep_in")
    return {f"app.foundation.storage.leases.Lease.{place}": lambda *_: True for place in places}


def takes_back_a_lost_lease() -> Mapping[str, Any]:
    """Who stood still goes on as soon as the lease is free again, with the work of a night that others have done."""

    def keep_or_take(self: Lease, now: datetime) -> bool:
        return self.take(now) if _is_of_a_night(self) else keep(self, now)

    return {"app.foundation.storage.leases.Lease.keep": keep_or_take}


def records_without_lease() -> Mapping[str, Any]:
    """Who stood still records its night whoever holds the lease by then."""

    def keep_anyway(self: Lease, session: Session, now: datetime) -> bool:
        return _is_of_a_night(self) or keep_in(self, session, now)

    return {"app.foundation.storage.leases.Lease.keep_in": keep_anyway}


def _is_of_a_night(lease: Lease) -> bool:
    # The sender has a mutant of its own, which would be found first.
    return lease._name != SENDING


def counts_a_cell_short() -> Mapping[str, Any]:
    """A cell leaves out one of the ratings that its block says it has."""

    def short(instrument: Instrument, block: NewBlock) -> BlockFigures:
        return block_figures(instrument, block._replace(ratings=block.ratings[:-1]))

    # What tells is replaced, not what looks at it afterwards.
    return {"tests.simulation.nights.cells_of": short}


def writes_cells_apart() -> Mapping[str, Any]:
    """A block's ratings are stored in one transaction, and what is told of them in a second."""
    made = Releasing.made

    def tell(self: Releasing, database: SimulatedDatabase, agency_id: str, task: Task) -> int:
        blocks: list[Block] = []

        def without_cells(state: State) -> int:
            ratings = unreleased(state, agency_id, task)
            if len(ratings) < SMALLEST_N:
                return 0
            for divided in divide(ratings, self.choose):
                block = made(self, state, agency_id, task, divided)
                block.figures = None
                blocks.append(block)
                state.blocks.append(block)
            return len(ratings)

        with database.session() as session:
            return session.ask(f"tells {agency_id}", without_cells)

    return {"tests.simulation.nights.Releasing.tell": tell}


def forgets_the_key() -> Mapping[str, Any]:
    """The key of a row is drawn anew at every attempt, so that no retry meets its row."""

    def random_key(self: KeyMaker, agency_id: str, _: UUID) -> str:
        return key(self, agency_id, new_id())

    return {"app.ratings.keys.KeyMaker.key": random_key}


def takes_a_fault_for_stored() -> Mapping[str, Any]:
    """A part that the store refused is answered as stored."""

    def stored(group: Sequence[NewRating]) -> list[Result]:
        places = [rating.place for rating in group]
        return [Stored(StoreOutcome.stored, place.office, place.employee, place.rated_on) for place in places]

    return {"app.ratings.group_plan._refused": stored}


def knows_no_conflict() -> Mapping[str, Any]:
    """Another content under a stored id is answered as its replay."""
    return {"app.ratings.outcomes._compared": lambda digests, stored: StoreOutcome.replayed}


def gives_every_share_back() -> Mapping[str, Any]:
    """A share of the quota comes back although its rating was stored."""
    return {"app.intake.with_key._is_new": lambda result: False}


def knows_no_pace() -> Mapping[str, Any]:
    """A device may send as fast as it likes."""
    return {
        "app.intake.rules.quotas.DeviceQuotas._until_filled": lambda self, state: 0.0,
        "app.intake.rules.quotas.DeviceQuotas._until_apart": lambda self, state, second: 0.0,
    }


def loses_who_waits() -> Mapping[str, Any]:
    """Whoever has waited too long is dropped from the queue and never answered."""

    def refuse(self: Writer, group: Group) -> None:
        self.queued -= sum(len(waiting.ratings) for waiting in group)

    return {"app.ratings.writer.Writer._refuse": refuse}


def leaves_the_ticket_there() -> Mapping[str, Any]:
    """A ticket is counted as spent and not taken out."""
    return {"app.tickets.store.spend": lambda session, agency_id, digest, day: True}


def spends_before_the_service() -> Mapping[str, Any]:
    """A ticket may be spent that nobody has armed; it counts as armed, or the database would refuse it."""

    def live(digest: str, day: date) -> list[Any]:
        return [TICKET.digest == digest, TICKET.expires_on >= day]

    def spend(session: Session, agency_id: str, digest: str, day: date) -> bool:
        taken_out = delete(Ticket).where(TICKET.agency_id == agency_id, *live(digest, day))
        found = session.execute(taken_out.returning(*LIVE_COLUMNS)).one_or_none()
        if found is None:
            return False
        counted = {"spent": COUNT.spent + 1, "armed": func.max(COUNT.armed, COUNT.spent + 1)}
        session.execute(update(TicketCount).where(*_at(agency_id, LiveTicket(*found).count_key)).values(**counted))
        return True

    return {
        "app.tickets.store._live": live,
        "app.tickets.store.spend": spend,
        "app.intake.with_ticket.rated_on": lambda ticket, day: max(ticket.served_on or day, day),
    }


def refuses_who_asks_again() -> Mapping[str, Any]:
    """Whoever has not heard that the rating was stored is told that the ticket is none."""
    return {"app.intake.with_ticket.TicketIntake._replay": lambda self, *asked: None}


def takes_every_answer_for_taken() -> Mapping[str, Any]:
    """A message counts as delivered whatever became of it."""
    return {"app.notifications.webhook_sending.is_taken": lambda outcome: True}


def takes_back_the_sending() -> Mapping[str, Any]:
    """A sender that stood still goes on with what it had in hand, which others have sent."""
    return {"app.notifications.sending.Sender._keep_lease": Sender._hold_lease}


def rewrites_what_is_done() -> Mapping[str, Any]:
    """Who has the lease of the rewriting does not look again whether another one did it meanwhile."""
    return {"app.foundation.storage.rewriting.Rewriting.now": lambda self, night: rewrite(self)}


def fails_in_a_job() -> Mapping[str, Any]:
    """A job fails at its first turn in each process, and does at the next what it should have done."""
    begun: set[str] = set()

    def sending(self: Sender) -> int:
        if self._lease._holder in begun:
            return send(self)
        begun.add(self._lease._holder)
        raise RuntimeError("the first turn")

    return {"app.notifications.sending.Sender.run_if_due": sending}


MUTANTS: Sequence[Callable[[], Mapping[str, Any]]] = (
    answers_before_commit,
    works_without_lease,
    takes_back_a_lost_lease,
    records_without_lease,
    counts_a_cell_short,
    writes_cells_apart,
    forgets_the_key,
    takes_a_fault_for_stored,
    knows_no_conflict,
    gives_every_share_back,
    knows_no_pace,
    loses_who_waits,
    leaves_the_ticket_there,
    spends_before_the_service,
    refuses_who_asks_again,
    takes_every_answer_for_taken,
    takes_back_the_sending,
    rewrites_what_is_done,
    fails_in_a_job,
)
