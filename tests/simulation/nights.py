"""What the nights ask of the store, one transaction each; what they decide by is the service's own."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from app.disclosure.releasing import ReleaseOrder, ReleaseOutcome
from app.disclosure.rules.block_figures import BlockFigures, block_figures
from app.disclosure.rules.division import NewBlock, UnreleasedRating, divide
from app.disclosure.rules.due import RatingGroup, Task, last_month_over, month_code, tasks
from app.disclosure.rules.minimum import SMALLEST_N
from app.foundation.storage import store
from app.foundation.storage.database import Session
from app.foundation.storage.rewriting_store import Apart
from app.instruments.loading import shipped
from app.ratings.rating import NewRating
from app.ratings.status import COUNTED
from app.screening.run import HELD, ScreeningOrder, ScreeningOutcome
from tests.simulation.connections import FiberConnection, SimulatedDatabase
from tests.simulation.fibers import wait_for
from tests.simulation.memory_store import Block, Lent, State
from tests.simulation.town import AGENCIES, OFFICES

# What screening doubts here: straight lines of the lowest answer.
DOUBTED = "111"
PERIOD_MONTHS = 1
# How often is looked again at a row that another transaction has changed.
LOCK_SECONDS = 0.05


def take_lease(session: FiberConnection, name: str, holder: str, now: datetime, until: datetime) -> bool:
    """As `foundation.storage.store.take_lease`, which it is where there is SQL."""
    if isinstance(session, Session):
        return store.take_lease(session, name, holder, now, until)

    def take(state: State) -> bool | None:
        if state.locks.get(name, session) is not session:
            return None
        held = state.leases.get(name)
        if held is not None and held.until > now and held.holder != holder:
            return False
        state.leases[name] = Lent(holder, until)
        return True

    # Who takes a lease waits for the transaction that has changed its row.
    while (taken := session.ask(f"takes the lease {name}", take)) is None:
        wait_for(asyncio.sleep(LOCK_SECONDS))
    return taken


def keep_lease(session: FiberConnection, name: str, holder: str, until: datetime) -> bool:
    """As `foundation.storage.store.keep_lease`."""
    if isinstance(session, Session):
        return store.keep_lease(session, name, holder, until)

    def keep(state: State) -> bool:
        held = state.leases.get(name)
        if held is None or held.holder != holder:
            return False
        state.leases[name] = Lent(holder, until)
        session.lock(state, name)
        return True

    return session.ask(f"keeps the lease {name}", keep)


def drop_lease(session: FiberConnection, name: str, holder: str, now: datetime) -> None:
    """As `foundation.storage.store.drop_lease`."""
    if isinstance(session, Session):
        store.drop_lease(session, name, holder, now)
        return

    def drop(state: State) -> None:
        held = state.leases.get(name)
        if held is not None and held.holder == holder and held.until > now:
            state.leases[name] = Lent(holder, now)

    session.ask(f"drops the lease {name}", drop)


def fact(session: FiberConnection, name: str) -> str | None:
    """As `foundation.storage.installation.fact`."""
    return session.ask(f"reads {name}", lambda state: state.facts.get(name))


def put_fact(session: FiberConnection, name: str, value: str) -> None:
    """As `foundation.storage.installation.put_fact`."""

    def put(state: State) -> None:
        state.facts[name] = value

    session.ask(f"records {name} {value}", put)


def agencies(session: FiberConnection) -> list[str]:
    """As `screening.store.agencies` and `disclosure.store.agencies`."""
    return session.ask("reads the agencies", lambda state: list(AGENCIES))


def offices(session: FiberConnection, agency_id: str) -> list[tuple[str, str]]:
    """As `screening.store.offices`."""
    return session.ask("reads the offices", lambda state: [(office, "Asia/Jakarta") for office in OFFICES])


def forget_released(session: FiberConnection, before: object) -> int:
    """As `screening.store.forget_released`: there are no decisions here."""
    return session.ask("forgets what was released", lambda state: 0)


def written_anew(database: SimulatedDatabase, apart: Apart) -> None:
    """As a step of `foundation.storage.rewriting`; what SQL does in it is tried by `tests/at_rest/`."""
    with database.session() as session:
        session.ask(f"writes {apart.table} anew", lambda state: None)


def screen_office(
    database: SimulatedDatabase, agency_id: str, office: str, zone: str, order: ScreeningOrder
) -> ScreeningOutcome:
    """As `screening.run._screen`: found without a lock, then held in a transaction that looks again."""
    try:
        with database.session() as session:
            found = session.ask(
                f"screens {agency_id}/{office}", lambda state: _doubted(state, agency_id, office, order)
            )
        if not found:
            return ScreeningOutcome()
        with database.session() as session:
            held = session.ask(f"holds {len(found)}", lambda state: _hold(state, agency_id, found))
    except Exception:
        return ScreeningOutcome(failed=1)
    return ScreeningOutcome(int(held > 0), held, 0)


def _doubted(state: State, agency_id: str, office: str, order: ScreeningOrder) -> list[str]:
    return [
        key
        for (agency, key), row in state.rows.items()
        if (agency, row.rating.place.office, row.rating.sheet, row.status) == (agency_id, office, DOUBTED, COUNTED)
        and row.rating.place.rated_on <= order.span.last
    ]


def _hold(state: State, agency_id: str, keys: Sequence[str]) -> int:
    still = [key for key in keys if state.rows[agency_id, key].status == COUNTED]
    for key in still:
        state.rows[agency_id, key].status = HELD
    if still:
        state.findings.append((agency_id, tuple(still)))
    return len(still)


class Releasing:
    """Releases an agency: `tasks`, `divide` and `block_figures` are the service's, the transactions stand for it."""

    def __init__(self, choose: Random) -> None:
        self.choose = choose

    def release_agency(self, database: SimulatedDatabase, agency_id: str, order: ReleaseOrder) -> ReleaseOutcome:
        """As `disclosure.releasing.release_agency`, without what leaves, charts, sums and what stands beside."""
        through = last_month_over(order.now, order.after)
        with database.session() as session:
            counts = session.ask(f"counts what {agency_id} has not told", lambda state: _untold(state, agency_id))
        told = sum(self.tell(database, agency_id, task) for task in tasks(counts, through, PERIOD_MONTHS))
        with database.session() as session:
            number = session.ask(f"releases {agency_id}", lambda state: _number(state, agency_id))
        return ReleaseOutcome(number, through, told, 0, 0)

    def tell(self, database: SimulatedDatabase, agency_id: str, task: Task) -> int:
        """Tell one task; returns how many ratings it told."""
        with database.session() as session:
            return session.ask(f"tells {agency_id}", self.telling(agency_id, task))

    def telling(self, agency_id: str, task: Task) -> Callable[[State], int]:
        """One transaction: the ratings as they are in it, their blocks and what these tell."""

        def tell(state: State) -> int:
            ratings = unreleased(state, agency_id, task)
            if len(ratings) < SMALLEST_N:
                return 0
            for block in divide(ratings, self.choose):
                state.blocks.append(self.made(state, agency_id, task, block))
            return len(ratings)

        return tell

    def made(self, state: State, agency_id: str, task: Task, block: NewBlock) -> Block:
        """A block's row."""
        keys = tuple(rating.key.hex for rating in block.ratings)
        number = 1 + sum(each.agency_id == agency_id for each in state.blocks)
        figures = cells_of(INSTRUMENTS[task.instrument], block)
        return Block(agency_id, number, task.instrument, block.shared, keys, figures)


