"""The report of a survey: exact figures, no word too much, and what people enter about it."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from app.directory.tables import Agency
from app.ratings.tables import Comment
from app.seals.signing import make_key
from tests.closing.steps import AFTER_THE_WINDOW, finalise, rated, refused, report, revise
from tests.closing.surveys import SKM_ID, commented, plan, profiled, surveyed
from tests.house import House
from tests.indices.test_golden import PERPUSNAS, SEKADAU
from tests.ratings.visits import put

pytestmark = pytest.mark.sqlite_daily

# The published means (3.369, 3.439, …) with one decimal more.
PERPUSNAS_NRR = ["3.3690", "3.4385", "3.4011", "3.8503", "3.3262", "3.4920", "3.5241", "3.7807", "3.3690"]
# Which answers meet on one sheet is of no matter.
ANSWERS = ["".join(str(score) * n for score, n in enumerate(counts, start=1)) for counts in PERPUSNAS]
PERPUSNAS_SHEETS = list(map("".join, zip(*ANSWERS, strict=True)))


def closed(house: House, instrument: str = SKM_ID) -> None:
    house.release()
    response = house.post("/v1/periods/2026-10/close", {"instrument": instrument}, "supervisor")
    assert response.status_code == 201, response.text


def survey(house: House, unit: str = "dukcapil", **query: str) -> dict[str, Any]:
    document: dict[str, Any] = report(house, unit, kind="skm", **query)["document"]
    return document


@pytest.mark.long
def test_perpusnas_2023_as_a_report_has_its_published_figures(house: House) -> None:
    surveyed(house.database, PERPUSNAS_SHEETS)
    closed(house)
    for unit in ("dukcapil", "ALL"):
        document = survey(house, unit)
        told = document["survey"]
        results = told["results"]
        assert (told["full"], told["missing"], document["n"]) == (True, [], 187)
        assert (document["figures"]["index"]["value"], document["figures"]["index"]["grade"]) == ("87.64", "B")
        assert [each["nrr"] for each in results["elements"]] == PERPUSNAS_NRR
        # 3.850267… ÷ 9, and Σ NRR × 1/9 = 87.6411 ÷ 25.
        assert (results["elements"][3]["weighted"], results["value"]) == ("0.4278", "3.5056")
        assert results["band"] == {"index": ["76.61", "88.30"], "value": ["3.0644", "3.5320"]}
        assert results["highest"] == ["BIAYA", "PENGADUAN", "PERILAKU"]
        assert results["lowest"] == ["PRODUK", "SARPRAS", "PERSYARATAN"]
        assert (document["method"]["weights"], document["method"]["bands"]) == ("exact", "2017")


@pytest.mark.long
def test_sekadau_2019_is_78_74_from_its_answer_sheets(house: House) -> None:
    surveyed(house.database, SEKADAU.split())
    closed(house)
    document = survey(house)
    assert (document["n"], document["figures"]["index"]["value"]) == (49, "78.74")
    assert document["survey"]["results"]["elements"][0]["nrr"] == "2.8163"


@pytest.mark.long
def test_a_survey_of_three_dimensions_is_no_skm_and_says_what_is_missing(office: House) -> None:
    closed(office, "ikl-1")
    document = survey(office)
    told = document["survey"]
    assert (told["full"], document["figures"]["index"]["name"]) == (False, "IKL")
    missing = [each["code"] for each in told["missing"]]
    assert missing == ["PERSYARATAN", "PROSEDUR", "BIAYA", "PRODUK", "KOMPETENSI", "PENGADUAN", "SARPRAS"]
    assert (len(told["results"]["highest"]), len(told["results"]["lowest"])) == (1, 1)


@pytest.mark.long
def test_where_the_office_shows_no_figures_its_survey_shows_none(house: House) -> None:
    surveyed(house.database, ["444444444"] * 9)
    surveyed(house.database, ["333333333"] * 40, "setda", 100)
    commented(house.database, "dukcapil", [f"saran {n}" for n in range(12)])
    closed(house)
    document, own = survey(house), report(house, "dukcapil")["document"]
    assert own["figures"]["suppressed"]
    assert (document["n"], document["figures"]) == (0, own["figures"])
    told = document["survey"]
    assert (told["results"], told["sample"], told["profile"], told["suggestions"]) == (None, None, None, [])


@pytest.mark.long
def test_an_element_that_fewer_than_ten_answered_has_no_figures(house: House) -> None:
    surveyed(house.database, ["44444444-"] * 40 + ["444444441"] * 9)
    closed(house)
    *_, last = survey(house)["survey"]["results"]["elements"]
    assert (last["code"], last["n"], last["nrr"], last["index"]) == ("SARPRAS", None, None, None)


@pytest.mark.long
def test_the_profile_merges_small_values_and_counts_who_told_nothing(house: House) -> None:
    surveyed(house.database, ["333333333"] * 60)
    profiled(house.database, "dukcapil", sex={"F": 33, "M": 12}, education={"SMA": 30, "S1": 14, "S3": 3})
    # Respondents of another questionnaire are none of the survey's.
    profiled(house.database, "dukcapil", "ikl-1", sex={"F": 100})
    by_months(house)
    closed(house)
    profile = survey(house)["survey"]["profile"]
    assert {each["value"]: each["n"] for each in profile["sex"]["values"]} == {"F": 33, "M": 12, "not-given": 15}
    assert profile["sex"]["others"] is None
    # Three are too few, and beside them the thirteen who told nothing: merged they are sixteen.
    assert {each["value"]: each["n"] for each in profile["education"]["values"]} == {"SMA": 30, "S1": 14}
    assert profile["education"]["others"] is not None
    assert survey(house, "ALL")["survey"]["profile"] == profile
    assert profile["age_band"] == {"values": [{"value": "not-given", "n": 60, "share": 1.0}], "others": None}


def by_months(house: House) -> None:
    """The agency's own period is the month."""
    with house.database.writing() as session:
        agency = session.get(Agency, "kota")
        assert agency is not None
        agency.period_months = 1
        session.add(agency)


