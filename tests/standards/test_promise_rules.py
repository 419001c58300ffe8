"""What is promised of a service, when, and which promises are refused."""

import pytest

from app.standards.rules.promise import Flaw, History, Known, Promise, Promised, Unit, flaws_of, histories

QUARTER_HOUR, HOUR = Promised(15, Unit.minutes), Promised(1, Unit.hours)


def promise(valid_from: str = "2026-10", promised: Promised | None = QUARTER_HOUR, service: str = "kk") -> Promise:
    return Promise(service, valid_from, promised, promised and "SK 1/2026")


@pytest.mark.parametrize(
    ("promised", "minutes"),
    [(QUARTER_HOUR, 15), (Promised(2, Unit.hours), 120), (Promised(3, Unit.working_days), None)],
)
def test_working_days_are_on_no_clock(promised: Promised, minutes: int | None) -> None:
    assert promised.minutes == minutes


def test_a_promise_holds_from_its_month_until_another_one_does() -> None:
    first, second, none = promise("2026-03"), promise("2026-08", HOUR), promise("2026-11", None)
    history = History([none, second, first])
    assert [history.at(month) for month in ("2026-02", "2026-03", "2026-07", "2026-08", "2026-12")] == [
        None, first, first, second, None
    ]  # fmt: skip
    assert history.within("2026-01", "2026-12") == (first, second)
    assert history.within("2026-09", "2026-10") == (second,)
    assert history.within("2026-11", "2026-12") == ()
    assert (history.until("2026-03"), history.until("2026-04"), history.until("2026-11")) == (
        "2026-08", "2026-08", None
    )  # fmt: skip
    assert history.within("2026-03", "2026-03") == (first,)


def test_histories_are_those_of_each_service() -> None:
    found = histories([promise(), promise(service="ktp-el", promised=HOUR)])
    assert found["kk"].at("2026-10") == promise()
    assert found["ktp-el"].at("2026-10") == promise(service="ktp-el", promised=HOUR)


@pytest.mark.parametrize(
    ("promised", "fits"),
    [
        (Promised(600, Unit.minutes), True),
        (Promised(601, Unit.minutes), False),
        (Promised(24, Unit.hours), True),
        (Promised(25, Unit.hours), False),
        (Promised(365, Unit.working_days), True),
        (Promised(366, Unit.working_days), False),
        (Promised(0, Unit.hours), False),
    ],
)
def test_an_amount_has_the_bounds_of_its_unit(promised: Promised, fits: bool) -> None:
    flaws = flaws_of([promise(promised=promised)], Known({"kk"}))
    assert flaws == ([] if fits else [Flaw(0, "amount", "promise-out-of-range")])


def test_an_unknown_service_and_a_repeated_month_are_named_at_their_place() -> None:
    sent = [promise(), promise(service="tiada"), promise(promised=HOUR)]
    assert flaws_of(sent, Known({"kk"})) == [
        Flaw(1, "service", "service-unknown"),
        Flaw(2, None, "promise-repeated"),
    ]


@pytest.mark.parametrize(
    ("sent", "refused"),
    [
        # Another promise, none, or the first one of months in which times were counted.
        (promise("2026-05", HOUR), True),
        (promise("2026-06", HOUR), True),
        (promise("2026-06", None), True),
        # The same promise by another document changes nothing that was counted.
        (promise("2026-06"), False),
        # No time was counted of its months.
        (promise("2026-07", HOUR), False),
        (promise("2026-08", HOUR), False),
        (promise("2026-12", HOUR), False),
        (promise("2026-02", HOUR), False),
        # From here on times of June would be beside another one than they were counted by.
        (promise("2026-03", HOUR), True),
    ],
)
def test_a_promise_by_which_times_were_counted_stays(sent: Promise, refused: bool) -> None:
    stored = histories([promise("2026-03"), promise("2026-08", HOUR)])
    known = Known({"kk"}, stored, {"kk": {"2026-06"}, "ktp-el": {"2026-09"}})
    assert flaws_of([sent], known) == ([Flaw(0, "valid_from", "promise-counted")] if refused else [])