INSTRUMENTS = shipped()
# What a release tells of a block; what is told is held against `figures_anew`.
cells_of = block_figures


def _untold(state: State, agency_id: str) -> Counter[RatingGroup]:
    told = told_keys(state, agency_id)
    return Counter(
        _group(row.rating)
        for (agency, key), row in state.rows.items()
        if agency == agency_id and row.status == COUNTED and key not in told
    )


def unreleased(state: State, agency_id: str, task: Task) -> list[UnreleasedRating]:
    """The ratings that a task divides, as they are now."""
    told = told_keys(state, agency_id)
    found = []
    for (agency, key), row in state.rows.items():
        if agency != agency_id or row.status != COUNTED or key in told:
            continue
        group = _group(row.rating)
        if group.office in task.offices and task.first <= group.month <= task.last:
            found.append(unreleased_rating(row.rating))
    return found


def told_keys(state: State, agency_id: str) -> set[str]:
    """What an agency has told."""
    return {key for block in state.blocks if block.agency_id == agency_id for key in block.keys}


def _group(rating: NewRating) -> RatingGroup:
    place = rating.place
    month = month_code(place.rated_on)
    return RatingGroup(
        rating.instrument, COUNTED, place.office, place.employee or "", month, place.service, place.channel
    )


def unreleased_rating(rating: NewRating) -> UnreleasedRating:
    """A rating as a release reads it."""
    place = rating.place
    return UnreleasedRating(
        UUID(rating.key),
        place.office,
        place.employee or "",
        month_code(place.rated_on),
        place.service,
        place.channel,
        rating.sheet,
        day=place.rated_on,
    )


def figures_anew(state: State, block: Block) -> BlockFigures:
    """What a block's ratings give, counted again."""
    ratings = [unreleased_rating(state.rows[block.agency_id, key].rating) for key in block.keys]
    return block_figures(INSTRUMENTS[block.instrument], NewBlock(block.shared, ratings))


def _number(state: State, agency_id: str) -> int:
    number = 1 + max((n for agency, n in state.releases if agency == agency_id), default=0)
    state.releases.append((agency_id, number))
    return number


STAND_INS: dict[str, Any] = {
    "app.foundation.storage.leases.take_lease": take_lease,
    "app.foundation.storage.leases.keep_lease": keep_lease,
    "app.foundation.storage.leases.drop_lease": drop_lease,
    "app.screening.nightly.fact": fact,
    "app.screening.nightly.put_fact": put_fact,
    "app.disclosure.nightly.fact": fact,
    "app.disclosure.nightly.put_fact": put_fact,
    "app.screening.store.agencies": agencies,
    "app.screening.store.offices": offices,
    "app.screening.store.forget_released": forget_released,
    "app.disclosure.store.agencies": agencies,
    "app.screening.run._screen": screen_office,
    "app.foundation.storage.rewriting.fact": fact,
    "app.foundation.storage.rewriting.put_fact": put_fact,
    "app.foundation.storage.rewriting._unlinked": written_anew,
    "app.foundation.storage.rewriting.sweep": written_anew,
}
