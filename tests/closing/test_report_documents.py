"""Reports as models: what is stored is read and comes out again as the same bytes."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from app.closing.rules.documents import final_document
from app.closing.rules.report_documents.figures import Figures, FunnelPlace, figures_of
from app.closing.rules.report_documents.parts import ReportPeriod
from app.closing.rules.report_documents.reports import (
    AgencyReport,
    EmployeeReport,
    OfficeReport,
    SurveyReport,
    parse_report,
)
from app.closing.rules.report_documents.survey import SurveyRecords
from app.closing.tables import Report
from app.disclosure.rules.released import Withheld
from app.measures.schemas import UnitMeasuresOut
from app.seals.rules.canonical_json import canonical
from tests.closing.documents import (
    FIGURES,
    agency_document,
    employee_document,
    office_document,
    survey_document,
)
from tests.closing.steps import close, finalise, rated, revise
from tests.closing.steps import report as stored_report
from tests.house import House
from tests.ratings.visits import put

KINDS: dict[str, Callable[..., dict[str, Any]]] = {
    "employee": employee_document,
    "office": office_document,
    "agency": agency_document,
    "skm": survey_document,
}
NOTHING = {**dict.fromkeys(FIGURES), "code": "E001", "name": "Siti", "suppressed": True}
NEXT = ReportPeriod(code="2026-Q3", first="2026-07-01", last="2026-09-30", revision=3)


def without(document: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: part for name, part in document.items() if name not in names}


def unknown_in(part: Any) -> list[str]:
    """The members of a model and its parts that no field describes."""
    if isinstance(part, tuple | list):
        return [name for each in part for name in unknown_in(each)]
    if isinstance(part, dict):
        return unknown_in(list(part.values()))
    if not hasattr(part, "model_fields_set"):
        return []
    return [*(part.model_extra or ()), *unknown_in([getattr(part, name) for name in type(part).model_fields])]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"state": "final", "final_on": "2026-10-12", "reply": "Dua loket tutup.", "note": "Benar."},
        {"figures": NOTHING, "withheld": "few", "trend": []},
    ],
    ids=["draft", "final", "withheld"],
)
def test_a_document_of_every_kind_comes_out_as_the_same_bytes(kind: str, parts: dict[str, Any]) -> None:
    document = KINDS[kind](**parts)
    report = parse_report(document)
    assert (report.kind, unknown_in(report)) == (kind, [])
    assert canonical(report.plain()) == canonical(document)


@pytest.mark.long
def test_every_report_that_a_closing_stores_is_read_whole(office: House, key_file: Path) -> None:
    close(office)
    finalise(office, key_file)
    late = [*rated("E001", 9, "222"), *rated("E002", 10, "222"), *rated(None, 1)]
    put(office.database, late, start=2_000)
    revise(office)
    with office.database.reading() as session:
        stored = session.scalars(select(Report.document).where(Report.agency_id == "kota")).all()
    kinds = set()
    for text in stored:
        report = parse_report(json.loads(text))
        assert unknown_in(report) == []
        assert canonical(report.plain()).decode() == text
        kinds.add(report.kind)
    assert kinds == set(KINDS)


def test_what_older_versions_did_not_write_has_a_default_and_stays_absent() -> None:
    funnel = without(FIGURES["comparison"]["funnel"], "n", "mean", "warning", "alarm", "beyond")
    index = without(FIGURES["index"], "mean", "mean_interval")
    comparison = {**FIGURES["comparison"], "funnel": funnel}
    figures = {**without(FIGURES, "alarms", "channel_mix"), "index": index, "comparison": comparison}
    newer = ("id", "withheld", "services", "tickets", "held_reasons", "supersedes", "appraiser", "feedback", "notice")
    document = without(employee_document(figures=figures), *newer)
    report = parse_report(document)
    assert isinstance(report, EmployeeReport)
    assert isinstance(report.figures, Figures)
    assert (report.appraiser, report.services, report.figures.alarms) == (None, {}, None)
    assert report.why_withheld is Withheld.difference
    assert report.figures.comparison
    assert report.figures.comparison.funnel
    assert report.figures.comparison.funnel.place is None
    assert canonical(report.plain()) == canonical(document)
    agency = without(agency_document(), "funnel", "integrity", "changes")
    read = parse_report(agency)
    assert isinstance(read, AgencyReport)
    assert (read.funnel, read.integrity, read.changes) == (None, None, ())
    assert canonical(read.plain()) == canonical(agency)


def test_what_newer_versions_write_is_kept() -> None:
    document = office_document(figures={**FIGURES, "median": 4}, weather="rain")
    assert canonical(parse_report(document).plain()) == canonical(document)


def test_a_number_without_decimals_stays_one() -> None:
    figures = parse_report(employee_document()).figures
    assert figures.comparison
    assert figures.comparison.funnel
    assert repr(figures.comparison.funnel.z) == "1"


def test_a_unit_has_its_place_in_the_funnel_with_its_limits() -> None:
    figures = parse_report(employee_document()).figures
    assert figures.comparison
    assert figures.comparison.funnel
    place = figures.comparison.funnel.place
    assert isinstance(place, FunnelPlace)
    assert (place.mean, place.warning, place.alarm, place.beyond) == (3.6667, (3.4, 3.8), (3.3, 3.9), "nothing")


def test_the_measures_of_a_unit_become_its_figures() -> None:
    for figures in (FIGURES, NOTHING):
        assert canonical(figures_of(UnitMeasuresOut.model_validate(figures)).plain()) == canonical(figures)


def test_a_withheld_report_says_why() -> None:
    assert parse_report(office_document(withheld="few")).why_withheld is Withheld.few


def test_a_report_that_is_carried_over_keeps_its_figures_and_loses_what_was_written_to_it() -> None:
    final = employee_document(state="final", final_on="2026-10-12", reply="Tidak.", note="Ya.")
    draft = parse_report(final).carried_over(NEXT).plain()
    changed = {name for name in {*final, *draft} if final.get(name) != draft.get(name)}
    assert changed == {"id", "final_on", "state", "reply", "note", "period"}
    assert (draft["state"], draft["period"]["revision"], draft["supersedes"]) == ("draft", 3, 1)
    assert not {"id", "final_on"} & draft.keys()


def test_parts_that_are_made_anew_replace_those_that_are_carried_over() -> None:
    former = parse_report(agency_document())
    employees = {"nothing": 2, "coaching": 0, "appraisal": 0, "consequence": 0}
    assert former.carried_over(NEXT, employees=employees).plain()["employees"] == employees


@pytest.mark.parametrize("of", [OfficeReport, AgencyReport])
def test_a_survey_shares_the_figures_of_the_report_beside_it(of: type[OfficeReport] | type[AgencyReport]) -> None:
    document = without(office_document() if of is OfficeReport else agency_document(), "id")
    model = parse_report(survey_document())
    assert isinstance(model, SurveyReport)
    records = SurveyRecords(follow_ups=model.follow_ups, realisation=model.realisation, publications=model.publications)
    survey = SurveyReport.beside(of.model_validate(document), model.survey, records).plain()
    own = ("survey", "follow_ups", "realisation", "publications")
    assert {name: survey[name] for name in own} == {name: survey_document()[name] for name in own}
    assert (survey["kind"], survey["trend"]) == ("skm", [])
    left_out = {"supersedes", "offices", "employees", "changes"}
    shared = without(document, "kind", "trend", *left_out)
    assert without(survey, "kind", "trend", *own) == shared


# The second is midnight in WIB, with which the next day begins.
@pytest.mark.parametrize(("hour", "day"), [(16, "2026-10-12"), (17, "2026-10-13")])
def test_the_final_document_is_the_stored_draft_with_what_was_written_to_it(hour: int, day: str) -> None:
    draft = canonical(employee_document(made_up="by an older version")).decode()
    final = final_document(draft, "Tidak.", None, datetime(2026, 10, 12, hour, tzinfo=UTC), {"publications": []})
    assert final == {
        **employee_document(made_up="by an older version"),
        "state": "final",
        "final_on": day,
        "reply": "Tidak.",
        "note": None,
        "publications": [],
    }


@pytest.mark.long
def test_a_question_that_nobody_answered_is_left_out_of_the_feedback(house: House) -> None:
    put(house.database, [*rated("E001", 12, "-34"), *rated(None, 12)])
    close(house)
    feedback = stored_report(house, "E001")["document"]["feedback"]
    [sentence] = feedback["berorientasi_pelayanan"]["en"].splitlines()
    assert sentence.startswith("Friendliness")
    assert set(feedback) == {"berorientasi_pelayanan", "akuntabel"}
