"""What a profile and the comments tell: nothing about one to nine people, also by subtraction."""

import pytest

from app.disclosure.rules.comments import MOST, StoredComment, addable, pooled, released
from app.disclosure.rules.profiles import NOT_GIVEN, attribute_block, profile

TEN = tuple(f"saran {n}" for n in range(10))


@pytest.mark.parametrize(
    ("cells", "shown", "others"),
    [
        ({"F": 30, "M": 20, NOT_GIVEN: 0}, {"F": 30, "M": 20}, None),
        ({"F": 30, "M": 9, NOT_GIVEN: 40}, {NOT_GIVEN: 40}, 39),
        ({"a": 40, "b": 6, "c": 4}, {"a": 40}, 10),
        ({"a": 40, "b": 12, "c": 1}, {"a": 40}, 13),
    ],
)
def test_small_values_are_merged_with_as_many_more_as_it_takes(
    cells: dict[str, int], shown: dict[str, int], others: int | None
) -> None:
    block = attribute_block(cells, {})
    assert block is not None
    assert {each["value"]: each["n"] for each in block["values"]} == shown
    assert block["others"] == others


@pytest.mark.parametrize("cells", [{"F": 30, "M": 9}, {"F": 3}, {"F": 9, "M": 9}, {}])
def test_where_nothing_is_left_beside_the_merged_ones_nothing_is_told(cells: dict[str, int]) -> None:
    assert attribute_block(cells, {}) is None


def test_a_value_of_the_whole_is_small_where_its_offices_tell_all_but_a_few() -> None:
    block = attribute_block({"F": 45, "M": 50, NOT_GIVEN: 60}, {"F": 40, "M": 50})
    assert block is not None
    assert [each["value"] for each in block["values"]] == [NOT_GIVEN]


def test_a_profile_that_moved_by_a_few_stays_as_it_was_or_is_left_out() -> None:
    before = profile({"sex": {"F": 30, "M": 20}}, 50, [], [], None)
    moved = {"sex": {"F": 33, "M": 40}}
    assert profile(moved, 73, [], [before], before)["sex"] == before["sex"]
    assert profile(moved, 73, [], [before], None)["sex"] is None
    more = profile({"sex": {"F": 40, "M": 40}}, 80, [], [before], before)["sex"]
    assert more is not None
    assert [each["n"] for each in more["values"]] == [40, 40]
    # Nothing was told before, so nothing can be subtracted.
    untold = profile({"sex": {"F": 3}}, 3, [], [], None)
    assert profile(moved, 73, [untold], [untold], None)["sex"] is not None
    parts = profile({"sex": {"F": 60, "M": 60}}, 120, [before], [], None)["sex"]
    assert parts is not None


def test_comments_are_released_from_ten_on_and_never_a_few_more() -> None:
    assert released(TEN[:9], []) == ()
    assert released(TEN, []) == TEN
    more = (*TEN, *("baru",) * 9)
    assert released(more, [TEN], TEN) == TEN
    assert released(more, [TEN]) == ()
    assert released((*more, "baru"), [TEN], TEN) == (*more, "baru")
    # A month within a quarter whose other months have nine.
    assert released(TEN, [more]) == ()
    assert len(released([str(n) for n in range(500)], [])) == MOST


def test_the_whole_quotes_its_offices_and_the_rest_only_from_ten_on() -> None:
    own = [StoredComment("a", text) for text in TEN]
    few = [StoredComment("b", f"lain {n}") for n in range(9)]
    assert pooled([*few, *own], {"a": TEN}) == list(TEN)
    enough = [*few, StoredComment("c", "satu"), *own]
    assert len(pooled(enough, {"a": TEN, "b": ()})) == 20
    # What an office may not quote yet, the whole may not either.
    assert pooled([*own, StoredComment("a", "baru")], {"a": TEN}) == list(TEN)
    # Cut off at the most, too few of the rest would be left to hide among.
    many = [StoredComment("a", str(n)) for n in range(MOST - 5)]
    rest = [StoredComment("b", "lain") for _ in range(10)]
    assert len(pooled([*many, *rest], {"a": [each.text for each in many]})) == MOST - 5


OCTOBER, NOVEMBER, DECEMBER = "2026-10", "2026-11", "2026-12"
OFFICE = {"a": frozenset("a")}


def said(n: int, month: str, office: str = "a") -> list[StoredComment]:
    return [StoredComment(office, f"{month} {number}", month) for number in range(n)]


def test_a_quarter_adds_no_few_beside_all_its_months_together() -> None:
    """Each pair of lists differs by fifteen, but the quarter without October and November is December's three."""
    october, november = said(12, OCTOBER), said(12, NOVEMBER)
    may, first = addable(october, OFFICE, frozenset([OCTOBER]), [])
    assert may == {"a"}
    may, second = addable(november, OFFICE, frozenset([NOVEMBER]), [first])
    assert may == {"a"}
    quarter = frozenset([OCTOBER, NOVEMBER, DECEMBER])
    for n, told in ((3, set()), (10, {"a"}), (0, {"a"})):
        assert addable([*october, *november, *said(n, DECEMBER)], OFFICE, quarter, [first, second])[0] == told


def test_the_whole_adds_no_few_beside_its_offices() -> None:
    units = {"a": frozenset("a"), "b": frozenset("b"), "ALL": frozenset("abc")}
    for n, told in ((9, {"a"}), (10, {"a", "ALL"})):
        comments = [*said(12, OCTOBER), *said(n - 4, OCTOBER, "b"), *said(4, OCTOBER, "c")]
        assert addable(comments, units, frozenset([OCTOBER]), [])[0] == told
