"""A process that stands still for longer than its lease lasts finds the night done by another, and records nothing."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from app import upkeep
from app.disclosure import nightly as releasing
from app.disclosure.nightly import NightlyRelease
from app.foundation.storage import rewriting
from app.foundation.storage.database import Database
from app.foundation.storage.installation import fact, put_fact
from app.foundation.storage.leases import Lease
from app.foundation.storage.rewriting import Rewriting
from app.jobs import APART
from app.screening import nightly as screening
from app.screening.nightly import NightlyScreening, due_on
from app.transparency import nightly as inventories
from app.transparency.nightly import LogNaming, NightlyInventory
from app.upkeep import Upkeep, UpkeepTerms
from tests.house import NOW, SECRET, House, TurnableClock

DAY = timedelta(days=1)
# What one process of a service is, and the part of its work in which it stands still.
Make = Callable[[Database, TurnableClock], Any]


def screens(database: Database, clock: TurnableClock) -> NightlyScreening:
    return NightlyScreening(database, clock, hour=2, trace_days=42)


def releases(database: Database, clock: TurnableClock) -> NightlyRelease:
    return NightlyRelease(database, clock, after_days=5, late_days=35)


def takes_inventories(database: Database, clock: TurnableClock) -> NightlyInventory:
    return NightlyInventory(database, clock, LogNaming(SECRET.encode(), None), late_days=35, trace_days=42)


def rewrites(database: Database, clock: TurnableClock) -> Rewriting:
    return Rewriting(database, clock, APART, due_on=lambda now: now.date())


def looks_after(database: Database, clock: TurnableClock) -> Upkeep:
    return Upkeep(database, clock, UpkeepTerms(SECRET.encode(), 2, None, 35 * DAY, 42 * DAY))


KINDS: tuple[tuple[str, Make, Any, str], ...] = (
    ("screening", screens, screening, "run"),
    ("release", releases, releasing, "release"),
    ("inventory", takes_inventories, inventories.NightlyInventory, "_take_all"),
    ("rewriting", rewrites, rewriting.Rewriting, "_patiently"),
    ("upkeep", looks_after, upkeep, "make_ahead"),
)


@pytest.mark.parametrize(("name", "make", "place", "step"), KINDS, ids=[kind[0] for kind in KINDS])
def test_the_night_of_a_process_that_stood_still_is_not_recorded_after_a_later_one(
    house: House, monkeypatch: pytest.MonkeyPatch, name: str, make: Make, place: Any, step: str
) -> None:
    database, clock = house.database, TurnableClock()
    one, two = make(database, clock), make(database, clock)
    before = {"release": "screening", "inventory": "release"}.get(name)

    def a_night(on: date) -> None:
        """What a night does before this part of it."""
        if before is not None:
            with database.writing() as session:
                put_fact(session, before, on.isoformat())

    def recorded() -> str | None:
        with database.reading() as session:
            return fact(session, name)

    a_night(NOW.date())
    one.run_if_due()
    clock.now += DAY
    a_night(clock.now.date())
    do = getattr(place, step)

    def stand_still(*values: Any, **named: Any) -> Any:
        """For a day, in which another process does this night's work and the next one's."""
        monkeypatch.setattr(place, step, do)
        done = do(*values, **named)
        clock.now += DAY
        a_night(clock.now.date())
        assert two.run_if_due()
        return done

    monkeypatch.setattr(place, step, stand_still)
    assert not one.run_if_due()
    assert recorded() == (NOW + 2 * DAY).date().isoformat()
    clock.now += DAY
    a_night(clock.now.date())
    assert one.run_if_due()
    assert recorded() == (NOW + 3 * DAY).date().isoformat()


@pytest.mark.parametrize(("name", "make"), [("rewriting", rewrites), ("upkeep", looks_after)])
def test_a_night_that_is_done_is_not_done_again_when_the_clock_is_set_back_before_the_lease(
    house: House, monkeypatch: pytest.MonkeyPatch, name: str, make: Make
) -> None:
    clock = TurnableClock()
    job = make(house.database, clock)
    assert job.run_if_due()
    clock.now += DAY

    def set_back(self: Lease, now: datetime) -> bool:
        clock.now -= DAY
        return take(self, now)

    take = Lease.take
    with monkeypatch.context() as patched:
        patched.setattr(Lease, "take", set_back)
        assert not job.run_if_due()
    with house.database.reading() as session:
        assert fact(session, name) == due(name).isoformat()
    clock.now += DAY
    assert job.run_if_due()


def due(name: str) -> date:
    """The newest night of `NOW`: upkeep's begins some hours after midnight, that of the rewriting here at it."""
    return due_on(NOW, 2 + upkeep.HOURS_AFTER) if name == "upkeep" else NOW.date()
