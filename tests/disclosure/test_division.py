"""How ratings are divided into blocks: none has fewer than ten, and nobody loses more than nine for others."""

from collections import Counter
from itertools import count
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.disclosure.rules.division import NewBlock, UnreleasedRating, divide, pieces, separable

KEYS = count(1)


def ratings(
    n: int,
    employee: str = "p",
    office: str = "a",
    month: str = "2026-07",
    service: str = "s",
    channel: str = "kiosk",
    sheet: str = "434",
) -> list[UnreleasedRating]:
    """So many ratings alike."""
    return [UnreleasedRating(UUID(int=next(KEYS)), office, employee, month, service, channel, sheet) for _ in range(n)]


def sizes(blocks: list[NewBlock], name: str = "employee") -> dict[str | None, int]:
    """How many ratings the blocks have, by what they share."""
    total: Counter[str | None] = Counter()
    for block in blocks:
        total[getattr(block.shared, name)] += len(block.ratings)
    return dict(total)


groups = st.lists(
    st.tuples(
        st.integers(1, 30),
        st.sampled_from(("p", "q", "r", "")),
        st.sampled_from(("2026-07", "2026-08", "2026-09")),
        st.sampled_from(("434", "4-4")),
        st.sampled_from(("s", "t")),
        st.sampled_from(("kiosk", "web")),
    ),
    min_size=1,
    max_size=12,
)


@given(groups, st.integers(0, 9))
def test_every_rating_is_in_one_block_of_ten_or_more_that_says_what_is_true(
    made: list[tuple[int, str, str, str, str, str]], seed: int
) -> None:
    all_of_them = [
        rating
        for n, employee, month, sheet, service, channel in made
        for rating in ratings(n, employee, month=month, sheet=sheet, service=service, channel=channel)
    ]
    all_of_them += ratings(max(0, 10 - len(all_of_them)))
    blocks = divide(all_of_them, Random(seed))
    assert sorted(rating.key for block in blocks for rating in block.ratings) == [each.key for each in all_of_them]
    for shared, inside in blocks:
        assert len(inside) >= 10
        months = {rating.month for rating in inside}
        assert (shared.first_month, shared.last_month) == (min(months), max(months))
        for name in ("office", "employee", "service", "channel"):
            assert getattr(shared, name) in (None, *{getattr(rating, name) for rating in inside})
            if getattr(shared, name) is not None:
                assert {getattr(rating, name) for rating in inside} == {getattr(shared, name)}
        assert shared.complete is None or {"-" not in rating.sheet for rating in inside} == {shared.complete}


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.integers(0, 9))
def test_whoever_has_enough_loses_nine_at_most(counts: list[int], seed: int) -> None:
    made = [rating for place, n in enumerate(counts) for rating in ratings(n, f"p{place}")]
    if len(made) < 10:
        return
    found = {value: len(part) for value, part in pieces(made, lambda rating: rating.employee, Random(seed))}
    spare = sum(n - 10 for n in counts if n >= 10)
    rest = sum(n for n in counts if n < 10)
    if not rest or rest + spare >= 10:
        assert all(found[f"p{place}"] >= n - 9 for place, n in enumerate(counts) if n >= 10)


def test_a_remainder_is_filled_up_from_the_largest() -> None:
    made = [*ratings(40, "p"), *ratings(12, "q"), *ratings(3, "r")]
    assert sizes(divide(made, Random(0))) == {"p": 33, "q": 12, None: 10}


def test_where_nobody_can_spare_enough_the_smallest_joins_with_all() -> None:
    made = [*ratings(12, "p"), *ratings(11, "q"), *ratings(3, "r")]
    assert sizes(divide(made, Random(0))) == {"p": 12, None: 14}


def test_remainders_that_are_ten_together_take_from_nobody() -> None:
    made = [*ratings(12, "p"), *ratings(6, "q"), *ratings(5, "")]
    assert sizes(divide(made, Random(0))) == {"p": 12, None: 11}


def test_who_fills_up_is_drawn_by_lot() -> None:
    made = [*ratings(60, "p"), *ratings(3, "r")]
    pools = set()
    for seed in range(9):
        [pool] = [block.ratings for block in divide(made, Random(seed)) if not block.shared.employee]
        pools.add(frozenset(rating.key for rating in pool))
    assert len(pools) > 5


def test_a_person_is_told_before_months_and_months_before_services() -> None:
    made = [*ratings(20, month="2026-07"), *ratings(4, month="2026-08", service="t")]
    blocks = divide(made, Random(0))
    assert sizes(blocks) == {"p": 24}
    assert {(block.shared.first_month, block.shared.last_month) for block in blocks} == {
        ("2026-07", "2026-07"),
        ("2026-07", "2026-08"),
    }


def test_parts_can_be_told_alone_if_each_has_none_or_ten() -> None:
    assert separable([0, 10, 25])
    assert not separable([0, 9, 25])
