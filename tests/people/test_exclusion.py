"""Auditors have no part in what they audit, in whatever order roles come; nobody grants to oneself."""

from itertools import product

import pytest

from app.access.principals import Role
from app.people.rules.exclusion import APART, Holding, excluding, is_oneself, overlap

PARENTS = {"setda": None, "dukcapil": "setda", "loket": "dukcapil", "upt": "setda"}


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (None, None, True),
        (None, "loket", True),
        ("setda", None, True),
        ("dukcapil", "dukcapil", True),
        ("setda", "loket", True),
        ("loket", "setda", True),
        ("dukcapil", "upt", False),
        ("loket", "upt", False),
        ("gone", "upt", False),
        ("gone", "gone", True),
    ],
)
def test_subtrees_overlap_where_one_holds_the_other(one: str | None, other: str | None, together: bool) -> None:
    assert overlap(PARENTS, one, other) is together
    assert overlap(PARENTS, other, one) is together


def test_an_auditor_excludes_the_four_others_both_ways_and_a_viewer_nobody() -> None:
    for held, asked in product(Role, Role):
        found = excluding(PARENTS, [Holding(held, "setda")], Holding(asked, "loket"))
        forbidden = {held, asked} & {Role.auditor} and {held, asked} & APART
        assert (found is not None) == bool(forbidden), (held, asked)
    assert {Role.supervisor, Role.appraiser, Role.employee, Role.administrator} == APART


def test_in_another_branch_everything_may_be_held() -> None:
    for held, asked in product(Role, Role):
        assert excluding(PARENTS, [Holding(held, "upt")], Holding(asked, "dukcapil")) is None


def test_the_role_that_forbids_is_told() -> None:
    held = [Holding(Role.viewer, None), Holding(Role.supervisor, "upt"), Holding(Role.employee, "loket")]
    assert excluding(PARENTS, held, Holding(Role.auditor, "dukcapil")) == Holding(Role.employee, "loket")
    assert excluding(PARENTS, [], Holding(Role.auditor, None)) is None


@pytest.mark.parametrize(
    ("granter", "person", "same"),
    [
        (("p1", None), ("p1", None), True),
        (("p1", "E1"), ("p2", "E1"), True),
        (("p1", "E1"), ("p2", "E2"), False),
        (("p1", None), ("p2", None), False),
        ((None, None), ("p2", None), False),
        ((None, None), ("p2", "E1"), False),
    ],
)
def test_oneself_is_the_same_account_or_the_same_employee(
    granter: tuple[str | None, str | None], person: tuple[str, str | None], same: bool
) -> None:
    assert is_oneself(*granter, *person) is same
