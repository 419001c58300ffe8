"""The rows for appraisal systems: what their columns hold, and that the guide explains every one."""

import re
from pathlib import Path
from typing import Any

import pytest

from app.reports.rules.appraisal_columns import Line, columns, row

DOCS = Path(__file__).parents[2] / "docs"
NAMES = [column.name for column in columns(["speed"])]

FIGURES: dict[str, Any] = {
    "suppressed": False,
    "n": 40,
    "held": 2,
    "index": {
        "value": "91.67",
        "mean": "3.6667",
        "grade": "A",
        "interval": {"confidence": 0.95, "lower": "88.10", "upper": "94.02", "n": 38},
    },
    "change": {"difference": -0.25, "lower": -0.4, "upper": -0.1, "p": 0.001},
    "dimensions": [
        {"code": "speed", "n": 39, "mean": "3.7000", "index": "92.50", "grade": "A", "interval": ["81.12", "94.67"]}
    ],
    "comparison": {
        "reliability": 0.81,
        "use": "consequence",
        "estimate": {"value": 3.6401, "lower": 3.5512, "upper": 3.729},
        "case_mix": {"raw": 3.6667, "expected": 3.6, "adjusted": 3.65},
        "funnel": {"z": 1.0, "adjusted_z": 1.0, "q": 0.3, "flagged": True},
    },
    "collection": {"served": 310, "coverage": 0.129, "channels": {"mobile": 12, "kiosk": 28}},
}
DOCUMENT: dict[str, Any] = {
    "state": "final",
    "agency": {"code": "kota", "name": "Kota"},
    "period": {"code": "2026-Q3", "revision": 2},
    "method": {"instrument": "ikl-1"},
    "subject": {
        "code": "E001",
        "name": "Siti",
        "nip_masked": "***************004",
        "position": "Analis",
        "grade": "III/b",
        "office": {"code": "dukcapil", "name": "Dinas"},
    },
    "appraiser": {"code": "E002", "name": "Budi"},
    "figures": FIGURES,
}


def cells(document: dict[str, Any], dimension: str = "speed") -> dict[str, Any]:
    line = Line(document, "019a", "abc", "https://x.example/v", "198503122010012004")
    return dict(zip(NAMES, row(line, [dimension]), strict=True))


def test_a_row_holds_the_report_as_it_is() -> None:
    assert cells(DOCUMENT) == {
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
    }


@pytest.mark.parametrize(
    ("said", "reason"), [({"withheld": "few"}, "few"), ({"withheld": "difference"}, "difference"), ({}, "difference")]
)
def test_whoever_is_suppressed_has_a_row_without_a_figure_and_the_reason(said: dict[str, str], reason: str) -> None:
    nothing = dict.fromkeys(("n", "held", "index", "change", "dimensions", "comparison", "collection"))
    told = cells({**DOCUMENT, "figures": {**nothing, "suppressed": True}} | said)
    figures = NAMES[NAMES.index("speed_n") : NAMES.index("report_id")]
    assert {told[name] for name in figures} == {None}
    assert (told["code"], told["withheld_reason"]) == ("E001", reason)


def test_what_a_report_lacks_is_empty() -> None:
    bare = FIGURES | {
        "index": FIGURES["index"] | {"interval": None},
        "change": None,
        "dimensions": [FIGURES["dimensions"][0] | {"interval": None}],
        "comparison": dict.fromkeys(("reliability", "use", "estimate", "case_mix", "funnel")),
    }
    document = {name: part for name, part in DOCUMENT.items() if name != "appraiser"} | {"figures": bare}
    told = cells(document)
    empty = {name for name, cell in told.items() if cell is None}
    assert empty == {
        *("appraiser_code", "appraiser_name", "speed_lower", "speed_upper", "composite_lower", "composite_upper"),
        *("reliability", "use", "shrunken", "shrunken_lower", "shrunken_upper", "adjusted", "flagged"),
        *("change", "change_lower", "change_upper", "withheld_reason"),
    }
    assert cells(document, dimension="transparency")["speed_n"] is None, "another instrument's question"


@pytest.mark.parametrize("guide", ["appraisal-columns.md", "appraisal-columns.id.md"])
def test_every_column_is_in_the_dictionary_and_no_other(guide: str) -> None:
    table = (DOCS / guide).read_text("utf-8").partition("<!-- columns -->")[2].partition("<!-- end of columns -->")[0]
    explained = re.findall(r"^\| `([^`]+)` \| \S.+ \|$", table, re.MULTILINE)
    assert explained == [name.replace("speed", "<dimension>") for name in NAMES]


def test_no_two_columns_have_one_name() -> None:
    names = [column.name for column in columns(["speed", "transparency", "friendliness"])]
    assert len(names) == len(set(names))
