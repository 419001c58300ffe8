"""Attribution remembers what the directory says of senders and codes, never what depends on the moment."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from app.access.principals import KeyKind, Principal
from app.directory.rules.catalogue import Catalogue, DutySpan, OfficeEntry, Roster
from app.directory.rules.postings import Stay
from app.foundation.problems import Problem
from app.instruments.loading import shipped
from app.ratings import attribution
from app.ratings.attribution import Attributions, attribution_of
from app.ratings.keys import KeyMaker
from app.ratings.rating import NewRating, Place
from app.ratings.schemas import RatingIn
from app.ratings.validation import KnownCodes, RatingValidator

MORNING = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
SCORES = {"speed": 4, "transparency": 3, "friendliness": 4}
DEVICE = Principal("kota", KeyKind.device, UUID(int=1), "utama", "loket-1")
APP = Principal("kota", KeyKind.app, UUID(int=2))
BRANCH_APP = Principal("kota", KeyKind.app, UUID(int=3), "cabang")


def roster(*spans: tuple[str, int, int]) -> Roster:
    """Who was at a counter from one minute of the morning to another."""
    made = tuple(DutySpan(who, MORNING + timedelta(minutes=a), MORNING + timedelta(minutes=b)) for who, a, b in spans)
    return Roster(tuple(span.from_at for span in made), made)


CATALOGUE = Catalogue(
    agency_id="kota",
    version=UUID(int=9),
    offices={
        "utama": OfficeEntry("utama", None, ZoneInfo("Asia/Jakarta")),
        "cabang": OfficeEntry("cabang", "utama", ZoneInfo("Asia/Jayapura")),
    },
    services=frozenset({"ktp-el", "kk"}),
    counters={("utama", "loket-1"): ("ktp-el",)},
    employees=frozenset({"E1", "E2"}),
    postings={
        "E1": (Stay(date(2026, 1, 1), date(2026, 11, 17), "cabang"), Stay(date(2026, 11, 18), None, "utama")),
        "E2": (Stay(date(2026, 1, 1), date(2026, 11, 18), "utama"),),
    },
    rosters={("utama", "loket-1"): roster(("E1", 0, 7), ("E2", 7, 20))},
)


def sheet(**fields: str | None) -> RatingIn:
    """A sheet with these codes."""
    return RatingIn.model_validate({"scores": SCORES} | fields)


def asked(memory: Attributions, sent: RatingIn, principal: Principal, moment: datetime) -> Place | str:
    """The place where the sheet counts, or the code of the refusal."""
    try:
        return memory.find(sent, principal, CATALOGUE).at(moment)
    except Problem as problem:
        return problem.errors[0].code if problem.errors else problem.code


def test_who_was_on_duty_is_asked_at_every_sheet_even_within_one_quarter_of_an_hour() -> None:
    memory, minutes = Attributions(), (0, 6, 7, 8, 6, 19, 20, 0)
    found = [asked(memory, sheet(), DEVICE, MORNING + timedelta(minutes=each)) for each in minutes]
    assert [place.employee for place in found if isinstance(place, Place)] == [
        "E1", "E1", "E2", "E2", "E1", "E2", None, "E1",
    ]  # fmt: skip


def test_day_and_hour_are_those_of_the_sheets_own_moment_whatever_came_before() -> None:
    memory, named = Attributions(), sheet(office="utama", service="kk", channel="web")
    midnight = datetime(2026, 11, 18, 17, 0, tzinfo=UTC)
    moments = (MORNING, midnight - timedelta(milliseconds=1), midnight, MORNING, midnight + timedelta(hours=1))
    found = [asked(memory, named, APP, moment) for moment in moments]
    assert [(place.rated_on.day, place.hour) for place in found if isinstance(place, Place)] == [
        (18, 8), (18, 23), (19, 0), (18, 8), (19, 1),
    ]  # fmt: skip


def test_an_employee_counts_on_the_days_of_the_posting_alone_whatever_was_found_before() -> None:
    memory, named = Attributions(), sheet(office="utama", service="kk", channel="web", employee="E1")
    days = [asked(memory, named, APP, MORNING + timedelta(days=each)) for each in (0, -1, 0, -2, 5)]
    posted = [isinstance(each, Place) for each in days]
    assert posted == [True, False, True, False, True]
    assert {each for each in days if isinstance(each, str)} == {"employee-not-posted"}


def test_what_one_key_may_name_another_may_not() -> None:
    memory, named = Attributions(), sheet(office="utama", service="kk", channel="web")
    assert isinstance(asked(memory, named, APP, MORNING), Place)
    assert asked(memory, named, BRANCH_APP, MORNING) == "out-of-scope"
    assert asked(memory, named, DEVICE, MORNING) == "service-elsewhere"
    assert isinstance(asked(memory, named, APP, MORNING), Place)


def test_a_new_catalogue_is_asked_anew() -> None:
    memory, named = Attributions(), sheet(office="cabang", service="kk", channel="web")
    assert memory.find(named, APP, CATALOGUE).at(MORNING).hour == 10
    assert memory.find(named, APP, CATALOGUE) is memory.find(named, APP, CATALOGUE)
    moved = OfficeEntry("cabang", "utama", ZoneInfo("Asia/Makassar"))
    later = replace(CATALOGUE, offices={**CATALOGUE.offices, "cabang": moved})
    assert memory.find(named, APP, later).at(MORNING).hour == 9
    # And back again, for whoever still has the former one.
    assert memory.find(named, APP, CATALOGUE).at(MORNING).hour == 10


def test_no_more_is_remembered_than_a_bound_of_all_agencies_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attribution, "MOST_ATTRIBUTIONS", 3)
    memory, other = Attributions(), replace(CATALOGUE, agency_id="desa")
    sent = [sheet(office="utama", service=service, channel=channel) for service in ("ktp-el", "kk")
            for channel in ("web", "mobile")]  # fmt: skip
    for catalogue in (CATALOGUE, other, CATALOGUE, replace(other)):
        for each in sent:
            assert memory.find(each, APP, catalogue).at(MORNING) == attribution_of(each, APP, catalogue).at(MORNING)
            held = sum(len(found) for _, found in memory._of_agency.values())
            assert held == memory._count <= 3


def refused_or_placed(sent: RatingIn, principal: Principal, moment: datetime) -> Place | str:
    """As `asked`, of nothing remembered."""
    return asked(Attributions(), sent, principal, moment)


def test_remembered_attributions_are_those_worked_out_anew() -> None:
    memory, random = Attributions(), Random(16)
    offices = (None, "utama", "cabang", "nowhere")
    services, employees = (None, "ktp-el", "kk", "none"), (None, "E1", "E2", "E9")
    places = set[Place | str]()
    for _ in range(4_000):
        sent = sheet(
            office=random.choice(offices),
            service=random.choice(services),
            employee=random.choice(employees),
            channel=random.choice((None, "web", "mobile")),
        )
        principal = random.choice((DEVICE, APP, BRANCH_APP))
        moment = MORNING + timedelta(minutes=random.randrange(-2_000, 2_000))
        found = asked(memory, sent, principal, moment)
        assert found == refused_or_placed(sent, principal, moment)
        places.add(found)
    assert sum(isinstance(each, str) for each in places) >= 8
    assert sum(isinstance(each, Place) for each in places) >= 100


def stored(principal: Principal, sent: Sequence[RatingIn]) -> list[tuple[str, str]]:
    """Key and digest of the sheets, judged one after another with one memory."""
    validator = RatingValidator(KeyMaker.of(b"a secret of thirty-two characters"), timedelta(days=35))
    codes, rating_id = KnownCodes(CATALOGUE, shipped()), UUID("01a1ec2d-b1a0-7000-8000-000000000001")
    moment = datetime(2026, 11, 18, 2, tzinfo=UTC)
    found = [validator.validate(principal, each, rating_id, codes, moment) for each in sent]
    return [(each.key, each.digest) for each in found if isinstance(each, NewRating)]


def test_keys_and_digests_are_those_of_ratings_stored_before() -> None:
    kiosk = [sheet(), sheet(employee="E2"), sheet(comment="Ramah")]
    named = {"office": "utama", "service": "kk", "channel": "web"}
    app = [sheet(**named), sheet(**named, employee="E1"), sheet(**named, agency="kota")]
    key = "01a1ebf404008c10bd520789b2522454"
    for _ in range(2):
        assert stored(DEVICE, kiosk) == [
            (key, "0de4215cd5427c4dce08517aa5d52b14"),
            (key, "d1fe55e8ccb440b7b6e9df9cd5c61707"),
            (key, "d6cb7e2d611f55be35f861a5798ef2b4"),
        ]
        # The last is an open answer, which no app's sheet can pass for.
        assert stored(APP, app) == [
            (key, "c15601cb05bb8820289557c0c651c97f"),
            (key, "5b672ae9d442876348e0db55bae012a2"),
            (key, "0843fbc335271700e3fe07558c972800"),
        ]
