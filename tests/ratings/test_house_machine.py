"""One machine that does everything clients do, beside a model of what the database must then hold."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import count
from random import Random
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, note, settings
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
from app.ratings.reconciliation import reconcile
from tests.house import NOW, House, furnish

Sheet = dict[str, Any]
Row = tuple[str | None, ...]

AGENCIES = count()
ITEMS = ("speed", "transparency", "friendliness")
# What a sheet takes over from what Hypothesis made up as it is.
VOLUNTARY = {"scores", "comment", "profile", "instrument"}

# The directory of the house, in the words of the model.
PARENTS: Mapping[str, str | None] = {
    "setda": None,
    "dukcapil": "setda",
    "upt-makassar": "setda",
    "upt-jayapura": "upt-makassar",
}
ZONES = {"upt-makassar": "Asia/Makassar", "upt-jayapura": "Asia/Jayapura"}
SERVICES = ("ktp-el", "kk", "skck")
EMPLOYEES = ("E001", "E002", "E003", "E004")
# Employee → office, first day, last day.
POSTED = (
    ("E001", "dukcapil", "2020-01-01", "9999-12-31"),
    ("E002", "dukcapil", "2020-01-01", "2026-11-10"),
    ("E002", "upt-makassar", "2026-11-11", "9999-12-31"),
    ("E003", "upt-jayapura", "2020-01-01", "9999-12-31"),
    ("E004", "dukcapil", "2020-01-01", "9999-12-31"),
)
AT_ONE = NOW.replace(hour=1)


@dataclass(frozen=True)
class Holder:
    """What a key of the model may do: a device's counter with its services, or the root of a subtree."""

    office: str | None = None
    counter: str | None = None
    services: tuple[str, ...] = ()


RATERS = {
    "app": Holder(),
    "app makassar": Holder("upt-makassar"),
    "device": Holder("dukcapil", "loket-1", ("ktp-el", "kk")),
    "device 2": Holder("dukcapil", "loket-2", ("kk",)),
}


def is_within(office: str, root: str | None) -> bool:
    """Whether an office lies under the root of a key."""
    at: str | None = office
    while at is not None and at != root:
        at = PARENTS[at]
    return root is None or at == root


def moment_of(sheet: Sheet) -> datetime:
    """When the rating happened, by its id."""
    return datetime.fromtimestamp((UUID(sheet["id"]).int >> 80) / 1000, UTC)


def on_duty(moment: datetime) -> str | None:
    """Who was at the first counter."""
    hours = (moment - AT_ONE) / timedelta(hours=1)
    return "E001" if 0 <= hours < 4 else "E004" if 4 <= hours < 8 else None


def local_day(office: str, moment: datetime) -> str:
    """The day a rating falls on."""
    return moment.astimezone(ZoneInfo(ZONES.get(office, "Asia/Jakarta"))).date().isoformat()


class Wrong(Exception):
    """The sheet is refused with this status."""

    def __init__(self, status: int = 422) -> None:
        self.status = status


def judged(key: str, sheet: Sheet, now: datetime) -> int | Row:
    """The status of a refusal, or the row to be stored."""
    try:
        return fitting(key, sheet, now)
    except Wrong as wrong:
        return wrong.status


def fitting(key: str, sheet: Sheet, now: datetime) -> Row:
    """The row of a sheet that fits."""
    holder, moment = RATERS[key], moment_of(sheet)
    if "nama" in sheet or any(isinstance(score, str) for score in sheet["scores"].values()):
        raise Wrong
    if not now - timedelta(days=35) <= moment <= now + timedelta(minutes=5):
        raise Wrong
    if sheet.get("instrument", "ikl-1") != "ikl-1":
        raise Wrong
    office, channel = at_its_counter(holder, sheet) if holder.counter else where_it_says(holder, sheet)
    service = sheet.get("service") or (holder.services[0] if len(holder.services) == 1 else None)
    if channel is None or service not in (holder.services or SERVICES):
        raise Wrong
    day = local_day(office, moment)
    employee = on_duty(moment) if holder.counter == "loket-1" else None
    if "employee" in sheet:
        employee = sheet["employee"]
        if employee not in posted_at(office, day):
            raise Wrong
    return day, office, holder.counter, service, employee, channel, "ikl-1", written(sheet["scores"])


def at_its_counter(holder: Holder, sheet: Sheet) -> tuple[str, str | None]:
    """Office and channel of a device, which may name no other."""
    assert holder.office is not None
    if sheet.get("office", holder.office) != holder.office or "channel" in sheet:
        raise Wrong
    return holder.office, "kiosk"


def where_it_says(holder: Holder, sheet: Sheet) -> tuple[str, str | None]:
    """Office and channel that the sheet of an app must name."""
    office: str = sheet.get("office", "")
    if office not in PARENTS:
        raise Wrong
    if not is_within(office, holder.office):
        raise Wrong(403)
    return office, sheet.get("channel")


def posted_at(office: str, day: str) -> list[str]:
    """Who worked there on that day."""
    return [who for who, where, first, last in POSTED if where == office and first <= day <= last]


