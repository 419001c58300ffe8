"""Whoever asks whatever address, and looks at whatever page, in whatever order: no answer is about one to nine."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from app.closing.public.reading import PublicClosing
from app.desk.blocks import Section
from app.desk.office_figures import OfficeFigures, sections_of
from app.disclosure.rules import due
from app.disclosure.rules.calendar import span_of
from app.ratings.rules.selection import By
from app.ratings.status import OPEN
from app.ratings.tables import Rating
from app.reports.sections.blocks import Words
from app.reports.sections.language import Language
from app.seals.signing import make_key
from app.tickets.tables import TicketCount
from app.web.public_words import ClosingWords, closing_words
from tests.conftest import Lend
from tests.desk.browsing import desk
from tests.disclosure.askers import KEYS, PARENTS, SEATS, keys_of, seats_of
from tests.disclosure.listener import Listener
from tests.disclosure.test_differencing import (
    DAYS,
    MONTHS,
    OFFICES,
    PERSONS,
    START,
    Differencing,
    leak_by_complement,
    leak_by_polling,
    leak_by_range,
)
from tests.effort import sized, times
from tests.house import House

# Every line that these run has other tests, which cost less to trace.
pytestmark = pytest.mark.untraced

KEY_NAMES, SEAT_NAMES = tuple(KEYS), tuple(SEATS)


class OverHttp(Differencing):
    """The same half year, but all that is asked is asked over HTTP, by keys and by people who sit at the desk."""

    house: ClassVar[House]

    def __init__(self) -> None:
        self.house.clock.now = START
        super().__init__()
        seats = seats_of(self.house, self.town.agency_id)
        self.listener = Listener(self.house, self.town, keys_of(self.house, self.keys), seats)
        self.asked = 0

    @rule(
        office=st.sampled_from(OFFICES),
        day=st.sampled_from(DAYS),
        n=st.integers(1, 24),
        sheet=st.sampled_from(("444", "121", "4-3")),
    )
    def rate_without_key(self, office: str, day: date, n: int, sheet: str) -> None:
        """Citizens rate with neither key nor ticket, and some of them write."""
        if day >= (self.town.now - timedelta(days=35)).date() and len(self.town.ratings) + n <= 200:
            self.town.rate([(office, None, day, "ktp-el", "web", sheet)] * n, OPEN, "Baik sekali")

    @rule(
        office=st.sampled_from(OFFICES),
        employee=st.sampled_from(("", "E001", "E002")),
        day=st.sampled_from(DAYS),
        issued=st.integers(1, 30),
        armed=st.integers(0, 30),
        spent=st.integers(0, 30),
    )
    def give_tickets(self, office: str, employee: str, day: date, issued: int, armed: int, spent: int) -> None:
        """Tickets are issued, armed and spent."""
        armed, spent = min(issued, armed), min(issued, armed, spent)
        with self.house.database.writing() as session:
            row = session.get(TicketCount, (self.town.agency_id, office, day, "ktp-el", employee))
            row = row or TicketCount(
                agency_id=self.town.agency_id, office=office, issued_on=day, service="ktp-el", employee=employee,
                issued=0, armed=0, spent=0,
            )  # fmt: skip
            row.issued, row.armed, row.spent = row.issued + issued, row.armed + armed, row.spent + spent
            session.add(row)

    @rule(days=st.sampled_from((1, 31, 62)), whole=st.booleans())
    def release(self, days: int, *, whole: bool) -> None:
        """Some nights later figures are released."""
        self.house.clock.now = self.town.now + timedelta(days=days)
        super().release(days, whole=whole)

    @rule(
        first=st.sampled_from(MONTHS),
        last=st.sampled_from(MONTHS),
        only=st.dictionaries(
            st.sampled_from(("office", "service", "employee", "channel")), st.integers(0, 5), max_size=2
        ),
        by=st.sampled_from((None, *By)),
        root=st.sampled_from((None, None, "setda", *OFFICES)),
    )
    def ask(self, first: str, last: str, only: dict[str, int], by: By | None, root: str | None = None) -> None:
        """Indices of any months, by any cut, by whoever has this reach in turn."""
        values: dict[str, tuple[Any, ...]] = {
            "office": tuple(PARENTS),
            "service": ("ktp-el", "skck"),
            "employee": PERSONS[1:],
            "channel": ("kiosk", "web"),
        }
        asked = {name: values[name][place % len(values[name])] for name, place in only.items()}
        ends = {"from": f"{min(first, last)}-01", "to": due.last_day(max(first, last)).isoformat()}
        for each in (None, *By) if by is None else (by,):
            given = asked | ends | ({} if each is None else {"by": each.value})
            self.listener.indices(self.someone(root, persons="employee" in asked or each is By.employee), given)

    @rule(
        first=st.sampled_from(DAYS),
        days=st.integers(0, 100),
        office=st.sampled_from(tuple(PARENTS)),
        by=st.sampled_from((None, *By)),
        root=st.sampled_from((None, "setda", *OFFICES)),
    )
    def ask_any_days(self, first: date, days: int, office: str, by: By | None, root: str | None) -> None:
        """Any days, of an office with those below it; counts of tickets of the same days."""
        ends = {"from": first.isoformat(), "to": (first + timedelta(days=days)).isoformat()}
        given = ends | {"office": office, "include": "children"} | ({} if by is None else {"by": by.value})
        self.listener.indices(self.someone(root, persons=by is By.employee), given)
        month = {"from": f"{first:%Y-%m}-01", "to": due.last_day(f"{first:%Y-%m}").isoformat()}
        for ticketed in (ends, month):
            self.listener.tickets(self.listener.keys["reader"], ticketed | {"by": (by or By.office).value})

    @rule(
        by=st.sampled_from((By.office, By.employee)),
        period=st.sampled_from((*MONTHS, "2026-Q3", "2026-S2")),
        root=st.sampled_from((None, *OFFICES)),
    )
    def measure(self, by: By, period: str, root: str | None) -> None:
        """Measures of any period."""
        asker = self.listener.keys["reader" if root is None else f"reader {root.removeprefix('upt-')}"]
        if by is By.office:
            asker = self.someone(root, persons=False)
        self.listener.measures(asker, by, {"period": period})

    @rule(period=st.sampled_from((*MONTHS, "2026-Q3")), again=st.booleans())
    def close(self, period: str, *, again: bool) -> None:
        """Reports, signed ones, and revisions of them."""
        for step in ("revise",) if again else ("close", "finalise"):
            body: dict[str, Any] = {"json": {}} if step == "close" else {}
            self.house.request("POST", f"/v1/periods/{period}/{step}", self.keys["supervisor"], **body)
            self.listener.reports_of(period)
            self.house.post(f"/v1/periods/{period}/publish", {}, self.keys["supervisor"])
            self.listener.public()

    @rule(who=st.sampled_from(SEAT_NAMES), steps=st.lists(st.integers(0, 99), min_size=1, max_size=8))
    def look(self, who: str, steps: list[int]) -> None:
        """Somebody goes from page to page."""
        self.listener.walk(self.listener.seats[who], steps)

    @rule(
        who=st.sampled_from(SEAT_NAMES),
        office=st.sampled_from(OFFICES),
        employee=st.sampled_from(PERSONS),
        day=st.sampled_from(DAYS),
        n=st.integers(1, 9),
    )
    def poll(self, who: str, office: str, employee: str | None, day: date, n: int) -> None:
        """A few citizens rate while somebody looks: no page changes until a night has released."""
        seat = self.listener.seats[who]
        before = self.listener.everything(seat) | self.listener.public()
        self.rate_(office, employee, day, "ktp-el", "kiosk", ["111"] * n)
        after = self.listener.everything(seat) | self.listener.public()
        # One by one: a difference of all pages at once would take longer to print than to find.
        changed = [at for at in before | after if before.get(at) != after.get(at)]
        assert not changed, (changed[0], before.get(changed[0]), after.get(changed[0]))

    def someone(self, root: str | None, *, persons: bool) -> Any:
        """Whose turn it is of those who have this reach."""
        self.asked += 1
        known = self.listener.askers(root, persons=persons)
        return known[self.asked % len(known)]


@pytest.fixture
def machine(store: str, lend: Lend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[OverHttp]]:
    """The machine over a service on one of the stores."""
    monkeypatch.setattr("app.disclosure.releasing.SystemRandom", lambda: Random(17))
    make_key(tmp_path / "key.pem")
    with (
        lend(store) as (url, keys),
        desk(url, keys, signing_key_file=tmp_path / "key.pem", reply_working_days=0) as one,
    ):
        OverHttp.database, OverHttp.house = one.database, one
        yield OverHttp


@pytest.mark.long
@pytest.mark.sqlite_daily
@pytest.mark.hypothesis
def test_no_answer_and_no_page_is_about_one_to_nine_ratings(machine: type[OverHttp]) -> None:
    run_state_machine_as_test(machine, settings=times(0.2))


def live(machine: type[OverHttp]) -> OverHttp:
    """A quarter with everything in it: figures, late and held ratings, tickets, comments, a report and its revision."""
    town = machine()
    for number, (office, employee) in enumerate((o, e) for o in OFFICES for e in PERSONS):
        for place, day in enumerate(DAYS[3:19:3]):
            sheets = ["444", "343", "121", "4-3"] * (1 + (number + place) % 3)
            town.rate_(office, employee, day, ("ktp-el", "skck")[place % 2], ("kiosk", "web")[number % 2], sheets[:9])
    town.rate_without_key("dukcapil", DAYS[4], 12, "444")
    for place, day in enumerate(DAYS[:19]):
        town.give_tickets("dukcapil", ("", "E001")[place % 2], day, 14, 11, place)
    return town


@pytest.mark.long
@pytest.mark.sqlite_daily
@pytest.mark.sized
def test_every_page_shows_numbers_that_an_answer_said(machine: type[OverHttp]) -> None:
    town = live(machine)
    for days in sized((62,), (62, 31, 31)):
        town.release(days, whole=False)
        town.hold(list(range(0, 60, 3)))
        town.close("2026-Q3", again=False)
        town.poll("supervisor dukcapil", "dukcapil", "E001", DAYS[18], 9)
        for name in sized(("supervisor", "viewer makassar", "appraiser", "employee"), SEAT_NAMES):
            town.listener.everything(town.listener.seats[name])
        town.ask("2026-07", "2026-09", {}, None)
        town.measure(By.employee, "2026-Q3", None)
        town.close("2026-Q3", again=True)
        town.count_again(0)
    assert town.listener.reports
    assert 0 < town.town.smallest_class() >= 10


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_answers_say_nothing_of_who_gave_which_sheet_of_a_block_nor_of_what_waits(machine: type[OverHttp]) -> None:
    town = live(machine)
    town.release(62, whole=False)
    before = all_that_is_said(town)
    exchange(town)
    after = all_that_is_said(town)
    changed = [question for question, answer in before.items() if after[question] != answer]
    assert not changed, changed
    assert sum(bool(answer) for answer in before.values()) > 10


def exchange(town: OverHttp) -> None:
    """Give each sheet of a block to the next of its citizens, and others to all whose ratings are not told."""
    with town.house.database.writing() as session:
        members = town.town.ledger(session).members.values()
        sheets = dict.fromkeys(town.town.ratings, "222")
        for keys in members:
            given = [town.town.ratings[key].sheet for key in keys]
            sheets |= dict(zip(keys, given[1:] + given[:1], strict=True))
        changed = [(key, sheet) for key, sheet in sheets.items() if town.town.ratings[key].sheet != sheet]
        assert len(changed) > 50
        for key, sheet in changed:
            row = session.get_one(Rating, (town.town.agency_id, key))
            row.sheet = sheet
            session.add(row)


def all_that_is_said(town: OverHttp) -> dict[str, Any]:
    """Whatever figures there are: of every month and of all, by every cut, with all that makes them fair; and pages."""
    found: dict[str, Any] = {}
    reader = town.listener.keys["reader"]
    for period in (*MONTHS[:3], "2026-Q3"):
        for units in ("offices", "employees"):
            found[f"{period} {units}"] = reader.ask(f"/v1/measures/{units}", period=period).json().get("rows")
        span = span_of(period)
        assert span is not None
        days = {"from": span.first.isoformat(), "to": span.last.isoformat()}
        for by in ("office", "employee", "service", "channel", "month"):
            found[f"{period} {by}"] = reader.get("/v1/indices", days | {"by": by}).json().get("rows")
    return found | town.listener.everything(town.listener.seats["supervisor dukcapil"])


def leak_by_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts without answers are told as they are."""
    for room in ("indices", "measures"):
        monkeypatch.setattr(f"app.{room}.reading.shown_count", int)