@pytest.mark.long
def test_comments_are_quoted_from_ten_on_in_the_order_of_their_random_ids(house: House) -> None:
    surveyed(house.database, ["333333333"] * 40)
    surveyed(house.database, ["333333333"] * 40, "setda", 100)
    surveyed(house.database, ["333333333"] * 40, "upt-makassar", 200)
    commented(house.database, "dukcapil", [f"saran {n:02}" for n in range(11)])
    commented(house.database, "dukcapil", ["lain"] * 20, 1_000, instrument="ikl-1")
    commented(house.database, "setda", ["lain"] * 9, 50)
    closed(house)
    own = [f"saran {n:02}" for n in range(11)]
    assert survey(house)["survey"]["suggestions"] == own
    assert survey(house, "setda")["survey"]["suggestions"] == []
    # The nine of the other office would be what is left when the office's own are taken away.
    assert survey(house, "ALL")["survey"]["suggestions"] == own


@pytest.mark.long
def test_offices_with_few_comments_are_quoted_together(house: House) -> None:
    for place, office in enumerate(("dukcapil", "setda", "upt-makassar")):
        surveyed(house.database, ["333333333"] * 40, office, 100 * place)
        commented(house.database, office, [f"saran {office}"] * 4, 100 * place)
    closed(house)
    assert survey(house)["survey"]["suggestions"] == []
    assert len(survey(house, "ALL")["survey"]["suggestions"]) == 12


@pytest.mark.long
def test_a_revision_quotes_no_few_comments_more(office: House, key_file: Path) -> None:
    surveyed(office.database, ["333333333"] * 40, start=10_000)
    commented(office.database, "dukcapil", [f"saran {n:02}" for n in range(11)])
    closed(office)
    finalise(office, key_file)
    surveyed(office.database, ["222222222"] * 12, start=11_000)
    commented(office.database, "dukcapil", ["baru"] * 9, 100)
    revise(office)
    document = survey(office)
    assert (document["n"], document["supersedes"], document["period"]["revision"]) == (52, 1, 2)
    assert len(document["survey"]["suggestions"]) == 11
    assert "baru" not in document["survey"]["suggestions"]


