"""A batch of ratings: every item gets its own result, and no bad one costs another."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.house import NOW, House
from tests.intake.batches import BATCH, POISON, bad_sheets, codes, is_sound, send, statuses, stored

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily


def test_every_item_has_its_result_in_the_order_sent(house: House) -> None:
    bad = bad_sheets(house)
    good = [house.sheet() for _ in bad]
    # Good and bad take turns, so that a mix-up of two neighbours cannot go unnoticed.
    results = send(house, [item for pair in zip(good, (item for item, _, _ in bad), strict=True) for item in pair])
    for sheet, result in zip(good, results[0::2], strict=True):
        assert result == {"id": sheet["id"], "status": 201}
    for (item, status, code), result in zip(bad, results[1::2], strict=True):
        assert result["status"] == result["problem"]["status"] == status, item
        assert code in codes(result), (item, result)
        readable = isinstance(item, dict) and isinstance(item.get("id"), str) and item["id"] != "bukan"
        assert result["id"] == (item["id"] if readable else None), item
    assert stored(house) == len(good)
    assert is_sound(house)


@pytest.mark.parametrize("n_bad", [1, 250, 499])
def test_of_five_hundred_items_every_good_one_is_stored(house: House, n_bad: int) -> None:
    bad = bad_sheets(house)
    items = [bad[n % len(bad)][0] for n in range(n_bad)] + [house.sheet() for _ in range(500 - n_bad)]
    # Spread the good among the bad.
    items = [items[(n * 7) % 500] for n in range(500)]
    results = send(house, items)
    assert Counter(statuses(results)) == {201: 500 - n_bad, 422: n_bad}
    assert stored(house) == 500 - n_bad
    assert is_sound(house)


def test_a_batch_sent_again_in_any_order_is_all_replays_and_changes_nothing(house: House) -> None:
    sheets = [house.sheet(comment="baik", profile={"sex": "F"}) for _ in range(40)]
    assert set(statuses(send(house, sheets))) == {201}
    assert set(statuses(send(house, sheets[::-1]))) == {200}
    assert {house.post("/v1/ratings", sheet).status_code for sheet in sheets[:5]} == {200}
    assert stored(house) == 40
    with house.database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM comment")).scalar_one() == 40
        assert session.execute(text("SELECT n FROM profile_tally")).scalars().all() == [40]
    assert is_sound(house)


def test_one_id_twice_in_a_batch_is_a_replay_or_a_conflict_with_the_first(house: House) -> None:
    first, again = house.sheet(), house.sheet()
    other = first | {"scores": POISON}
    assert statuses(send(house, [first, other, first, again, again, other])) == [201, 409, 200, 201, 200, 409]
    assert stored(house) == 2
    assert statuses(send(house, [other, first])) == [409, 200]
    assert is_sound(house)


def test_a_conflict_says_so_in_its_item_alone(house: House) -> None:
    taken = house.sheet()
    assert house.post("/v1/ratings", taken).status_code == 201
    results = send(house, [house.sheet(), taken | {"office": "setda"}, house.sheet()])
    assert statuses(results) == [201, 409, 201]
    assert codes(results[1]) == {"id-conflict"}


def test_an_item_too_late_that_is_stored_already_is_a_replay(house: House) -> None:
    sheets = [house.sheet() for _ in range(3)]
    assert statuses(send(house, sheets[:2])) == [201, 201]
    house.clock.now += timedelta(days=40)
    results = send(house, sheets)
    assert statuses(results) == [200, 200, 422]
    assert results[2]["problem"]["server_time"] == "2026-12-28T03:00:00.000+00:00"


def test_every_retry_of_one_late_rating_in_a_batch_is_a_replay(house: House) -> None:
    sheet = house.sheet()
    assert house.post("/v1/ratings", sheet).status_code == 201
    house.clock.now += timedelta(days=40)
    other = sheet | {"comment": "lain"}
    assert statuses(send(house, [sheet, sheet])) == [200, 200]
    assert statuses(send(house, [sheet, other, sheet])) == [200, 422, 200]


def test_a_device_sends_batches_from_its_own_counter(house: House) -> None:
    scores = {"speed": 4, "transparency": 4, "friendliness": 4}
    morning, noon = NOW - timedelta(hours=1), NOW - timedelta(minutes=1)
    sheets = [{"id": house.new_id(moment), "service": "kk", "scores": scores} for moment in (morning, noon)]
    results = send(house, [*sheets, sheets[0] | {"id": house.new_id(), "office": "setda"}], "device")
    assert statuses(results) == [201, 201, 422]
    assert "office-fixed" in codes(results[2])


def test_an_item_out_of_the_keys_reach_is_refused_alone(house: House) -> None:
    results = send(house, [house.sheet(office="upt-jayapura"), house.sheet(office="setda")], "app makassar")
    assert statuses(results) == [201, 403]
    assert codes(results[1]) == {"out-of-scope"}


@pytest.mark.quiet
def test_the_problems_of_items_speak_the_language_asked_for(house: House) -> None:
    told = {}
    for language in ("id", "en"):
        response = house.post(BATCH, {"ratings": [house.sheet(office="tiada")]}, headers={"accept-language": language})
        told[language] = response.json()["results"][0]["problem"]
    assert told["id"]["code"] == told["en"]["code"]
    assert told["id"]["title"] != told["en"]["title"]
    assert told["id"]["errors"][0]["message"] != told["en"]["errors"][0]["message"]
