"""What an agency's report says of how its offices' ratings came about."""

from collections.abc import Mapping
from typing import Any

from app.reports.documents import Document
from app.reports.integrity import integrity, office_line, tickets_told
from app.tickets.life import TicketSum


def line(n: int | None, served: int | None) -> Mapping[str, Any]:
    return {"n": n, "served": served}


def test_coverage_is_of_those_offices_that_told_whom_they_served() -> None:
    assert integrity([line(30, 120), line(500, None), line(20, 80)]) == {
        "offices": 3,
        "offices_told": 2,
        "rated": 50,
        "served": 200,
        "coverage": 0.25,
        "tickets": None,
        "bursts": None,
    }


def test_tickets_are_added_up_over_the_offices_with_figures_alone() -> None:
    tickets = [{"issued": 40, "armed": 30, "spent": 12}, {"issued": 10, "armed": 10, "spent": 8}]
    lines = [
        {**line(30, None), "tickets": tickets[0]},
        {**line(30, None), "tickets": tickets[1]},
        {**line(None, None), "tickets": tickets[1]},
        line(30, None),
    ]
    assert integrity(lines)["tickets"] == {"issued": 50, "armed": 40, "spent": 20, "coverage": 0.5}
    assert tickets_told(TicketSum(5, 0, 0)) == {"issued": 5, "armed": 0, "spent": 0, "coverage": None}
    assert tickets_told(TicketSum(0, 0, 0)) is None
    assert tickets_told(None) is None


def test_offices_without_figures_are_in_no_sum() -> None:
    told = integrity([line(30, 120), line(None, None), line(None, 70)])
    assert (told["offices"], told["offices_told"], told["served"]) == (1, 1, 120)


def test_nothing_is_made_up_where_nobody_told_anything() -> None:
    for lines in ([], [line(30, None)]):
        told = integrity(lines)
        assert (told["offices_told"], told["rated"], told["served"], told["coverage"]) == (0, None, None, None)


def test_nobody_served_gives_no_coverage() -> None:
    assert integrity([line(30, 0)])["coverage"] is None


def test_a_line_says_what_the_offices_own_report_says() -> None:
    collection = {"served": 200, "coverage": 0.15, "channels": {"kiosk": 30}, "services": {"kk": 30}}
    figures = {"n": 30, "held": 2, "index": {"value": "80.00"}, "comparison": None, "collection": collection}
    content = {"subject": {"name": "Dukcapil"}, "figures": figures, "withheld": None}
    assert office_line(Document("office", "dukcapil", "dukcapil", 30, content)) == {
        "code": "dukcapil",
        "name": "Dukcapil",
        "n": 30,
        "held": 2,
        "index": {"value": "80.00"},
        "comparison": None,
        "served": 200,
        "coverage": 0.15,
        "channels": {"kiosk": 30},
        "tickets": None,
        "withheld": None,
    }


def test_a_withheld_office_has_no_figures_in_its_line_but_the_reason() -> None:
    figures = {"n": None, "held": None, "index": None, "comparison": None, "collection": None}
    content = {"subject": {"name": "Dukcapil"}, "figures": figures, "withheld": "few"}
    told = office_line(Document("office", "dukcapil", "dukcapil", 0, content))
    assert {name for name, value in told.items() if value is not None} == {"code", "name", "withheld"}
