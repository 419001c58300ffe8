"""The plan of a group: which parts are tried, and what everybody is told, whatever becomes of them."""

from collections.abc import Callable, Sequence
from datetime import date

from app.foundation.problems import Problem
from app.ratings.group_plan import Fault, FaultKind, Outcome, plan_of
from app.ratings.rating import NewRating, Place, Stored, StoreOutcome

DAY = date(2026, 11, 24)
PLACE = Place("dukcapil", None, "ktp-el", None, "mobile", DAY)


def rating(key: str, agency: str = "kota") -> NewRating:
    return NewRating(agency, key, PLACE, "ikl-1", "434", digest="0" * 32)


def followed(
    ratings: Sequence[NewRating], *faults: Fault | None, is_over: Callable[[], bool] = lambda: False
) -> tuple[list[str], list[list[str]]]:
    """What each rating was told, by its key where it was stored, and the parts that were tried.

    The tries meet these faults one after the other (None: none), and later ones none.
    """
    tried: list[list[str]] = []
    plan = plan_of(ratings, is_over)
    try:
        part = next(plan)
        while True:
            fault = faults[len(tried)] if len(tried) < len(faults) else None
            tried.append([one.key for one in part])
            outcome: Outcome = fault or [Stored(StoreOutcome.stored, one.key, None, DAY) for one in part]
            part = plan.send(outcome)
    except StopIteration as end:
        told = [one.code if isinstance(one, Problem) else one.office for one in end.value]
        return told, tried


PASSING, ROW, LASTING = (Fault(kind, "Error") for kind in FaultKind)


def test_one_agencys_ratings_are_one_part() -> None:
    assert followed([rating("a"), rating("b")]) == (["a", "b"], [["a", "b"]])


def test_each_agency_is_a_part_of_its_own_and_a_fault_of_one_costs_no_other() -> None:
    group = [rating("a1", "a"), rating("b1", "b"), rating("a2", "a")]
    assert followed(group) == (["a1", "b1", "a2"], [["a1", "a2"], ["b1"]])
    assert followed(group, LASTING) == (["busy", "b1", "busy"], [["a1", "a2"], ["b1"]])


def test_what_may_pass_is_tried_once_more_and_what_lasts_is_not() -> None:
    assert followed([rating("a")], PASSING) == (["a"], [["a"], ["a"]])
    assert followed([rating("a")], PASSING, PASSING) == (["busy"], [["a"], ["a"]])
    assert followed([rating("a")], PASSING, ROW) == (["busy"], [["a"], ["a"]])
    assert followed([rating("a")], LASTING) == (["busy"], [["a"]])


def test_a_refused_row_is_found_by_halves_and_costs_no_other() -> None:
    told, tried = followed([rating(key) for key in "abc"], ROW, None, ROW, ROW)
    assert told == ["a", "busy", "c"]
    assert tried == [["a", "b", "c"], ["a"], ["b", "c"], ["b"], ["c"]]


def test_a_half_may_be_retried() -> None:
    assert followed([rating("a"), rating("b")], ROW, PASSING) == (["a", "b"], [["a", "b"], ["a"], ["a"], ["b"]])


def test_once_the_time_is_over_nothing_more_is_tried() -> None:
    group = [rating("a1", "a"), rating("b1", "b")]
    assert followed(group, is_over=lambda: True) == (["busy", "busy"], [])
    # It runs out during the first try: neither a retry, nor a half, nor another agency's part.
    for fault in (PASSING, ROW):
        asked = iter([False, True, True, True, True])
        told, tried = followed([rating("a0", "a"), *group], fault, is_over=lambda asked=asked: next(asked))  # type: ignore[misc]  # bound on purpose
        assert told == ["busy"] * 3
        assert tried == [["a0", "a1"]]