def leak_by_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row says how many ratings it leaves out."""
    for rules in ("indices.rules.figures", "measures.rules.unit_measures"):
        monkeypatch.setattr(f"app.{rules}.left_out", lambda n: str(n) if n else None)


def leak_by_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page says what no answer does."""

    def sections(figures: OfficeFigures, tell: Language) -> tuple[Section, ...]:
        return (*sections_of(figures, tell), Section((Words("Since then 7 more have rated."),)))

    monkeypatch.setattr("app.desk.office.sections_of", sections)


def leak_by_the_public_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """The public page says how many have rated an office since."""

    def words(closing: PublicClosing, tell: Language, office: str | None = None) -> ClosingWords:
        found = closing_words(closing, tell, office)
        return replace(found, offices=tuple(replace(each, n=f"{each.n} (+7)") for each in found.offices))

    monkeypatch.setattr("app.web.public.closing_words", words)


LEAKS = (
    leak_by_range,
    leak_by_complement,
    leak_by_polling,
    leak_by_counts,
    leak_by_waiting,
    leak_by_a_page,
    leak_by_the_public_page,
)


@pytest.mark.campaign
@pytest.mark.once
@pytest.mark.parametrize("leak", LEAKS)
def test_a_planted_leak_is_found_over_http(
    machine: type[OverHttp], leak: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    leak(monkeypatch)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=settings(times(1), max_examples=200, phases=[Phase.generate]))
