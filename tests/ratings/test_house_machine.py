"""One machine that does everything clients do, beside a model of what the database must then hold."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Any, ClassVar

import pytest
from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from app.access.keys import read_key, revoke
from app.access.store import keys_by_lookup
from app.disclosure.reconciliation import reconcile_blocks
from app.ratings.reconciliation import reconcile
from tests.effort import sized, times
from tests.house import NOW, House, furnish
from tests.ratings.house_model import (
    EMPLOYEES,
    ITEMS,
    PARENTS,
    RATERS,
    SERVICES,
    Model,
    Row,
    Sheet,
    Told,
    answered,
    expected_rows,
    is_within,
    last_day,
    local_day,
    months_ago,
    posted_at,
    scores,
    shown,
    told_of,
)

AGENCIES = count()
# What a sheet takes over from what Hypothesis made up as it is.
VOLUNTARY = {"scores", "comment", "profile", "instrument"}

back = st.one_of(
    # Twelve hours before the clock's first moment the three zones have two days.
    st.sampled_from((timedelta(0), timedelta(hours=12))),
    st.integers(0, 23).map(lambda hours: timedelta(hours=hours)),
    st.integers(0, 34).map(lambda days: timedelta(days=days)),
)
# Most ratings are good; what goes wrong is up to the changes below.
made = st.fixed_dictionaries(
    {"scores": answered, "back": back, "place": st.integers(0, 11)},
    optional={
        "employee": st.booleans(),
        "comment": st.sampled_from(("baik", " baik ", "lama", "   ")),
        "profile": st.fixed_dictionaries({}, optional={"sex": st.sampled_from("FM"), "education": st.just("S1")}),
        "instrument": st.just("ikl-1"),
    },
)
kinds = {
    "service": st.sampled_from(SERVICES),
    "employee": st.sampled_from(("E001", "E001", *EMPLOYEES)),
    "channel": st.sampled_from(("kiosk", "mobile")),
}
places = {"include": st.just("children"), "office": st.sampled_from(tuple(PARENTS))}
# Two of person, service and channel are told of nobody, so most questions name one at most.
questions = st.one_of(
    *(st.fixed_dictionaries({name: kinds[name]}, optional=places) for name in kinds),
    st.fixed_dictionaries({}, optional=places),
    st.fixed_dictionaries(kinds, optional=places),
)
GROUPINGS = (None, "office", "service", "employee", "channel", "month")
# Most changes make another rating of the same id, some make a wrong one.
changes: st.SearchStrategy[Sheet] = st.one_of(
    st.fixed_dictionaries({"scores": scores}),
    st.sampled_from(
        (
            {},
            {"comment": "lain"},
            {"employee": "E001"},
            {"employee": "E002"},
            {"employee": "E999"},
            {"office": "upt-jayapura"},
            {"office": "setda"},
            {"office": "tiada"},
            {"service": "kk"},
            {"service": "tiada"},
            {"channel": "web"},
            {"channel": None},
            {"instrument": "tiada-1"},
            {"nama": "x"},
            {"scores": {"speed": 5, "transparency": 1, "friendliness": 1}},
            {"scores": {"speed": "4", "transparency": 1, "friendliness": 1}},
            {"scores": {"speed": 4}},
            {"scores": dict.fromkeys(ITEMS)},
            {"profile": {"sex": "M"}},
        )
    ),
)


def changed(sheet: Sheet, change: Sheet) -> Sheet:
    """The sheet with some fields changed; None takes one out."""
    return {name: value for name, value in (sheet | change).items() if value is not None}


class HouseMachine(RuleBasedStateMachine):
    """Clients of one agency, made for this run alone, in a house that others live in, too."""

    house: ClassVar[House]
    sheets: Bundle[Sheet] = Bundle("sheets")

    def __init__(self) -> None:
        super().__init__()
        self.house.clock.now = NOW
        self.agency_id = f"agency-{next(AGENCIES)}"
        self.keys = furnish(self.house.database, self.agency_id, NOW)
        self.revoked: set[str] = set()
        self.model = Model()
        self.told: Told | None = None

    def new_sheet(self, key: str, made: Sheet) -> Sheet:
        """A good sheet with an id of its own, as the holder of this key sends it."""
        holder, place, moment = RATERS[key], made["place"], self.house.clock.now - made["back"]
        sheet: Sheet = {name: made[name] for name in made.keys() & VOLUNTARY}
        services = holder.services or SERVICES
        sheet |= {"id": self.house.new_id(moment), "service": services[place % len(services)]}
        offices = [office for office in PARENTS if is_within(office, holder.office)]
        office = holder.office if holder.counter else offices[place % len(offices)]
        assert office is not None
        if holder.counter is None:
            sheet |= {"office": office, "channel": ("mobile", "web")[place % 2]}
        posted = posted_at(office, local_day(office, moment))
        if made.get("employee") and posted:
            sheet["employee"] = posted[place % len(posted)]
        return sheet

    def send(self, key: str, sheet: Sheet) -> None:
        """Post one sheet; the answer must be the model's."""
        response = self.house.post("/v1/ratings", sheet, self.keys[key])
        status = 401 if key in self.revoked else self.model.take(key, sheet, self.house.clock.now)
        note(f"{key} {sheet} → {status}")
        assert response.status_code == status, (key, sheet, response.text)
        if status in (200, 201):
            assert response.json()["id"] == sheet["id"]
            assert ("idempotent-replayed" in response.headers) == (status == 200)
        if status == 401:
            assert response.json()["code"] == "key-revoked"

    key = st.sampled_from((*RATERS, "app", "device"))

    def teardown(self) -> None:
        """In the end every period is over, and its figures are told."""
        self.house.clock.now += timedelta(days=92)
        self.release()
        for by in GROUPINGS:
            for reader in ("reader", "reader makassar"):
                self.ask(reader, {}, by, (35, 1))

    @initialize(target=sheets, made=st.lists(made, min_size=10, max_size=12))
    def open_with_a_busy_morning(self, made: list[Sheet]) -> Any:
        """Enough ratings of the person at the first counter that figures may be shown."""
        sheets = [self.new_sheet("device", each | {"back": timedelta(0), "employee": False}) for each in made]
        for sheet in sheets:
            self.send("device", sheet)
        return multiple(*sheets[:3])

    @rule(target=sheets, key=key, made=made, change=st.one_of(st.just({}), changes))
    def post(self, key: str, made: Sheet, change: Sheet) -> Sheet:
        """A new rating that may be wrong in one place."""
        sheet = changed(self.new_sheet(key, made), change)
        self.send(key, sheet)
        return sheet

    @rule(sheet=sheets, key=key)
    def repeat(self, sheet: Sheet, key: str) -> None:
        """A retry, perhaps through another key."""
        self.send(key, sheet)

    @rule(target=sheets, sheet=sheets, change=changes, key=key)
    def change(self, sheet: Sheet, change: Sheet, key: str) -> Sheet:
        """Other content under a known id."""
        other = changed(sheet, change)
        self.send(key, other)
        return other

    @rule(
        target=sheets,
        key=key,
        known=st.lists(sheets, max_size=5),
        made=st.lists(st.tuples(made, st.one_of(st.just({}), changes)), min_size=1, max_size=6),
        order=st.randoms(use_true_random=False),
    )
    def batch(self, key: str, known: list[Sheet], made: list[tuple[Sheet, Sheet]], order: Random) -> Any:
        """New, known and wrong ratings in one request."""
        fresh = [changed(self.new_sheet(key, each), change) for each, change in made]
        sheets = [*known, *fresh, *fresh[:1]]
        order.shuffle(sheets)
        response = self.house.post("/v1/ratings/batch", {"ratings": sheets}, self.keys[key])
        if key in self.revoked:
            assert response.status_code == 401
            return multiple()
        assert response.status_code == 200
        results = response.json()["results"]
        statuses = [self.model.take(key, sheet, self.house.clock.now) for sheet in sheets]
        note(f"{key} {sheets} → {statuses}")
        assert [result["status"] for result in results] == statuses
        assert [result["id"] for result in results] == [sheet["id"] for sheet in sheets]
        return multiple(*fresh[:2])

    @precondition(lambda self: len(self.revoked) < 2)
    @rule(key=st.sampled_from(("app makassar", "device 2", "device")))
    def revoke_key(self, key: str) -> None:
        """A kiosk was stolen."""
        if key in self.revoked:
            return
        given = read_key(self.keys[key])
        assert given is not None
        with self.house.database.writing() as session:
            [row] = keys_by_lookup(session, given.agency_id, given.lookup)
            revoke(
                session,
                agency_id=self.agency_id,
                key_id=row.key_id,
                actor="test",
                now=self.house.clock.now,
            )
        self.revoked.add(key)

    @rule(passed=st.sampled_from((timedelta(minutes=7), timedelta(hours=5), timedelta(days=3), timedelta(days=36))))
    def advance_clock(self, passed: timedelta) -> None:
        """Time passes."""
        self.house.clock.now += passed

    @rule()
    def release(self) -> None:
        """What can be told by now is told from now on, in sums of ten or more."""
        now = self.house.clock.now
        self.house.release(self.agency_id, now)
        self.told = told_of(self.house.database, self.agency_id, now)
        assert all(len(block) >= 10 for block in self.told.blocks.values())
        assert all(str(row[0])[:7] <= self.told.through for block in self.told.blocks.values() for row in block)

    @rule(
        reader=st.sampled_from(("reader", "reader makassar", "admin")),
        questions=st.lists(questions, min_size=2, max_size=5),
        by=st.sampled_from((*GROUPINGS, "day")),
        months=st.sampled_from(((1, 1), (3, 1), (17, 1), (2, 2), (1, 0))),
    )
    def pull_indices(self, reader: str, questions: list[Sheet], by: str | None, months: tuple[int, int]) -> None:
        """Figures are those of the model, whatever is asked."""
        for question in questions:
            self.ask(reader, question, by, months)

    def ask(self, reader: str, question: Sheet, by: str | None, months: tuple[int, int]) -> None:
        """Ask about the months so long ago, both included; the answer must be the model's."""
        first, last = (months_ago(self.house.clock.now, n) for n in months)
        period = {"from": f"{first}-01", "to": str(last_day(last))}
        root = "upt-makassar" if reader == "reader makassar" else None
        asked = question | period | ({} if by is None else {"by": by})
        response = self.house.get("/v1/indices", self.keys[reader], params=asked)
        told = (response.status_code, response.json().get("code"))
        if not is_within(asked.get("office", "upt-makassar"), root):
            assert told == (403, "out-of-scope")
        elif self.told is None:
            assert told == (404, "nothing-released")
        elif last > self.told.through:
            assert told == (422, "not-released")
        elif by == "day" or len((question.keys() | {by}) & kinds.keys()) > 1:
            assert told == (422, "cut-not-told")
        else:
            assert response.status_code == 200, response.text
            assert [shown(row) for row in response.json()["rows"]] == expected_rows(self.told, asked, root)

    @invariant()
    def the_database_is_the_model(self) -> None:
        """Every row that was promised is there, and no other."""
        mine = {"agency_id": self.agency_id}
        with self.house.database.reading() as session:

            def rows(columns: str, table: str) -> Iterator[Row]:
                statement = text(f"SELECT {columns} FROM {table} WHERE agency_id = :agency_id")
                for row in session.execute(statement, mine):
                    yield tuple(value.isoformat() if isinstance(value, date) else value for value in row)

            ratings = list(rows("rated_on, office, counter, service, employee, channel, instrument, sheet", "rating"))
            comments = Counter(rows("office, written_in, text", "comment"))
            profiles = Counter(
                {row[:4]: int(str(row[4])) for row in rows("office, month, attribute, value, n", "profile_tally")}
            )
        assert Counter(ratings) == Counter(self.model.rows)
        assert comments == self.model.comments
        assert profiles == self.model.profiles

    @invariant()
    def the_check_finds_nothing(self) -> None:
        """`cermin check` finds nothing."""
        report = reconcile(self.house.database, self.agency_id)
        assert report.ratings == len(self.model.rows)
        assert (report.strays, reconcile_blocks(self.house.database, self.agency_id).faults) == ([], ())


@pytest.mark.long
@pytest.mark.sized
def test_whatever_clients_do_the_database_is_what_was_answered(house: House) -> None:
    HouseMachine.house = house
    run_state_machine_as_test(HouseMachine, settings=settings(max_examples=sized(times(0.1).max_examples, 500)))