def written(scores: Mapping[str, int | None]) -> str:
    """The answers as they are stored."""
    if scores.keys() != set(ITEMS) or any(score not in (1, 2, 3, 4, None) for score in scores.values()):
        raise Wrong
    answers = "".join("-" if scores[item] is None else str(scores[item]) for item in ITEMS)
    if answers == "---":
        raise Wrong
    return answers


def content(key: str, sheet: Sheet) -> str:
    """What a sheet means: two with one id and the same of this are the same rating."""
    holder = RATERS[key]
    meant = {"office": holder.office, "instrument": "ikl-1"} | sheet | {"counter": holder.counter}
    meant["comment"] = sheet.get("comment", "").strip()
    return json.dumps({name: value for name, value in meant.items() if value}, sort_keys=True)


@dataclass
class Model:
    """What the agency's part of the database must hold."""

    contents: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    comments: Counter[Row] = field(default_factory=Counter)
    profiles: Counter[Row] = field(default_factory=Counter)

    def take(self, key: str, sheet: Sheet, now: datetime) -> int:
        """The status of this sheet, after which the model holds what it leaves behind."""
        verdict, meant, known = judged(key, sheet, now), content(key, sheet), self.contents.get(sheet["id"])
        if known == meant and verdict != 403:
            return 200
        if isinstance(verdict, int):
            return verdict
        if known is not None:
            return 409
        self.contents[sheet["id"]] = meant
        self.rows.append(verdict)
        self._keep_apart(verdict, sheet)
        return 201

    def _keep_apart(self, row: Row, sheet: Sheet) -> None:
        day, office = row[:2]
        assert day is not None
        if comment := sheet.get("comment", "").strip():
            self.comments[office, f"{day[:7]}-01", comment] += 1
        for attribute, value in sheet.get("profile", {}).items():
            self.profiles[office, f"{day[:7]}-01", attribute, value] += 1


def half_up(value: Fraction, places: int) -> str:
    """A figure as the official forms round it."""
    digits = str(int(value * 10**places + Fraction(1, 2))).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


Figures = tuple[str | None, int | None, list[tuple[int | None, str | None, str | None]], str | None]


def measured(group: str | None, sheets: Sequence[str], *, personal: bool) -> Figures:
    """Group, n, (n, mean, index) of each question, index: from the sheets, in exact fractions."""
    if personal and len(sheets) < 10:
        return group, None, [(None, None, None)] * 3, None
    figures: list[tuple[int | None, str | None, str | None]] = []
    means: list[Fraction] = []
    for place in range(3):
        scores = [int(sheet[place]) for sheet in sheets if sheet[place] != "-"]
        if not scores:
            figures.append((0, None, None))
            continue
        means.append(Fraction(sum(scores), len(scores)))
        figures.append((len(scores), half_up(means[-1], 4), half_up(means[-1] * 25, 2)))
    index = half_up(sum(means, Fraction(0)) * 25 / 3, 2) if len(means) == 3 else None
    return group, len(sheets), figures, index


def shown(row: Mapping[str, Any]) -> Figures:
    """The same of a row of an answer."""
    group = next((value for name, value in row["group"].items() if name != "name"), None) if row["group"] else None
    dimensions = [(each["n"], each["mean"], each["index"]) for each in row["dimensions"]]
    assert row["held"] == (None if row["suppressed"] else 0)
    return group, row["n"], dimensions, row["index"] and row["index"]["value"]


def expected_rows(rows: Sequence[Row], asked: Mapping[str, Any], root: str | None) -> list[Figures]:
    """What an answer to a question about these ratings must show."""
    office, by = asked.get("office"), asked.get("by")
    # Without an office `include` has nothing to include.
    tops = [top for top in (root, office if "include" in asked else None) if top is not None]
    groups: dict[str | None, list[str]] = defaultdict(list)
    if by is None:
        groups[None] = []
    for day, where, _, service, employee, channel, _, sheet in rows:
        assert day is not None
        assert where is not None
        assert sheet is not None
        values = {"office": where, "service": service, "employee": employee, "channel": channel}
        values |= {"day": day, "month": day[:7]}
        if not all(is_within(where, top) for top in tops) or not asked["from"] <= day <= asked["to"]:
            continue
        wanted = {name: asked[name] for name in ("service", "employee", "channel") if name in asked}
        if office is not None and "include" not in asked:
            wanted["office"] = office
        if all(values[name] == value for name, value in wanted.items()) and (by is None or values[by]):
            groups[values[by] if by else None].append(sheet)
    personal = "employee" in asked or by == "employee"
    return [measured(group, groups[group], personal=personal) for group in sorted(groups, key=str)]


