"""What is counted of a month: a bucket beside the promise, steps of procedure; and which told counts are refused."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from app.standards.rules.counts import (
    CountKey,
    CountsKnown,
    Kind,
    MonthCounts,
    MonthSteps,
    ServedTicket,
    Source,
    Steps,
    StoredCount,
    bucket_of,
    count_flaws,
    minute_of,
    minutes_between,
    promised_at,
    ticket_counts,
)
from app.standards.rules.promise import Flaw, Promise, Promised, Unit, histories

AT = datetime(2026, 11, 18, 3, 0, 59, 7, tzinfo=UTC)
PROMISES = histories(
    [
        Promise("kk", "2026-10", Promised(15, Unit.minutes), "SK"),
        Promise("ktp-el", "2026-10", Promised(3, Unit.working_days), "SK"),
    ]
)


@pytest.mark.parametrize(
    ("minutes", "bucket"),
    [(0, "half"), (7, "half"), (8, "within"), (15, "within"), (16, "twice"), (30, "twice"), (31, "more")],
)
def test_a_time_falls_into_one_of_four_buckets(minutes: int, bucket: str) -> None:
    assert bucket_of(minutes, 15) == bucket


def test_minutes_are_those_of_a_clock_without_seconds() -> None:
    issued = minute_of(AT)
    assert issued == AT.replace(second=0, microsecond=0)
    assert minutes_between(issued, AT) == 0
    assert minutes_between(issued, AT.replace(hour=4, minute=15, second=1)) == 75
    # Where nothing is known, or the clocks of two machines disagree, nothing is guessed.
    assert minutes_between(None, AT) is None
    assert minutes_between(issued, AT.replace(hour=2)) is None


def served(
    service: str = "kk", month: str = "2026-11", minutes: int | None = 8, steps: Steps | None = None
) -> ServedTicket:
    return ServedTicket("dukcapil", service, month, minutes, steps)


def key(what: str, service: str = "kk", source: Source = Source.ticket, month: str = "2026-11") -> CountKey:
    return CountKey("dukcapil", service, month, source, what)


def test_a_ticket_counts_its_time_by_the_promise_of_its_month() -> None:
    counted = ticket_counts([served(), served(minutes=15), served(minutes=3), served(month="2026-09")], PROMISES)
    assert counted == {key("within"): 2, key("half"): 1}


@pytest.mark.parametrize("silent", [served(minutes=None), served("ktp-el"), served("skck")])
def test_without_a_time_or_a_promise_on_the_clock_no_time_is_counted(silent: ServedTicket) -> None:
    assert ticket_counts([silent], PROMISES) == {}


def test_steps_are_counted_of_whatever_service_tells_them() -> None:
    counted = ticket_counts([served("skck", steps=Steps(5, 4)), served("skck", minutes=None, steps=Steps(3, 3))], {})
    assert counted == {
        key("services", "skck"): 2,
        key("due", "skck"): 8,
        key("done", "skck"): 7,
        key("due-squared", "skck"): 34,
    }


def test_a_queues_counts_of_a_month_are_those_that_it_tells() -> None:
    told = MonthCounts("dukcapil", "kk", "2026-11", (1, 2, 3, 4), MonthSteps(20, 5, 90))
    assert dict(told.by_kind()) == {
        Kind.time: {"half": 1, "within": 2, "twice": 3, "more": 4},
        Kind.steps: {"services": 20, "due": 100, "done": 90, "due-squared": 500},
    }
    assert list(told._replace(times=None, steps=None).by_kind()) == []


def test_a_promise_is_found_by_service_and_month() -> None:
    assert promised_at(PROMISES, "kk", "2026-11") == Promised(15, Unit.minutes)
    assert promised_at(PROMISES, "kk", "2026-09") is None
    assert promised_at(PROMISES, "skck", "2026-11") is None


def counts(
    office: str = "dukcapil",
    service: str = "kk",
    month: str = "2026-11",
    times: tuple[int, int, int, int] | None = (1, 2, 3, 4),
    steps: MonthSteps | None = None,
) -> MonthCounts:
    return MonthCounts(office, service, month, times, steps)


def known(stored: Mapping[CountKey, StoredCount] | None = None) -> CountsKnown:
    return CountsKnown(
        offices={"dukcapil": "2026-11"},
        elsewhere=frozenset({"setda"}),
        services=frozenset({"kk", "ktp-el", "skck"}),
        promises=PROMISES,
        stored=stored or {},
    )


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        (counts(office="tiada"), "office", "office-unknown"),
        (counts(office="setda"), "office", "out-of-scope"),
        (counts(month="2026-12"), "month", "month-in-future"),
        (counts(service="tiada"), "service", "service-unknown"),
        (counts(service="skck"), "times", "promise-missing"),
        (counts(month="2026-09"), "times", "promise-missing"),
        (counts(steps=MonthSteps(2, 5, 11)), "steps.done", "steps-too-many"),
    ],
)
def test_what_is_wrong_is_named_at_its_place(wrong: MonthCounts, field: str, code: str) -> None:
    assert count_flaws([counts(service="ktp-el"), wrong], known()) == [Flaw(1, field, code)]


def test_steps_need_no_promise_and_all_of_them_may_be_done() -> None:
    assert count_flaws([counts(service="skck", times=None, steps=MonthSteps(2, 5, 10))], known()) == []


def test_two_entries_about_the_same_month_are_refused() -> None:
    assert count_flaws([counts(), counts(times=None)], known()) == [Flaw(1, None, "counts-repeated")]


@pytest.mark.parametrize(
    ("stored", "flaws"),
    [
        ({key("half", source=Source.queue): StoredCount(9, 1)}, []),
        ({key("half", source=Source.queue): StoredCount(9, 2)}, [Flaw(0, "times", "counts-told")]),
        ({key("half"): StoredCount(9, 0)}, []),
        ({key("half"): StoredCount(9, 9)}, [Flaw(0, "times", "counted-by-tickets")]),
        ({key("services"): StoredCount(9, 9)}, []),
        ({key("half", month="2026-10"): StoredCount(9, 9)}, []),
    ],
)
def test_what_is_told_stays_told(stored: dict[CountKey, StoredCount], flaws: list[Flaw]) -> None:
    assert count_flaws([counts()], known(stored)) == flaws


def test_told_steps_stay_told_too() -> None:
    stored = {key("done", source=Source.queue): StoredCount(8, 8)}
    assert count_flaws([counts(times=None, steps=MonthSteps(10, 5, 7))], known(stored)) == [
        Flaw(0, "steps", "counts-told")
    ]
