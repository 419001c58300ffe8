"""What is kept beside a rating for some weeks: the hour and the key that sent it, and nothing finer."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.ratings.keys import KeyMaker, first_key
from app.ratings.retention import forget
from tests.house import NOW, SECRET, House


def traces(house: House) -> list[dict[str, Any]]:
    """Every trace with what its rating says."""
    statement = text(
        "SELECT trace.hour, trace.source, rating.office, rating.channel, rating.rated_on FROM trace "
        "JOIN rating ON rating.agency_id = trace.agency_id AND rating.key = trace.key ORDER BY office, channel, hour"
    )
    with house.database.reading() as session:
        return [dict(row._mapping) for row in session.execute(statement)]


def key_id(house: House, name: str) -> str:
    """The id of a key by its label."""
    lookup = house.keys[name].split("_")[-2]
    with house.database.reading() as session:
        found = session.execute(text("SELECT key_id FROM api_key WHERE lookup = :lookup"), {"lookup": lookup})
        return UUID(str(found.scalar_one())).hex


def test_a_rating_leaves_its_local_hour_and_the_key_that_sent_it(house: House) -> None:
    sheet = house.sheet()
    assert house.post("/v1/ratings", sheet).status_code == 201
    kiosk = {name: value for name, value in house.sheet().items() if name not in ("office", "channel")}
    assert house.post("/v1/ratings", kiosk, "device").status_code == 201
    east = house.sheet(office="upt-jayapura", id=house.new_id(NOW - timedelta(hours=2)))
    assert house.post("/v1/ratings/batch", {"ratings": [east]}).status_code == 200
    found = traces(house)
    assert [(each["office"], each["channel"], each["hour"]) for each in found] == [
        ("dukcapil", "kiosk", 10),
        ("dukcapil", "mobile", 10),
        ("upt-jayapura", "mobile", 10),
    ]
    assert [UUID(str(each["source"])).hex for each in found] == [
        key_id(house, "device"),
        key_id(house, "app"),
        key_id(house, "app"),
    ]


def test_a_replay_a_conflict_and_a_refusal_leave_none(house: House) -> None:
    sheet = house.sheet()
    for changed in ({}, {}, {"scores": {"speed": 1, "transparency": 1, "friendliness": 1}}):
        house.post("/v1/ratings", sheet | changed)
    new, wrong = house.sheet(), house.sheet(office="nowhere")
    results = house.post("/v1/ratings/batch", {"ratings": [sheet, new, new, wrong]}).json()["results"]
    assert [one["status"] for one in results] == [200, 201, 200, 422]
    assert len(traces(house)) == 2


def test_they_are_forgotten_after_their_days_and_the_ratings_stay(house: House) -> None:
    old = house.sheet(id=house.new_id(NOW - timedelta(days=34)))
    for sheet in (old, house.sheet()):
        assert house.post("/v1/ratings", sheet).status_code == 201
        assert house.post("/v1/ratings", sheet, "desa app").status_code == 201
    assert forget(house.database, NOW + timedelta(days=8), timedelta(days=42)) == 0
    assert forget(house.database, NOW + timedelta(days=9), timedelta(days=42)) == 2
    assert {str(each["rated_on"]) for each in traces(house)} == {"2026-11-18"}
    assert len(traces(house)) == 2
    with house.database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM rating")).scalar_one() == 4


def test_the_first_key_of_a_day_stands_between_its_keys_and_those_before() -> None:
    maker, house_day = KeyMaker.of(SECRET.encode()), date(2026, 11, 18)
    midnight = NOW.replace(hour=17) - timedelta(days=1)
    for moment, is_before in ((midnight - timedelta(milliseconds=1), True), (midnight, False), (NOW, False)):
        rating = UUID(int=int(moment.timestamp() * 1000) << 80 | 0x7 << 76 | 0b10 << 62)
        assert (UUID(maker.key("kota", rating)) < first_key(house_day)) is is_before
