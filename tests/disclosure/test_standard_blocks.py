"""Counts of service standards are told in blocks of ten services and more, whatever comes when."""

from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.disclosure.rules.standards import NewBlock, Part, ToldStandards, faults, new_blocks, services_in, untold
from app.standards.rules.counts import WHAT, CountKey, Kind, Source, StoredCount

TIME, STEPS = Kind.time, Kind.steps
OVER, RUNNING = "2026-09", "2026-08"


def part(n: int, office: str = "a", service: str = "kk", month: str = "2026-07", source: str = "ticket") -> Part:
    return Part(office, service, month, source, (0, n, 0, 0))


def told(blocks: list[NewBlock]) -> list[tuple[str | None, str | None, str, str, int]]:
    return [(b.told.office, b.told.service, b.told.first_month, b.told.last_month, b.told.n) for b in blocks]


@pytest.mark.parametrize(("kind", "n"), [(TIME, 10), (STEPS, 1)])
def test_how_many_services_counts_are_about(kind: Kind, n: int) -> None:
    assert services_in(kind, (1, 2, 3, 4)) == n


def test_a_month_of_a_service_at_an_office_is_told_from_ten_on() -> None:
    parts = [part(10), part(9, service="ktp-el"), part(30, month="2026-09")]
    assert told(new_blocks(TIME, parts, RUNNING, 3)) == [("a", "kk", "2026-07", "2026-07", 10)]


def test_what_is_left_of_a_period_goes_together_as_far_as_it_must() -> None:
    parts = [
        part(4),
        part(6, month="2026-08"),
        part(5, service="ktp-el"),
        part(5, service="skck"),
        part(3, "b"),
        part(8, "c", "skck"),
        part(9, "b", month="2026-10"),
    ]
    assert told(new_blocks(TIME, parts, OVER, 3)) == [
        ("a", "kk", "2026-07", "2026-09", 10),
        ("a", None, "2026-07", "2026-09", 10),
        (None, None, "2026-07", "2026-09", 11),
    ]
    # Of nine in all nothing is told.
    assert new_blocks(TIME, [part(3, "b"), part(6, "c")], OVER, 3) == []


def test_what_several_offices_tell_together_of_one_service_bears_its_name() -> None:
    [block] = new_blocks(TIME, [part(5), part(5, "b")], OVER, 3)
    assert block.told == ToldStandards(TIME, None, "kk", "2026-07", "2026-09", (0, 10, 0, 0))
    assert block.parts == (part(5), part(5, "b"))


def count(what: str, n: int, told: int = 0, source: Source = Source.ticket) -> dict[CountKey, StoredCount]:
    return {CountKey("a", "kk", "2026-07", source, what): StoredCount(n, told)}


def test_what_is_not_told_so_far_is_the_difference() -> None:
    counts = count("half", 12, 10) | count("more", 3) | count("services", 20, 8) | count("due", 100, 40)
    assert untold(TIME, counts, ()) == [Part("a", "kk", "2026-07", "ticket", (2, 0, 0, 3))]
    assert untold(STEPS, counts, ()) == [Part("a", "kk", "2026-07", "ticket", (12, 60, 0, 0))]
    # Steps of services that are told already are corrected: that goes with the next services.
    assert untold(STEPS, count("done", 5), ()) == []


def test_where_a_queue_system_tells_a_month_tickets_are_not_counted_beside_it() -> None:
    counts = count("half", 12) | count("half", 20, source=Source.queue) | count("services", 9)
    queued = list(count("half", 20, source=Source.queue))
    assert untold(TIME, counts, queued) == [Part("a", "kk", "2026-07", "queue", (20, 0, 0, 0))]
    assert untold(STEPS, counts, queued) == [Part("a", "kk", "2026-07", "ticket", (9, 0, 0, 0))]


@pytest.mark.parametrize(
    ("block", "n", "parts", "wrong"),
    [
        (("a", "kk", (0, 10, 0, 0)), 10, [part(10)], 0),
        ((None, None, (0, 10, 0, 0)), 10, [part(4), part(6, "b", "skck")], 0),
        (("a", "kk", (0, 10, 0, 0)), 11, [part(10)], 1),
        (("a", "kk", (0, 9, 0, 0)), 9, [part(9)], 1),
        (("a", "kk", (10, 0, 0, 0)), 10, [part(10)], 1),
        (("a", "kk", (0, 10, 0, 0)), 10, [part(10, month="2026-08")], 1),
        (("b", "kk", (0, 10, 0, 0)), 10, [part(10)], 1),
        (("a", "skck", (0, 10, 0, 0)), 10, [part(10)], 1),
    ],
)
def test_a_block_that_is_not_the_sum_of_its_parts_is_named(
    block: tuple[str | None, str | None, tuple[int, ...]], n: int, parts: list[Part], wrong: int
) -> None:
    office, service, counts = block
    stored = ToldStandards(TIME, office, service, "2026-07", "2026-07", counts)
    assert len(list(faults(TIME, stored, n, parts))) == wrong


MONTHS = [f"2026-{month:02}" for month in range(1, 7)]
ARRIVALS = st.lists(
    st.tuples(
        st.sampled_from("ab"), st.sampled_from(["kk", "skck"]), st.sampled_from(MONTHS), st.integers(1, 14),
        st.sampled_from(WHAT[TIME]),
    ),
    max_size=12,
)  # fmt: skip


@pytest.mark.hypothesis
@given(st.lists(ARRIVALS, min_size=1, max_size=6), st.sampled_from([1, 3, 6]))
def test_no_figure_and_no_difference_of_two_is_about_one_to_nine(
    nights: list[list[tuple[str, str, str, int, str]]], months: int
) -> None:
    counted: Counter[CountKey] = Counter()
    known: Counter[CountKey] = Counter()
    every: list[ToldStandards] = []
    for night, arrivals in enumerate(nights):
        for office, service, month, n, what in arrivals:
            counted[CountKey(office, service, month, "ticket", what)] += n
        stored = {key: StoredCount(n, known[key]) for key, n in counted.items() if n > known[key]}
        before = figures(every)
        for block in new_blocks(TIME, untold(TIME, stored, ()), MONTHS[min(night + 1, 5)], months):
            assert list(faults(TIME, block.told, block.told.n, block.parts)) == []
            every.append(block.told)
            for each in block.parts:
                for what, number in zip(WHAT[TIME], each.counts, strict=True):
                    known[CountKey(*each[:4], what)] += number
        # What a night adds to a figure, and what one figure has more than another, are whole blocks.
        for asked, n in figures(every).items():
            assert n - before.get(asked, 0) not in range(1, 10)
            assert all(
                abs(n - other) not in range(1, 10) for wider, other in figures(every).items() if within(asked, wider)
            )
    assert all(known[key] <= n for key, n in counted.items())
    assert sum(block.n for block in every) == sum(known.values())


def figures(blocks: list[ToldStandards]) -> Mapping[tuple[str | None, str | None], int]:
    """What anybody can ask for: of an office, of a service, of both, of all."""
    found: Counter[tuple[str | None, str | None]] = Counter()
    for block in blocks:
        for asked in {(None, None), (block.office, None), (None, block.service), (block.office, block.service)}:
            found[asked] += block.n
    return found


def within(one: tuple[str | None, str | None], other: tuple[str | None, str | None]) -> bool:
    return all(wide is None or wide == narrow for narrow, wide in zip(one, other, strict=True))
