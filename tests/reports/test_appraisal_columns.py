"""The rows for appraisal systems: what their columns hold, and that the guide explains every one."""

import re
from pathlib import Path
from typing import Any

import pytest

from app.closing.rules.report_documents.reports import EmployeeReport
from app.reports.rules.appraisal_columns import AppraisedEmployee, columns, row
from tests.closing.documents import FIGURES, employee_document

DOCS = Path(__file__).parents[2] / "docs"
NAMES = [column.name for column in columns(["speed"])]


# Of a report without targets they are empty.
TARGETS = [name for name in NAMES if "target" in name or "attainment" in name]


def cells(document: dict[str, Any], dimension: str = "speed") -> dict[str, Any]:
    report = EmployeeReport.model_validate(document)
    employee = AppraisedEmployee(report, "019a", "abc", "https://x.example/v", "198503122010012004")
    return dict(zip(NAMES, row(employee, [dimension]), strict=True))


def test_a_row_holds_the_report_as_it_is() -> None:
    assert cells(employee_document(state="final")) == {
        "nip": "198503122010012004",
        "code": "E001",
        "name": "Siti",
        "position": "Analis",
        "grade": "III/b",
        "office_code": "dukcapil",
        "office_name": "Dinas",
        "appraiser_code": "E002",
        "appraiser_name": "Budi",
        "agency": "kota",
        "period": "2026-Q3",
        "revision": 2,
        "state": "final",
        "instrument": "ikl-1",
        "speed_n": 39,
        "speed_mean": "3.7000",
        "speed_index": "92.50",
        "speed_lower": "81.12",
        "speed_upper": "94.67",
        "speed_grade": "A",
        "composite_n": 40,
        "composite_mean": "3.6667",
        "composite_index": "91.67",
        "composite_lower": "88.10",
        "composite_upper": "94.02",
        "composite_grade": "A",
        "held": 2,
        "served": 310,
        "coverage": 0.129,
        "channels": "kiosk=28 mobile=12",
        "reliability": 0.81,
        "use": "consequence",
        "shrunken": 3.6401,
        "shrunken_lower": 3.5512,
        "shrunken_upper": 3.729,
        "adjusted": 3.65,
        "change": -0.25,
        "change_lower": -0.4,
        "change_upper": -0.1,
        "flagged": True,
        "report_id": "019a",
        "digest": "abc",
        "verification_address": "https://x.example/v",
        "withheld_reason": None,
        "incomplete_percent": 5,
        **dict.fromkeys(TARGETS),
    }


@pytest.mark.parametrize(
    ("said", "reason"), [({"withheld": "few"}, "few"), ({"withheld": "difference"}, "difference"), ({}, "difference")]
)
def test_whoever_is_suppressed_has_a_row_without_a_figure_and_the_reason(said: dict[str, str], reason: str) -> None:
    nothing = {**dict.fromkeys(FIGURES), "code": "E001", "suppressed": True}
    document = {name: part for name, part in employee_document(figures=nothing).items() if name != "withheld"}
    told = cells(document | said)
    figures = NAMES[NAMES.index("speed_n") : NAMES.index("report_id")]
    assert {told[name] for name in figures} == {None}
    assert (told["code"], told["withheld_reason"]) == ("E001", reason)


def test_what_a_report_lacks_is_empty() -> None:
    bare = FIGURES | {
        "index": FIGURES["index"] | {"interval": None},
        "change": None,
        "dimensions": [FIGURES["dimensions"][0] | {"interval": None}],
        "comparison": FIGURES["comparison"] | dict.fromkeys(("reliability", "use", "estimate", "case_mix", "funnel")),
        "collection": FIGURES["collection"] | {"channels": None},
        "incomplete_percent": None,
    }
    document = {name: part for name, part in employee_document(figures=bare).items() if name != "appraiser"}
    told = cells(document)
    empty = {name for name, cell in told.items() if cell is None}
    assert empty == {
        *("appraiser_code", "appraiser_name", "speed_lower", "speed_upper", "composite_lower", "composite_upper"),
        *("reliability", "use", "shrunken", "shrunken_lower", "shrunken_upper", "adjusted", "flagged"),
        *("change", "change_lower", "change_upper", "withheld_reason", "channels", "incomplete_percent"),
        *TARGETS,
    }
    alone = cells(employee_document(figures=FIGURES | {"index": None, "comparison": None}))
    assert (alone["composite_n"], alone["composite_index"], alone["use"], alone["flagged"]) == (40, None, None, None)
    assert cells(document, dimension="transparency")["speed_n"] is None, "another instrument's question"


def test_targets_stand_behind_everything_else_with_those_of_the_office() -> None:
    reached = {"figure": "index", "target": "80.00", "n": 38, "value": "91.67", "interval": ["87.50", "94.40"]}
    other = reached | {"target": "95.00", "interval": None, "word": "uncertain"}
    told = cells(employee_document(targets=[reached | {"word": "attained"}], office_targets=[other]))
    assert [told[name] for name in TARGETS[:6]] == [None] * 6
    assert [told[name] for name in TARGETS[6:]] == ["80.00", "attained", "87.50", "94.40", "95.00", "uncertain"]
    assert NAMES[-len(TARGETS) :] == TARGETS


@pytest.mark.parametrize("guide", ["appraisal-columns.md", "appraisal-columns.id.md"])
def test_every_column_is_in_the_dictionary_and_no_other(guide: str) -> None:
    table = (DOCS / guide).read_text("utf-8").partition("<!-- columns -->")[2].partition("<!-- end of columns -->")[0]
    explained = re.findall(r"^\| `([^`]+)` \| \S.+ \|$", table, re.MULTILINE)
    assert explained == [name.replace("speed", "<dimension>") for name in NAMES]


def test_no_two_columns_have_one_name() -> None:
    names = [column.name for column in columns(["speed", "transparency", "friendliness"])]
    assert len(names) == len(set(names))
