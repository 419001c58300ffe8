"""What an agency's report says of how its offices' ratings came about."""

from typing import Any

import pytest

from app.closing.rules.integrity import integrity, office_line, ticket_counts
from app.closing.rules.report_documents.agency import OfficeLine
from app.closing.rules.report_documents.parts import TicketCounts
from app.closing.rules.report_documents.reports import OfficeReport
from app.disclosure.rules.without_answers import shown_reasons
from app.screening.rules.sheets import RaisedRow
from app.tickets.rules.lifecycle import TicketSum
from tests.closing.documents import office_document

TICKETS = TicketCounts(issued=40, armed=30, spent=12, coverage=0.4)
FEWER_TICKETS = TicketCounts(issued=20, armed=20, spent=13, coverage=0.65)


def line(n: int | None, served: int | None, **parts: Any) -> OfficeLine:
    """An office's line with nothing else in it."""
    bare = {
        "code": "a",
        "name": "A",
        "n": n,
        "held": None if n is None else 0,
        "index": None,
        "comparison": None,
        "served": served,
    }
    return OfficeLine.model_validate(bare | parts)


def test_coverage_is_of_those_offices_that_told_whom_they_served() -> None:
    assert integrity([line(30, 120), line(500, None), line(20, 80)]).plain() == {
        "offices": 3,
        "offices_told": 2,
        "rated": 50,
        "served": 200,
        "coverage": 0.25,
        "tickets": None,
        "bursts": 0,
        "held_reasons": {},
        "findings": {"held": 0, "noted": 0, "released": 0, "confirmed": 0},
    }


def test_tickets_are_added_up_over_the_offices_with_figures_alone() -> None:
    lines = [
        line(30, None, tickets=TICKETS),
        line(30, None, tickets=FEWER_TICKETS),
        line(None, None, tickets=FEWER_TICKETS),
        line(30, None),
    ]
    assert integrity(lines).tickets == TicketCounts(issued=60, armed=50, spent=25, coverage=0.5)
    assert ticket_counts(TicketSum(15, 0, 0)) == TicketCounts(issued=15, armed=0, spent=0, coverage=None)
    assert ticket_counts(TicketSum(0, 0, 0)) is None
    assert ticket_counts(None) is None


@pytest.mark.parametrize("few", [TicketSum(9, 0, 0), TicketSum(40, 9, 0), TicketSum(40, 30, 9)])
def test_tickets_are_told_where_each_count_is_none_or_ten(few: TicketSum) -> None:
    assert ticket_counts(few) is None


def test_what_screening_found_is_told_of_offices_with_figures_alone() -> None:
    lines = [
        line(30, None, code="a", held_reasons={"burst": 40, "one-hour": 20}),
        line(20, None, code="b", held_reasons={"burst": 13}),
        line(None, None, code="c", held_reasons=None),
    ]
    raised = [
        RaisedRow("a", "burst", "held", 20),
        RaisedRow("a", "one-hour", "confirmed", 10),
        RaisedRow("b", "burst", "released", 10),
        RaisedRow("c", "burst", "held", 50),
    ]
    found = integrity(lines, raised)
    assert found.held_reasons == {"burst": 53, "one-hour": 20}
    assert found.bursts == 30
    assert found.findings == {"held": 20, "noted": 0, "released": 10, "confirmed": 10}


def test_one_to_nine_findings_are_null() -> None:
    found = integrity([line(30, 120, code="a")], [RaisedRow("a", "burst", "held", 9)])
    assert (found.bursts, found.findings) == (None, {"held": None, "noted": 0, "released": 0, "confirmed": 0})


def test_reasons_are_told_where_each_has_ten() -> None:
    assert shown_reasons({"one-device": 10, "burst": 40}) == {"burst": 40, "one-device": 10}
    assert shown_reasons({"one-device": 9, "burst": 40}) is None
    assert shown_reasons({}) == {}


def test_offices_without_figures_are_in_no_sum() -> None:
    found = integrity([line(30, 120), line(None, None), line(None, 70)])
    assert (found.offices, found.offices_told, found.served) == (1, 1, 120)


def test_nothing_is_made_up_where_no_office_reported_whom_it_served() -> None:
    for lines in ([], [line(30, None)]):
        found = integrity(lines)
        assert (found.offices_told, found.rated, found.served, found.coverage) == (0, None, None, None)


def test_nobody_served_gives_no_coverage() -> None:
    assert integrity([line(30, 0)]).coverage is None


def test_a_line_says_what_the_offices_own_report_says() -> None:
    document = office_document()
    figures = document["figures"]
    assert office_line(OfficeReport.model_validate(document)).plain() == {
        "code": "dukcapil",
        "name": "Dukcapil",
        "n": 40,
        "held": 2,
        "index": figures["index"],
        "comparison": figures["comparison"],
        "served": 310,
        "coverage": 0.129,
        "channels": {"mobile": 12, "kiosk": 28},
        "tickets": None,
        "held_reasons": {"burst": 2},
        "withheld": None,
        "incomplete_percent": 5,
    }


def test_a_withheld_office_has_no_figures_in_its_line_but_the_reason() -> None:
    nothing = {"code": "dukcapil", "name": "Dukcapil", "suppressed": True}
    report = OfficeReport.model_validate(office_document(n=0, figures=nothing, withheld="few", held_reasons=None))
    shown = office_line(report).plain()
    assert {name for name, value in shown.items() if value is not None} == {"code", "name", "withheld"}


def test_where_an_office_does_not_tell_how_many_it_holds_the_reasons_are_not_told_either() -> None:
    lines = [line(30, None, held=None, held_reasons=None), line(20, None, held=13, held_reasons={"burst": 13})]
    assert integrity(lines).held_reasons is None
