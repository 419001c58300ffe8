"""The made-up ratings are what they say they are: repeatable, in time, at one place, by one instrument."""

import json
import re
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import fmean
from uuid import RFC_4122, UUID

import pytest

from app.demo.simulation import simulate
from app.demo.visits import GAP
from app.demo.weeks import EARLIEST_TODAY, WEEKS, first_day, week_of
from app.demo.workbook import directory_sheets
from tests.demo.made_up_town import EMPLOYEES, SEED, SHEETS, TODAY, local, rated_employees, ratings

AGE_BANDS = {"17-24", "25-34", "35-44", "45-54", "55+"}
EDUCATIONS = {"SD", "SMP", "SMA", "D1-D3", "S1", "S2", "S3"}
OCCUPATIONS = {"PNS", "TNI", "POLRI", "SWASTA", "WIRAUSAHA", "LAINNYA"}


def bodies(seed: int, today: date) -> bytes:
    return json.dumps([rating.body() for rating in simulate(seed, today)]).encode()


@pytest.mark.campaign
def test_one_seed_and_day_give_the_same_bytes_every_time() -> None:
    assert bodies(SEED, TODAY) == json.dumps([rating.body() for rating in ratings()]).encode()
    assert directory_sheets(TODAY) == SHEETS


@pytest.mark.long
@pytest.mark.parametrize(("seed", "days"), [(1, 0), pytest.param(0, 1, marks=pytest.mark.campaign)])
def test_another_seed_or_day_gives_other_ratings(seed: int, days: int) -> None:
    other = {rating.id for rating in simulate(SEED + seed, TODAY + timedelta(days=days))}
    assert other.isdisjoint(rating.id for rating in ratings())


def test_there_are_about_sixty_thousand_ratings_spread_evenly_over_the_weeks() -> None:
    per_week = Counter(week_of(local(rating).date(), TODAY) for rating in ratings())
    assert 58_500 < len(ratings()) < 61_500
    assert sorted(per_week) == list(range(1, WEEKS + 1))
    assert min(per_week.values()) > 0.85 * max(per_week.values())


@pytest.mark.long
@pytest.mark.parametrize(
    "day",
    [
        pytest.param(1, id="wed"),
        pytest.param(4, id="sat", marks=pytest.mark.campaign),
        pytest.param(5, id="sun"),
        pytest.param(6, id="mon", marks=pytest.mark.campaign),
    ],
)
def test_nothing_is_older_than_26_weeks_or_newer_than_yesterday(day: int) -> None:
    today = date(2026, 7, day)
    days = {local(rating).date() for rating in (ratings() if today == TODAY else simulate(SEED, today))}
    assert first_day(today) == today - timedelta(days=182)
    assert first_day(today) <= min(days)
    assert max(days) < today
    assert len(days) == 5 * WEEKS


def test_a_day_before_the_people_were_in_post_is_refused() -> None:
    with pytest.raises(ValueError, match="in post from"):
        simulate(SEED, EARLIEST_TODAY - timedelta(days=1))
    assert max(row["posted_from"] for row in directory_sheets(EARLIEST_TODAY)["employees"]) < "2025"


@pytest.mark.long
def test_ids_are_unique_uuid7_of_the_moment_in_ascending_order() -> None:
    ids = [UUID(rating.id) for rating in ratings()]
    assert len(set(ids)) == len(ids)
    assert ids == sorted(ids)
    for identifier, rating in zip(ids, ratings(), strict=True):
        assert (identifier.version, identifier.variant, str(identifier)) == (7, RFC_4122, rating.id)
        since_1970 = timedelta(milliseconds=identifier.int >> 80)
        assert rating.moment == datetime(1970, 1, 1, tzinfo=UTC) + since_1970
        assert rating.moment.tzinfo is UTC


@pytest.mark.long
def test_every_kiosk_sheet_has_exactly_one_employee_on_duty_and_names_nobody() -> None:
    kiosk = [rating for rating in ratings() if rating.channel == "kiosk"]
    assert len(kiosk) > 0.5 * len(ratings())
    assert all(rating.counter and rating.employee is None for rating in kiosk)
    # `rated_employees` unpacks exactly one duty for each, or fails.
    assert all(rating.id in rated_employees() for rating in kiosk)


