"""Nothing ever told, added and subtracted in any way, is about one to nine ratings."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random
from typing import Any, ClassVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from app.disclosure import reading, untold_store
from app.disclosure.reconciliation import reconcile_blocks
from app.disclosure.rules import due
from app.disclosure.rules.released import ReleasedBlock, ReleasedSheets, Scope
from app.foundation.storage.database import Database, Session
from app.ratings.rules.selection import By
from tests.cells import block
from tests.disclosure.answers import IKL
from tests.disclosure.attacker import LATE, Town
from tests.effort import times
from tests.house import furnish

AGENCIES = count()
OFFICES = ("dukcapil", "upt-makassar")
PERSONS = (None, "E001", "E002", "E003")
DAYS = [date(2026, 7, 1) + timedelta(days=days) for days in range(0, 184, 5)]
MONTHS = [f"2026-{month:02}" for month in range(7, 13)]
MOST = 200
START = datetime(2026, 8, 7, tzinfo=UTC)


class Differencing(RuleBasedStateMachine):
    """An agency of at most 200 ratings lives for half a year, and somebody asks for everything, all the time."""

    database: ClassVar[Database]

    def __init__(self) -> None:
        super().__init__()
        agency_id = f"agency-{next(AGENCIES)}"
        self.keys = furnish(self.database, agency_id, START)
        self.town = Town(self.database, agency_id, START)

    @initialize(
        groups=st.lists(
            st.tuples(
                st.sampled_from(OFFICES), st.sampled_from(PERSONS), st.sampled_from(DAYS[:18]), st.integers(1, 15)
            ),
            min_size=8,
            max_size=14,
        )
    )
    def begin(self, groups: list[tuple[str, str | None, date, int]]) -> None:
        """Half of the citizens have rated already."""
        for office, employee, day, n in groups:
            self.rate_(office, employee, day, "ktp-el", "kiosk", ["444", "343", "121"] * (n // 3) + ["4-3"] * (n % 3))

    @rule(
        office=st.sampled_from(OFFICES),
        employee=st.sampled_from(PERSONS),
        day=st.sampled_from(DAYS),
        service=st.sampled_from(("ktp-el", "ktp-el", "skck")),
        channel=st.sampled_from(("kiosk", "kiosk", "web")),
        sheets=st.lists(st.sampled_from(("444", "121", "4-3", "343", "-41", "34-")), min_size=1, max_size=24),
    )
    def rate(self, office: str, employee: str | None, day: date, service: str, channel: str, sheets: list[str]) -> None:
        """Citizens rate; of a month that is over they come late."""
        self.rate_(office, employee, day, service, channel, sheets)

    def rate_(
        self, office: str, employee: str | None, day: date, service: str, channel: str, sheets: list[str]
    ) -> None:
        """Some sheets, while there is room; what comes later than it may is refused by the intake."""
        if day >= (self.town.now - LATE).date() and len(self.town.ratings) + len(sheets) <= MOST:
            self.town.rate((office, employee, day, service, channel, sheet) for sheet in sheets)

    @rule(chosen=st.lists(st.integers(0, MOST), min_size=1, max_size=30))
    def hold(self, chosen: list[int]) -> None:
        """Screening doubts any ratings, told or not."""
        keys = sorted(self.town.ratings)
        if keys:
            self.town.hold({keys[each % len(keys)] for each in chosen})

    @rule(chosen=st.integers(0, 99))
    def count_again(self, chosen: int) -> None:
        """An auditor lets some of them count again."""
        if self.town.findings:
            self.town.count_again(self.town.findings[chosen % len(self.town.findings)])

    @rule(days=st.sampled_from((1, 31, 62)), whole=st.booleans())
    def release(self, days: int, *, whole: bool) -> None:
        """Some nights later figures are released."""
        self.town.now += timedelta(days=days)
        self.town.release(whole=whole)
        said, true = self.town.waits()
        assert said == true
        for month in MONTHS:
            self.ask(month, month, {}, By.employee)
            self.ask(month, month, {}, By.office)
        self.ask("2026-07", "2026-09", {}, None)
        # Whatever was held, let go and told anew: every block is what its ratings give.
        assert reconcile_blocks(self.database, self.town.agency_id).faults == ()

    @rule(
        first=st.sampled_from(MONTHS),
        last=st.sampled_from(MONTHS),
        only=st.dictionaries(
            st.sampled_from(("office", "service", "employee", "channel")), st.integers(0, 5), max_size=2
        ),
        by=st.sampled_from((None, *By)),
        root=st.sampled_from((None, None, *OFFICES)),
    )
    def ask(self, first: str, last: str, only: dict[str, int], by: By | None, root: str | None = None) -> None:
        """Indices of any months, by any cut, with a key for everything or for one office."""
        values: dict[str, tuple[Any, ...]] = {
            "office": OFFICES,
            "service": ("ktp-el", "skck"),
            "employee": PERSONS[1:],
            "channel": ("kiosk", "web"),
        }
        asked = {name: values[name][place % len(values[name])] for name, place in only.items()}
        ends = {"from": f"{min(first, last)}-01", "to": due.last_day(max(first, last)).isoformat()}
        for each in (None, *By) if by is None else (by,):
            self.town.ask(root, **asked, **ends, **({} if each is None else {"by": each.value}))

    @rule(
        by=st.sampled_from((By.office, By.employee)),
        period=st.sampled_from((*MONTHS, "2026-Q3", "2026-S2")),
        root=st.sampled_from((None, *OFFICES)),
    )
    def measure(self, by: By, period: str, root: str | None) -> None:
        """Measures of any period, with such a key."""
        self.town.ask_measures(by, period, root)

    @rule(period=st.sampled_from((*MONTHS, "2026-Q3")), again=st.booleans())
    def close(self, period: str, *, again: bool) -> None:
        """Reports, and revisions of them."""
        self.town.close(period, again=again)

    @invariant()
    def nobody_is_told_apart(self) -> None:
        """No class of alike ratings that something told counts has one to nine members."""
        assert self.town.smallest_class() == 0 or self.town.smallest_class() >= 10


@pytest.fixture
def machine(database: Database, monkeypatch: pytest.MonkeyPatch) -> type[Differencing]:
    """The machine on one of the stores, with lots that fall alike when an example is played again."""
    monkeypatch.setattr("app.disclosure.releasing.SystemRandom", lambda: Random(17))
    Differencing.database = database
    return Differencing


@pytest.mark.long
@pytest.mark.sqlite_daily
@pytest.mark.hypothesis
def test_nothing_told_is_about_one_to_nine_ratings(machine: type[Differencing]) -> None:
    run_state_machine_as_test(machine, settings=times(0.2))


def leak_by_range(monkeypatch: pytest.MonkeyPatch) -> None:
    """A range has the blocks that begin in it, though some of their ratings are of later months."""
    monkeypatch.setattr(Scope, "has_block", _begins_in)


def leak_by_complement(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offices count all ratings of ended months, also those that persons are not told of."""
    _plant(monkeypatch, "office", "month", "service", "channel")