@pytest.mark.long
def test_no_few_comments_are_left_when_months_are_taken_from_their_quarter(office: House) -> None:
    put(
        office.database,
        [*rated(None, 40, day=date(2026, 11, 10)), *rated(None, 40, day=date(2026, 12, 10))],
        start=7_000,
    )
    with office.database.writing() as session:
        for month, n in ((10, 12), (11, 12), (12, 3)):
            for number in range(n):
                where: dict[str, Any] = {"agency_id": "kota", "office": "dukcapil", "instrument": "ikl-1"}
                written: dict[str, Any] = {"written_in": date(2026, month, 1), "text": f"bulan {month}: {number}"}
                session.add(Comment(**where, **written, comment_id=uuid4()))
    office.clock.now = office.clock.now.replace(year=2027, month=1)
    office.release()
    quoted = {}
    for code in ("2026-10", "2026-11", "2026-Q4"):
        assert office.post(f"/v1/periods/{code}/close", {}, "supervisor").status_code == 201
        for unit in ("dukcapil", "ALL"):
            quoted[unit, code] = len(survey(office, unit, period=code)["survey"]["suggestions"])
    # The three of December are told with all of one month: what both other months leave is none or ten.
    for unit in ("dukcapil", "ALL"):
        assert sorted(quoted[unit, code] for code in ("2026-10", "2026-11")) == [0, 12]
        assert quoted[unit, "2026-Q4"] == 27


@pytest.mark.long
def test_the_survey_of_a_revision_follows_its_office(office: House, key_file: Path) -> None:
    closed(office, "ikl-1")
    finalise(office, key_file)
    put(office.database, [*rated("E001", 9, "222")], start=2_000)
    put(office.database, [*rated("E002", 10, "222")], start=3_000)
    revise(office)
    for unit, base in (("dukcapil", "dukcapil"), ("ALL", "kota")):
        document, own = survey(office, unit), report(office, base)["document"]
        assert (document["n"], document["figures"]) == (own["n"], own["figures"])
    changed = [each["kind"] for each in report(office, "kota")["document"]["changes"]]
    assert "skm" not in changed


@pytest.mark.long
def test_where_the_report_of_a_unit_stands_its_survey_stands(office: House, key_file: Path) -> None:
    surveyed(office.database, ["333333333"] * 40, start=10_000)
    surveyed(office.database, ["444444444"] * 20, "setda", 11_000)
    closed(office)
    finalise(office, key_file)
    before = survey(office, "setda")
    surveyed(office.database, ["222222222"] * 12, start=12_000)
    revise(office)
    same, changed = survey(office, "setda"), survey(office)
    assert (same["n"], same["figures"], same["survey"]) == (20, before["figures"], before["survey"])
    assert (same["state"], same["period"]["revision"], "supersedes" in same) == ("draft", 2, False)
    assert (changed["n"], changed["supersedes"]) == (52, 1)


