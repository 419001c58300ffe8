"""Figures from blocks: what a question counts, what it leaves out, and when it tells nothing."""

import pytest

from app.disclosure.rules.due import RatingGroup
from app.disclosure.rules.released import (
    Released,
    ReleasedSheets,
    Scope,
    State,
    Withheld,
    gather,
    group_of,
    joined,
    left_out,
    merged_cells,
)
from app.disclosure.rules.without_answers import (
    ShownTickets,
    fresh_tickets,
    shown_count,
    shown_reasons,
    shown_tickets,
)
from app.instruments.loading import shipped
from app.ratings.rules.selection import By
from app.tickets.rules.lifecycle import TicketSum
from tests.cells import MONTH, block, told

IKL = shipped()["ikl-1"]
TEN, TWENTY = {"434": 10}, {"444": 20}


def part(employee: str = "p", service: str = "s") -> RatingGroup:
    return RatingGroup("ikl-1", "counted", "a", employee, MONTH, service, "kiosk")


SHEETS = ReleasedSheets(
    [
        block(IKL, TEN),
        block(IKL, TWENTY, employee="q", service=None, parts=((part("q"), 12), (part("q", "t"), 8))),
        block(IKL, TEN, employee=None, parts=((part("p"), 4), (part("r"), 6))),
        block(IKL, TEN, standing="open", employee=""),
    ],
    {part("r"): 3},
)
ALL = Scope(MONTH, MONTH)


def test_a_whole_counts_all_blocks_and_says_what_waits() -> None:
    total = SHEETS.total(ALL)
    assert (total.n, total.waiting, total.state, total.offices) == (40, 3, State.exact, frozenset("a"))
    assert total.cell == merged_cells(total.blocks)


def test_what_is_read_apart_is_joined_to_the_same_whole() -> None:
    total = SHEETS.total(ALL)
    parts = [
        ReleasedSheets(SHEETS.blocks[:2], {}).total(ALL),
        ReleasedSheets(SHEETS.blocks[2:], SHEETS.waiting).total(ALL),
    ]
    whole = joined(joined(Released(), parts[0]), parts[1])
    assert (whole.n, whole.waiting, whole.cell) == (total.n, total.waiting, total.cell)
    assert sorted((each.service or "", each.cell.n) for each in whole.blocks) == [("", 20), ("s", 20)]


def test_a_person_counts_the_own_blocks_and_leaves_out_what_others_share() -> None:
    persons = SHEETS.by(By.employee, ALL)
    assert {code: (each.n, each.waiting) for code, each in persons.items()} == {"p": (10, 4), "q": (20, 0), "r": (0, 9)}
    assert persons["r"].cell is None
    assert SHEETS.total(Scope(MONTH, MONTH, employee="p")).n == 10


def test_a_service_leaves_out_blocks_of_several() -> None:
    services = SHEETS.by(By.service, ALL)
    assert {code: (each.n, each.waiting) for code, each in services.items()} == {"s": (20, 15), "t": (0, 8)}
    assert SHEETS.total(Scope(MONTH, MONTH, service="t")).waiting == 8


def test_a_month_has_the_blocks_that_lie_in_it() -> None:
    two = block(IKL, TEN, first_month="2026-08", last_month=MONTH, parts=((part(), 10),))
    assert two.month is None
    sheets = ReleasedSheets([two], {})
    assert sheets.total(Scope("2026-08", MONTH)).n == 10
    assert sheets.total(ALL) == told(waiting=10)
    assert SHEETS.by(By.month, ALL)[MONTH].n == 40


def test_offices_and_channels_are_asked_for_alike() -> None:
    assert SHEETS.total(Scope(MONTH, MONTH, frozenset("b"))) == Released()
    assert SHEETS.total(Scope(MONTH, MONTH, frozenset("a"), channel="kiosk")).n == 40
    assert SHEETS.total(Scope(MONTH, MONTH, channel="web")).n == 0
    assert SHEETS.total(Scope("2026-10", "2026-10")) == Released()


def test_open_answers_are_told_for_themselves() -> None:
    assert SHEETS.total(ALL, "open").n == 10
    assert gather(SHEETS.blocks, SHEETS.waiting, ALL, By.employee, "open") == {}


@pytest.mark.parametrize(
    ("n", "waiting", "withheld"),
    [
        (10, 9, None),
        (90, 10, None),
        (80, 10, Withheld.difference),
        (0, 9, Withheld.few),
        (0, 0, Withheld.few),
        (0, 10, Withheld.difference),
    ],
)
def test_a_row_is_exact_if_it_leaves_out_nine_or_a_tenth_at_most(
    n: int, waiting: int, withheld: Withheld | None
) -> None:
    row = told([block(IKL, {"434": n})] if n else [], waiting)
    assert row.withheld is withheld
    assert (row.cell is None) is (withheld is not None)


def test_what_is_left_out_is_told_in_tens() -> None:
    assert [left_out(n) for n in (0, 1, 9, 10, 29)] == [None, "<10", "<10", "10+", "20+"]


def test_nothing_has_no_cell() -> None:
    assert merged_cells([]) is None
    assert group_of(part(), None) is None


def test_counts_without_answers_are_none_or_ten_and_more() -> None:
    assert [shown_count(n) for n in (0, 1, 9, 10)] == [0, None, None, 10]
    assert shown_reasons({"burst": 12, "one-device": 10}) == {"burst": 12, "one-device": 10}
    assert shown_reasons({"burst": 12, "one-device": 3}) is None
    assert shown_tickets(TicketSum(40, 30, 21)) == ShownTickets(40, 30, 21, 0.7)
    assert shown_tickets(TicketSum(40, 30, 4)) == ShownTickets(40, 30, None, None)
    assert shown_tickets(TicketSum(40, 0, 0)) == ShownTickets(40, 0, 0, None)
    assert fresh_tickets(TicketSum(40, 30, 29)) == ShownTickets(40, 30, 20, 0.67)
    assert fresh_tickets(TicketSum(3, 0, 0)) == ShownTickets(3, 0, 0, None)
