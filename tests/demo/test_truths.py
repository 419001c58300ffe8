"""What is true of the made-up town and its people stands in its ratings, so that measures can be tried on them."""

from collections import Counter, defaultdict
from datetime import timedelta
from statistics import correlation, fmean

from app.demo import truths
from app.demo.rating import DemoRating
from app.demo.satisfaction import Scores
from app.demo.simulation import true_effects
from app.demo.weeks import WEEKS, first_day, start_of, week_of
from tests.demo.made_up_town import EMPLOYEES, SEED, TODAY, about, ikl, local, rated_employees, ratings


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
