"""The made-up town is what it says it is. Duty and posting are read from the workbook's rows alone."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from statistics import correlation, fmean
from uuid import RFC_4122, UUID
from zoneinfo import ZoneInfo

import pytest

from app.demo import truths
from app.demo.rating import DemoRating
from app.demo.satisfaction import Scores
from app.demo.simulation import simulate, true_effects
from app.demo.visits import GAP
from app.demo.weeks import EARLIEST_TODAY, WEEKS, first_day, start_of, week_of
from app.demo.workbook import Row, directory_sheets

SEED = 2026
TODAY = date(2026, 7, 1)
SHEETS = directory_sheets(TODAY)
ZONES = {office["code"]: ZoneInfo(office["timezone"]) for office in SHEETS["offices"]}
EMPLOYEES = {employee["code"]: employee for employee in SHEETS["employees"]}
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
AGE_BANDS = {"17-24", "25-34", "35-44", "45-54", "55+"}
EDUCATIONS = {"SD", "SMP", "SMA", "D1-D3", "S1", "S2", "S3"}
OCCUPATIONS = {"PNS", "TNI", "POLRI", "SWASTA", "WIRAUSAHA", "LAINNYA"}


@cache
def ratings() -> list[DemoRating]:
    return simulate(SEED, TODAY)


def local(rating: DemoRating) -> datetime:
    return rating.moment.astimezone(ZONES[rating.office])


def duties_by_counter() -> dict[tuple[str, str], list[Row]]:
    by_counter: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for duty in SHEETS["duties"]:
        by_counter[duty["office"], duty["counter"]].append(duty)
    return by_counter


@cache
def rated_employees() -> dict[str, str]:
    """Who each rating is about, by rating id: named by the sheet or, for kiosks, found in the roster."""
    roster = duties_by_counter()
    found: dict[str, str] = {}
    for rating in ratings():
        if rating.employee:
            found[rating.id] = rating.employee
        if rating.counter:
            at = local(rating).replace(tzinfo=None).isoformat(timespec="minutes")
            duties = roster[rating.office, rating.counter]
            (found[rating.id],) = (duty["employee"] for duty in duties if duty["from"] <= at < duty["until"])
    return found


def about(employee: str) -> list[DemoRating]:
    return [rating for rating in ratings() if rated_employees().get(rating.id) == employee]


def ikl(sheets: Iterable[DemoRating]) -> float:
    return 25 * fmean(fmean(rating.scores) for rating in sheets)


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


def test_the_workbook_has_its_five_sheets_with_their_columns() -> None:
    columns = {name: {tuple(row) for row in rows} for name, rows in SHEETS.items()}
    assert columns == {
        "offices": {("code", "name", "parent", "timezone", "region_code")},
        "services": {("code", "name", "family")},
        "counters": {("office", "code", "name", "services")},
        "employees": {("code", "name", "nip", "position", "grade", "office", "posted_from", "appraiser")},
        "duties": {("office", "counter", "employee", "from", "until")},
    }


def test_offices_form_one_tree_in_three_time_zones() -> None:
    codes = [office["code"] for office in SHEETS["offices"]]
    parents = [office["parent"] for office in SHEETS["offices"]]
    assert len(set(codes)) == len(codes) == 10
    assert parents[0] == ""
    assert all(parent in codes[:place] for place, parent in enumerate(parents) if place > 0)
    assert {zone.key for zone in ZONES.values()} == {"Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"}


def test_every_office_has_one_to_four_counters_which_give_known_services() -> None:
    services = {service["code"] for service in SHEETS["services"]}
    given = {code for counter in SHEETS["counters"] for code in counter["services"].split(";")}
    per_office = Counter(counter["office"] for counter in SHEETS["counters"])
    assert len(SHEETS["services"]) == 12
    assert given == services
    assert set(per_office) == set(ZONES)
    assert set(per_office.values()) <= {1, 2, 3, 4}


def test_codes_are_well_formed() -> None:
    named = [*SHEETS["offices"], *SHEETS["services"], *SHEETS["counters"]]
    families = [service["family"] for service in SHEETS["services"]]
    assert all(CODE.fullmatch(code) for code in [*(row["code"] for row in named), *families])
    assert list(EMPLOYEES) == [f"E{number:03}" for number in range(1, 41)]
    assert all(re.fullmatch(r"99\.01(\.\d\d)?", office["region_code"]) for office in SHEETS["offices"])


def test_every_nip_holds_a_birth_an_appointment_before_the_posting_and_a_sex() -> None:
    assert len({employee["nip"] for employee in EMPLOYEES.values()}) == 40
    for employee in EMPLOYEES.values():
        assert re.fullmatch(r"\d{14}[12]9\d\d", employee["nip"])
        born = date.fromisoformat(employee["nip"][:8])
        appointed = date(int(employee["nip"][8:12]), int(employee["nip"][12:14]), 1)
        assert 18 < (appointed - born).days / 365.25 < 35
        assert appointed < date.fromisoformat(employee["posted_from"])
        assert re.fullmatch(r"I[IV]{1,2}/[a-e]", employee["grade"])


def test_nobody_shares_a_counter_or_is_at_two_at_once() -> None:
    by_employee: dict[str, list[Row]] = defaultdict(list)
    for duty in SHEETS["duties"]:
        by_employee[duty["employee"]].append(duty)
    for duties in [*duties_by_counter().values(), *by_employee.values()]:
        in_order = sorted(duties, key=lambda duty: duty["from"])
        assert all(earlier["until"] <= later["from"] for earlier, later in pairwise(in_order))
        assert all(duty["from"] < duty["until"] for duty in duties)


def test_everybody_on_duty_is_posted_at_that_office() -> None:
    for duty in SHEETS["duties"]:
        employee = EMPLOYEES[duty["employee"]]
        assert employee["office"] == duty["office"]
        assert employee["posted_from"] <= duty["from"][:10]


def test_the_roster_runs_from_the_first_rating_to_after_today() -> None:
    assert min(duty["from"] for duty in SHEETS["duties"])[:10] <= first_day(TODAY).isoformat()
    assert max(duty["until"] for duty in SHEETS["duties"])[:10] > TODAY.isoformat()


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


def test_the_answers_are_top_heavy_and_correlated_and_every_office_has_a_believable_index() -> None:
    by_office: dict[str, list[DemoRating]] = defaultdict(list)
    for rating in ratings():
        by_office[rating.office].append(rating)
    assert {score for rating in ratings() for score in rating.scores} == {1, 2, 3, 4}
    assert all(82 < ikl(sheets) < 92.5 for sheets in by_office.values())
    speed, transparency, friendliness = zip(*(rating.scores for rating in ratings()), strict=True)
    pairs = [(speed, transparency), (speed, friendliness), (transparency, friendliness)]
    assert all(0.3 < correlation(*pair) < 0.5 for pair in pairs)


def test_apps_are_harsher_than_kiosks() -> None:
    by_channel = {
        channel: ikl(rating for rating in ratings() if rating.channel == channel)
        for channel in ("kiosk", "mobile", "web")
    }
    assert by_channel["kiosk"] > by_channel["mobile"] + 2 > by_channel["web"] + 2


def test_the_ratings_follow_the_true_effects_of_colleagues() -> None:
    effects = true_effects(SEED)
    people = [code for code, row in EMPLOYEES.items() if row["office"] == "mpp"]
    rated = [fmean(rating.scores.friendliness for rating in about(code)) for code in people]
    assert correlation([effects[code].friendliness for code in people], rated) > 0.8


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


def test_truth_one_employee_becomes_less_friendly_in_week_20_and_stays_so() -> None:
    weekly: dict[int, list[Scores]] = defaultdict(list)
    for rating in about(truths.FALLEN):
        weekly[week_of(local(rating).date(), TODAY)].append(rating.scores)
    friendly = {week: fmean(each.friendliness for each in sheets) for week, sheets in weekly.items()}
    before, after = range(1, truths.FALL_WEEK), range(truths.FALL_WEEK, WEEKS + 1)
    assert start_of(truths.FALL_WEEK, TODAY) == first_day(TODAY) + timedelta(weeks=19)
    assert min(map(len, weekly.values())) > 30
    assert fmean(friendly[week] for week in before) - fmean(friendly[week] for week in after) > 0.25
    assert max(friendly[week] for week in after) < fmean(friendly[week] for week in before)
    for other in ("speed", "transparency"):
        mean = {week: fmean(getattr(each, other) for each in sheets) for week, sheets in weekly.items()}
        assert abs(fmean(mean[week] for week in before) - fmean(mean[week] for week in after)) < 0.15


def test_truth_one_employee_gets_forty_perfect_sheets_in_one_lunch_hour() -> None:
    day = truths.self_rating_on(TODAY)
    lunch = [
        rating
        for rating in about(truths.SELF_RATER)
        if local(rating).date() == day and local(rating).hour == 12 and rating.channel == "kiosk"
    ]
    assert week_of(day, TODAY) == truths.SELF_RATING_WEEK
    assert len(lunch) == truths.SELF_RATINGS == 40
    assert len({(rating.counter, rating.scores, rating.comment, rating.profile) for rating in lunch}) == 1
    assert lunch[0].scores == (4, 4, 4)
    honest = [rating for rating in about(truths.SELF_RATER) if rating not in lunch]
    assert ikl(honest) < ikl(ratings()) - 4


def test_truth_no_other_kiosk_hour_is_like_the_self_ratings() -> None:
    hours = Counter(
        (rating.office, rating.counter, local(rating).replace(minute=0, second=0, microsecond=0))
        for rating in ratings()
        if rating.counter and rating.office != "mpp"
    )
    (_, most), (_, second) = hours.most_common(2)
    assert most == truths.SELF_RATINGS
    assert second < most / 2


def test_truth_only_the_newcomer_has_fewer_than_ten_ratings() -> None:
    rated = Counter(rated_employees().values())
    assert [code for code in EMPLOYEES if rated[code] < 10] == [truths.NEWCOMER]
    assert rated[truths.NEWCOMER] == truths.NEWCOMER_RATINGS == 7
    assert min(rated[code] for code in EMPLOYEES if code != truths.NEWCOMER) > 300
    assert EMPLOYEES[truths.NEWCOMER]["posted_from"] == (TODAY - timedelta(days=12)).isoformat()


def test_truth_citizens_are_more_satisfied_with_one_employee_than_with_all_colleagues() -> None:
    colleagues = {code for code, row in EMPLOYEES.items() if row["office"] == EMPLOYEES[truths.PRAISED]["office"]}
    means = {code: fmean(fmean(rating.scores) for rating in about(code)) for code in colleagues}
    others = [mean for code, mean in means.items() if code != truths.PRAISED]
    assert means[truths.PRAISED] > max(others)
    assert means[truths.PRAISED] > fmean(others) + 0.15


def test_truth_one_office_is_three_times_as_busy_as_the_next() -> None:
    (busiest, most), (_, second) = Counter(rating.office for rating in ratings()).most_common(2)
    assert busiest == "mpp"
    assert most >= 3 * second
