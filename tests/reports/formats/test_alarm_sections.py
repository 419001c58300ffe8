"""The alarms of a report in words: states and labels in both languages, and nothing in older reports."""

from collections.abc import Mapping
from typing import Any

import pytest

from app.closing.rules.report_documents.figures import Figures
from app.closing.rules.report_documents.parts import Method
from app.closing.rules.report_documents.reports import parse_report
from app.reports.sections.alarms import alarms_section
from app.reports.sections.blocks import Facts, Section, Table, Words
from app.reports.sections.collection import collection_section
from app.reports.sections.language import language
from app.reports.sections.results import count
from app.reports.sections.view import view
from tests.reports.formats.samples import draft

Drafts = Mapping[str, Mapping[str, Any]]


def figures(drafts: Drafts, code: str, **alarms: Any) -> Figures:
    """The figures of a unit with other alarms."""
    stored = drafts[code]["figures"]
    return Figures.model_validate({**stored, "alarms": {**stored["alarms"], **alarms}})


def alarms(drafts: Drafts, code: str, language_code: str = "en", **changed: Any) -> Section:
    """The section of alarms of a unit, some of them changed."""
    method = Method.model_validate(drafts[code]["method"])
    section = alarms_section(figures(drafts, code, **changed), method, language(language_code))
    assert section
    return section


def table(section: Section) -> Table:
    [found] = [block for block in section.blocks if isinstance(block, Table)]
    return found


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("id", "peringatan, pertama pada minggu mulai 14 September 2026"),
        ("en", "alarm, first in the week from 14 September 2026"),
    ],
)
def test_a_drop_is_told_by_the_day_its_week_begins(drafts: Drafts, code: str, told: str) -> None:
    section = alarms(drafts, "E001", code, index={"state": "alarm", "week": "2026-W38"})
    assert table(section).rows[-1] == ("IKL", told)
    assert [len(row) for row in table(section).rows] == [2] * 4


def test_offices_have_their_low_answers_beside_it(drafts: Drafts) -> None:
    low = {name: {"state": "not-enough-months", "months": []} for name in ("speed", "transparency", "friendliness")}
    low["speed"] = {"state": "alarm", "months": ["2026-07", "2026-09"]}
    section = alarms(drafts, "dukcapil", low_answers=low)
    assert [row[2] for row in table(section).rows] == [
        "alarm in Jul 2026, Sept 2026",
        "not enough months with ratings to tell",
        "not enough months with ratings to tell",
        None,
    ]


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("no-alarm", "no alarm"),
        ("not-enough-weeks", "not enough weeks with ratings to tell"),
        ("no-variation", "cannot be told: all earlier answers were the same"),
    ],
)
def test_what_is_the_same_of_all_is_told_once(drafts: Drafts, state: str, told: str) -> None:
    same = {"state": state, "week": None}
    names = ("speed", "transparency", "friendliness")
    person = alarms(drafts, "E001", index=same, dimensions=dict.fromkeys(names, same))
    assert person.blocks[0] == Facts((("Drop over weeks", told),))
    low = {name: {"state": "no-alarm", "months": []} for name in names}
    office = alarms(drafts, "dukcapil", index=same, dimensions=dict.fromkeys(names, same), low_answers=low)
    assert office.blocks[0] == Facts((("Drop over weeks", told), ("More low answers than usual", "no alarm")))


def test_what_differs_is_told_of_each(drafts: Drafts) -> None:
    section = alarms(drafts, "E001", index={"state": "no-variation", "week": None})
    assert table(section).rows[-1][1] == "cannot be told: all earlier answers were the same"
    assert table(section).rows[0][1] == "no alarm"


def test_it_says_that_an_alarm_is_no_verdict_and_stands_in_reports_of_persons_and_offices(drafts: Drafts) -> None:
    for code in ("E001", "dukcapil"):
        [section] = [part for part in view(draft(drafts[code]), "en").sections if part.name == "alarms"]
        [notice] = [block for block in section.blocks if isinstance(block, Words)]
        assert "a reason to look, not a verdict" in notice.text


def test_a_report_of_the_first_method_says_what_was_stated_then(drafts: Drafts) -> None:
    stored = drafts["E001"]
    older = {**stored, "method": {**stored["method"], "measures": "cermin-measures-1"}}
    told = {}
    for name, document in (("old", older), ("new", stored)):
        [section] = [part for part in view(draft(document), "en").sections if part.name == "alarms"]
        [told[name]] = [block.text for block in section.blocks if isinstance(block, Words)]
    assert "one in 400 weeks" in told["old"]
    assert "exact chances" not in told["old"]
    assert "one in 500 weeks" in told["new"]
    assert "exact chances" in told["new"]


def test_reports_made_before_there_were_alarms_and_agencies_have_none(drafts: Drafts) -> None:
    stored = drafts["E001"]["figures"].items()
    older = {
        **drafts["E001"],
        "figures": {name: value for name, value in stored if name not in ("alarms", "channel_mix")},
    }
    for each in (older, drafts["kota"]):
        assert "alarms" not in [part.name for part in view(draft(each), "en").sections]


def test_the_mix_of_channels_is_told_with_the_reason_why_it_is_missing(drafts: Drafts) -> None:
    report = parse_report(drafts["E001"])
    assert isinstance(report.figures, Figures)
    section = collection_section(report, report.figures, language("en"))
    [facts] = [block for block in section.blocks if isinstance(block, Facts)]
    assert dict(facts.items)["Mean weighted by channel"] == (
        "cannot be told: the people served per channel are not reported"
    )


def test_what_is_told_of_several_channels_together_is_in_the_table(drafts: Drafts) -> None:
    report = parse_report(drafts["kota"])
    assert isinstance(report.figures, Figures)
    known = report.figures.collection.model_copy(update={"channels": {"kiosk": report.figures.n - 12}})
    shown = report.figures.model_copy(update={"collection": known})
    tables = [block for block in collection_section(report, shown, language("en")).blocks if isinstance(block, Table)]
    [channels] = [table for table in tables if table.caption == "By channel"]
    assert [(line[0], line[1]) for line in channels.rows] == [
        ("Kiosk", count(shown.n - 12)),
        ("several, told together", count(12)),
    ]