scores = st.fixed_dictionaries(dict.fromkeys(ITEMS, st.sampled_from((4, 3, 1, 2, None))))
answered = scores.filter(lambda given: any(score is not None for score in given.values()))
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
askable = {
    "service": st.sampled_from(SERVICES),
    "employee": st.sampled_from(("E001", "E001", *EMPLOYEES)),
    "channel": st.sampled_from(("kiosk", "mobile")),
    "include": st.just("children"),
    "office": st.sampled_from(tuple(PARENTS)),
}
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

    @initialize(target=sheets, made=st.lists(made, min_size=8, max_size=10))
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
            [row] = keys_by_lookup(session, given.lookup)
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

    @rule(
        reader=st.sampled_from(("reader", "reader makassar", "admin")),
        questions=st.lists(st.fixed_dictionaries({}, optional=askable), min_size=2, max_size=5),
        by=st.sampled_from((None, "office", "service", "employee", "channel", "month", "day")),
        span=st.sampled_from(((0, 0), (40, 5), (20, 0), (3, 3), (500, 100))),
    )
    def pull_indices(self, reader: str, questions: list[Sheet], by: str | None, span: tuple[int, int]) -> None:
        """Figures are those of the model, whatever is asked."""
        today = self.house.clock.now.date()
        period = {"from": str(today - timedelta(days=span[0])), "to": str(today + timedelta(days=span[1]))}
        root = "upt-makassar" if reader == "reader makassar" else None
        for question in questions:
            asked = question | period | ({} if by is None else {"by": by})
            response = self.house.get("/v1/indices", self.keys[reader], params=asked)
            if not is_within(asked.get("office", "upt-makassar"), root):
                assert response.status_code == 403
                continue
            assert response.status_code == 200, response.text
            expected = expected_rows(self.model.rows, asked, root)
            assert [shown(row) for row in response.json()["rows"]] == expected

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
    def every_tally_is_the_number_of_its_ratings(self) -> None:
        """`cermin check` finds nothing."""
        report = reconcile(self.house.database, self.agency_id)
        assert report.ratings == len(self.model.rows)
        assert (report.differences, report.strays) == ([], [])


def test_whatever_clients_do_the_database_is_what_was_answered(house: House) -> None:
    HouseMachine.house = house
    run_state_machine_as_test(
        HouseMachine,
        settings=settings(
            max_examples=10, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.fixture
def houses(furnished: tuple[str, dict[str, str]]) -> Iterator[tuple[House, House]]:
    """Two processes on one database."""
    url, keys = furnished
    with House.open(url, keys) as one, House.open(url, keys) as other:
        yield one, other


def agency(house: House) -> dict[str, str]:
    """The keys of a fresh agency."""
    return furnish(house.database, f"agency-{next(AGENCIES)}", NOW)


def figures(house: House, keys: Mapping[str, str], **asked: str) -> str:
    """The whole answer about November, but for the agency's name."""
    response = house.get("/v1/indices", keys["reader"], params={"from": "2026-11-01", "to": "2026-11-30"} | asked)
    assert response.status_code == 200
    return json.dumps({name: value for name, value in response.json().items() if name != "agency"})


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sheets=st.lists(answered, min_size=1, max_size=30), chance=st.randoms(use_true_random=False))
def test_the_same_sheets_give_the_same_figures_however_they_arrive(
    houses: tuple[House, House], sheets: list[Sheet], chance: Random
) -> None:
    one, other = houses
    plain, split = agency(one), agency(one)
    # Here in one batch through one process, on one day and through one channel …
    together = [one.sheet(scores=given) for given in sheets]
    response = one.post("/v1/ratings/batch", {"ratings": together}, plain["app"])
    assert {result["status"] for result in response.json()["results"]} == {201}
    # … there over days, offices and channels, in pieces, through two processes at once, in any order, some twice.
    spread = [
        one.sheet(
            id=one.new_id(NOW - timedelta(days=chance.randrange(17))),
            scores=given,
            office=chance.choice(tuple(PARENTS)),
            service=chance.choice(SERVICES),
            channel=chance.choice(("mobile", "web")),
        )
        for given in sheets
    ]
    sent = spread + [sheet for sheet in spread if chance.random() < 0.5]
    chance.shuffle(sent)
    pieces = []
    while sent:
        length = chance.randint(1, 9)
        pieces.append((chance.choice(houses), sent[:length]))
        sent = sent[length:]

    def deliver(piece: tuple[House, list[Sheet]]) -> list[tuple[str, int]]:
        house, batch = piece
        results = house.post("/v1/ratings/batch", {"ratings": batch}, split["app"]).json()["results"]
        return [(result["id"], result["status"]) for result in results]

    with ThreadPoolExecutor(4) as threads:
        told = [each for answer in threads.map(deliver, pieces) for each in answer]
    assert Counter(status for _, status in told) == {201: len(sheets)} | (
        {200: len(told) - len(sheets)} if len(told) > len(sheets) else {}
    )
    assert {rating_id for rating_id, status in told if status == 201} == {sheet["id"] for sheet in spread}
    expected = figures(one, plain)
    assert figures(one, split) == figures(other, split) == expected

    # Everything once more, the other way round: all replays, nothing changes.
    before = {by: figures(one, split, by=by) for by in ("office", "channel", "day", "service")}
    again = other.post("/v1/ratings/batch", {"ratings": spread[::-1]}, split["app"]).json()["results"]
    assert {result["status"] for result in again} == {200}
    assert {by: figures(other, split, by=by) for by in before} == before
    assert figures(other, split) == expected