def test_every_named_employee_is_posted_at_that_office_on_that_day() -> None:
    named = [rating for rating in ratings() if rating.employee]
    assert {rating.channel for rating in named} == {"mobile", "web"}
    for rating in named:
        employee = EMPLOYEES[str(rating.employee)]
        assert employee["office"] == rating.office
        assert employee["posted_from"] <= local(rating).date().isoformat()


def test_some_citizens_of_the_apps_name_nobody() -> None:
    apps = [rating for rating in ratings() if rating.channel != "kiosk"]
    assert 0.15 < fmean(rating.employee is None for rating in apps) < 0.35
    assert all(rating.counter is None for rating in apps)


def test_services_are_those_of_the_counter_or_office() -> None:
    at_counter = {(row["office"], row["code"]): row["services"].split(";") for row in SHEETS["counters"]}
    at_office: dict[str, set[str]] = defaultdict(set)
    for (office, _), services in at_counter.items():
        at_office[office].update(services)
    for rating in ratings():
        given = at_counter[rating.office, rating.counter] if rating.counter else at_office[rating.office]
        assert rating.service in given


def test_ratings_are_given_in_local_office_hours_with_a_morning_peak_and_a_lunch_dip() -> None:
    moments = [local(rating) for rating in ratings()]
    hours = Counter(moment.hour for moment in moments)
    assert {moment.weekday() for moment in moments} == {0, 1, 2, 3, 4}
    assert set(hours) == set(range(8, 16))
    assert max(hours, key=hours.__getitem__) in {9, 10}
    assert hours[12] < 0.5 * min(hours[11], hours[13])


def test_two_citizens_never_answer_at_one_kiosk_in_the_same_moment() -> None:
    by_kiosk: dict[tuple[str, str | None], list[datetime]] = defaultdict(list)
    for rating in ratings():
        if rating.counter:
            by_kiosk[rating.office, rating.counter].append(rating.moment)
    gaps = [later - earlier for moments in by_kiosk.values() for earlier, later in pairwise(moments)]
    assert min(gaps) >= timedelta(milliseconds=GAP)


def test_a_kiosk_body_leaves_out_what_the_device_key_implies() -> None:
    kiosk = next(each for each in ratings() if each.channel == "kiosk" and each.comment and each.profile)
    assert kiosk.profile is not None
    assert kiosk.body() == {
        "id": kiosk.id,
        "service": kiosk.service,
        "instrument": "ikl-1",
        "scores": {
            "speed": kiosk.scores.speed,
            "transparency": kiosk.scores.transparency,
            "friendliness": kiosk.scores.friendliness,
        },
        "comment": kiosk.comment,
        "profile": {
            "sex": kiosk.profile.sex,
            "age_band": kiosk.profile.age_band,
            "education": kiosk.profile.education,
            "occupation": kiosk.profile.occupation,
        },
    }


def test_an_app_body_says_where_and_who() -> None:
    app = next(each for each in ratings() if each.employee and not each.comment and not each.profile)
    assert app.body() == {
        "id": app.id,
        "office": app.office,
        "channel": app.channel,
        "service": app.service,
        "instrument": "ikl-1",
        "scores": app.scores._asdict(),
        "employee": app.employee,
    }


def test_comments_are_rare_and_some_hold_a_made_up_telephone_number() -> None:
    comments = [rating.comment for rating in ratings() if rating.comment]
    phones = [comment for comment in comments if re.search(r"\b08\d\d-0000-\d{4}\b", comment)]
    assert 0.01 < len(comments) / len(ratings()) < 0.06
    assert 0.05 < len(phones) / len(comments) < 0.2
    assert max(map(len, comments)) < 200
    assert not any("{" in comment for comment in comments)


def test_a_quarter_of_the_sheets_has_a_profile_of_known_values() -> None:
    profiles = [rating.profile for rating in ratings() if rating.profile]
    assert 0.22 < len(profiles) / len(ratings()) < 0.28
    assert {profile.sex for profile in profiles} == {"F", "M"}
    assert {profile.age_band for profile in profiles} == AGE_BANDS
    assert {profile.education for profile in profiles} == EDUCATIONS
    assert {profile.occupation for profile in profiles} == OCCUPATIONS
