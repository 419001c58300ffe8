"""The readers of pages and answers that the attacker at the doors relies on: each of them can fail."""

from decimal import Decimal
from typing import Any

import pytest

from tests.disclosure.answers import Counted, check_row, small_counts
from tests.disclosure.shown import Page, Said, figures_in

ROW = {"office": "dukcapil", "name": "Dukcapil", "n": 41, "index": {"value": "84.60"}, "share": 0.31}
OTHER = {"office": "setda", "name": "Setda", "n": 52, "index": {"value": "91.67"}}


def said(*rows: dict[str, Any]) -> Said:
    """What such rows say."""
    found = Said()
    found.add({"rows": list(rows)})
    return found


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("Quarter III of 2026: 84.60 (B); 1,234 have rated, 31\u00a0% of those served", ["84.60", "1234", "31"]),
        ("Held on 16 July 2026 at 10:30, Jul 2026, 2026-Q3, 2026-07-16, ikl-1, E001", []),
        ("n = 7", ["7"]),
        ("84.10 – 85.20", ["84.10", "85.20"]),
        ("<10", ["10"]),
    ],
)
def test_a_text_has_figures_beside_days_and_codes(text: str, figures: list[str]) -> None:
    assert list(figures_in(text)) == [Decimal(each) for each in figures]


@pytest.mark.parametrize(
    ("html", "unsaid"),
    [
        ("<p>41 have rated: 84.60, 31\u00a0%</p>", 0),
        ("<p>42 have rated</p>", 1),
        ("<p>Two offices: 2</p>", 0),
        ("<nav><a href='/desk/office'>7</a></nav><form><option>7</option></form>", 0),
        ("<div role='img' aria-label='7 months'></div>", 1),
        ("<svg><text>25</text><text>n = 7</text></svg>", 1),
        ("<table><tr><th>Dukcapil</th><td>41</td><td>84.60</td></tr></table>", 0),
        # Said of another office, which is not what the row is about.
        ("<table><tr><th>Dukcapil</th><td>52</td></tr></table>", 1),
        ("<table><tr><th>Somebody</th><td>41</td></tr></table>", 1),
        ("<table><thead><tr><th>Answer</th><th>4</th><th>7</th></tr></thead></table>", 1),
    ],
)
def test_a_page_shows_what_no_answer_said(html: str, unsaid: int) -> None:
    assert len(said(ROW, OTHER).unsaid(Page.read(html))) == unsaid


def test_a_report_as_csv_says_what_stands_in_its_rows() -> None:
    found = Said()
    found.add_csv("\ufeffSection,Table,Row,Column,Value\r\nResult,Every dimension,Speed,Ratings (n),41\r\n")
    assert found.has(Decimal(41), "Speed")
    assert not found.has(Decimal(41), "Friendliness")


@pytest.mark.parametrize(
    ("answer", "small"),
    [
        ({"n": 10, "held": 0, "waiting": "<10"}, []),
        ({"rows": [{"held": 3}]}, [("/rows/0/held", 3)]),
        ({"held_reasons": {"burst": 9, "one-hour": 10}}, [("/held_reasons/burst", 9)]),
        ({"waiting": "7"}, [("/waiting", "7")]),
        ({"waiting": "17+"}, [("/waiting", "17+")]),
        ({"tickets": {"issued": 30, "armed": 12, "spent": 4}}, [("/tickets/spent", 4)]),
    ],
)
def test_counts_of_one_to_nine_are_seen_wherever_they_stand(answer: dict[str, Any], small: list[Any]) -> None:
    assert list(small_counts(answer)) == small


def row(**changed: Any) -> dict[str, Any]:
    """What is told of twelve sheets 434 and eight 343."""
    items = [(20, "3.6000", "90.00"), (20, "3.4000", "85.00"), (20, "3.6000", "90.00")]
    dimensions = [{"n": n, "mean": mean, "index": index} for n, mean, index in items]
    index = {"mean": "3.5333", "value": "88.33", "interval": {"n": 20}}
    return {"n": 20, "incomplete_percent": 0, "dimensions": dimensions, "index": index} | changed


BLOCKS = [Counted(complete=True, sheets=["434"] * 12 + ["343"] * 8)]


def test_a_row_is_held_against_the_true_sheets() -> None:
    check_row(row(), BLOCKS, personal=False)


@pytest.mark.parametrize(
    "changed",
    [
        {"n": 21},
        {"incomplete_percent": 5},
        {"index": None},
        {"index": {"mean": "3.5334", "value": "88.33", "interval": {"n": 20}}},
        {"index": {"mean": "3.5333", "value": "88.33", "interval": {"n": 19}}},
        {"dimensions": [*row()["dimensions"][::-1][:2], {"n": 19, "mean": "3.6000", "index": "90.00"}]},
    ],
)
def test_a_row_that_says_anything_else_is_found(changed: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        check_row(row(**changed), BLOCKS, personal=False)


def test_of_a_person_with_few_ratings_figures_have_one_decimal() -> None:
    with pytest.raises(AssertionError):
        check_row(row(), BLOCKS, personal=True)