def leak_by_polling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures count what has come by now."""
    _plant(monkeypatch, "office", "employee", "month", "service", "channel")


def _begins_in(scope: Scope, block: ReleasedBlock) -> bool:
    return (
        scope.first <= block.first_month <= scope.last
        and (scope.offices is None or block.office in scope.offices)
        and scope.employee in (None, block.employee)
        and scope.service in (None, block.service)
        and scope.channel in (None, block.channel)
    )


def _plant(monkeypatch: pytest.MonkeyPatch, *shared: str) -> None:
    """Have figures count ratings that are in no block, by what they share."""
    read = reading.read_released

    def leaky(
        session: Session, agency_id: str, instrument: str, first: date, last: date, *offices: Any, **asked: Any
    ) -> ReleasedSheets:
        sheets = read(session, agency_id, instrument, first, last, *offices, **asked)
        untold = untold_store.unreleased_counts(session, agency_id, first, last)
        more = [
            block(IKL, {"444": n}, **{"employee": None} | {name: getattr(part, name) for name in shared})
            for part, n in untold.items()
        ]
        return ReleasedSheets([*sheets.blocks, *more], {})

    for room in ("indices", "measures"):
        monkeypatch.setattr(f"app.{room}.reading.read_released", leaky)


@pytest.mark.campaign
@pytest.mark.parametrize("leak", [leak_by_range, leak_by_complement, leak_by_polling])
def test_a_planted_leak_is_found(
    machine: type[Differencing], leak: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    leak(monkeypatch)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=settings(times(1), max_examples=200, phases=[Phase.generate]))