@pytest.mark.long
def test_plan_and_publication_are_signed_and_realised_in_the_next_report(office: House, key_file: Path) -> None:
    done = plan(status="done", done_on="2026-10-20", note="Jadwal ditempel.")
    body = {"office": "dukcapil", "items": [done, plan(element="WAKTU")]}
    office.release()
    assert office.put("/v1/periods/2026-09/follow-ups", body, "supervisor").status_code == 200
    closed(office, "ikl-1")
    body = {"office": "dukcapil", "items": [plan()]}
    stored = office.put("/v1/periods/2026-10/follow-ups", body, "supervisor")
    assert stored.status_code == 200, stored.text
    asked = {"office": "dukcapil"}
    read = office.get("/v1/periods/2026-10/follow-ups", "supervisor", params=asked).json()
    assert read == stored.json()
    assert (read["signed"], len(read["proposed"])) == (0, 2)
    # A draft is not for those who read what is final.
    assert office.get("/v1/periods/2026-10/follow-ups", params=asked).json()["proposed"] == []
    published = {
        "items": [{"medium": "Situs web", "published_on": "2026-11-20", "address": "https://kota.example/skm"}]
    }
    assert office.put("/v1/periods/2026-10/publications", published, "supervisor").status_code == 200
    assert survey(office)["follow_ups"] == []
    finalise(office, key_file)
    document, whole = survey(office), survey(office, "ALL")
    assert document["follow_ups"] == [plan()]
    assert (document["realisation"]["done"], document["realisation"]["share"]) == (1, 0.5)
    assert [each["status"] for each in document["realisation"]["items"]] == ["done", "planned"]
    assert (document["publications"], whole["follow_ups"]) == ([], [])
    assert whole["publications"] == [{"period": "2026-10", **published["items"][0]}]


@pytest.mark.long
def test_a_signed_plan_stays_and_only_its_realisation_changes(office: House, key_file: Path) -> None:
    def put(*items: dict[str, Any], where: str = "dukcapil") -> Any:
        return office.put("/v1/periods/2026-10/follow-ups", {"office": where, "items": list(items)}, "supervisor")

    closed(office, "ikl-1")
    assert put(plan(), plan(element="WAKTU")).status_code == 200
    assert put(plan()).status_code == 200
    finalise(office, key_file)
    for other in ([], [plan(action="Lain.")], [plan(element="WAKTU"), plan()]):
        assert refused(put(*other)) == (409, "plan-signed")
    realised = plan(status="done", done_on="2026-11-20", note="Selesai.")
    assert put(realised, plan(element="WAKTU")).status_code == 200
    assert survey(office)["follow_ups"] == [plan()]
    # Where nothing was planned, nothing is signed.
    assert put(plan(), where="setda").status_code == 200


@pytest.mark.long
def test_the_trend_is_that_of_final_reports_of_the_same_length(office: House, key_file: Path) -> None:
    office.release()
    for step in ("close", "finalise"):
        if step == "finalise":
            office.clock.now += AFTER_THE_WINDOW
            make_key(key_file)
        assert office.post(f"/v1/periods/2026-09/{step}", {}, "supervisor").status_code in (200, 201)
    closed(office, "ikl-1")
    assert [(each["period"], each["n"]) for each in survey(office)["survey"]["former"]] == [("2026-09", 15)]


@pytest.mark.once
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"due_on": "besok"}, "items.0.due_on"),
        ({"problem": "a\x00b"}, "items.0.problem"),
        ({"action": "x" * 501}, "items.0.action"),
        ({"owner": " "}, "items.0.owner"),
        ({"element": "a b"}, "items.0.element"),
        ({"status": "done"}, "items.0"),
        ({"done_on": "2026-10-10"}, "items.0"),
    ],
)
def test_a_wrong_plan_is_refused_by_field(house: House, change: dict[str, Any], field: str) -> None:
    response = house.put("/v1/periods/2026-10/follow-ups", {"items": [plan(**change)]}, "supervisor")
    assert refused(response) == (422, "invalid-request")
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_plans_stay_within_the_reach_of_a_key(house: House) -> None:
    for path in ("/v1/periods/2026-10/follow-ups", "/v1/periods/2026-10/publications"):
        assert refused(house.get(path, "reader makassar", params={"office": "dukcapil"})) == (403, "out-of-scope")
        body = {"office": "tiada", "items": []}
        assert refused(house.put(path, body, "supervisor")) == (404, "office-unknown")
        assert refused(house.get(path.replace("10", "13"), "reader")) == (404, "period-unknown")
        assert refused(house.put(path, {"items": []}, "reader")) == (403, "key-kind-refused")
