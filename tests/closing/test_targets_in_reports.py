"""A closed period says what targets came to, and its targets stay as they are."""

from pathlib import Path
from typing import Any

import pytest

from app.closing.addressing import asked
from app.closing.targets.fixing import fix_targets
from app.foundation.problems import Problem
from app.seals.keyring import usable_keys
from app.seals.rules.verification import verify
from tests.closing.steps import close, finalise, rated, report, revise
from tests.house import NOW, House, problem
from tests.ratings.visits import put


def target(value: str | None, **about: Any) -> dict[str, Any]:
    return {"period": "2026-10", "value": value} | about


def set_targets(house: House, *targets: dict[str, Any]) -> Any:
    return house.put("/v1/targets", {"targets": targets}, "supervisor")


def words(told: Any) -> list[tuple[str, str, str]]:
    return [(each["figure"], each["target"], each["word"]) for each in told]


def some(house: House) -> None:
    response = set_targets(
        house,
        target("80", employee="E002"),
        target("90.5", employee="E002", figure="transparency"),
        target("80", employee="E001"),
        target("80", office="dukcapil"),
        target("99", office="setda"),
        # Of another period.
        target("80", employee="E002") | {"period": "2026-Q4"},
    )
    assert response.status_code == 200, response.text


@pytest.mark.long
def test_reports_say_what_targets_came_to_beside_those_of_the_office(office: House, key_file: Path) -> None:
    some(office)
    close(office)
    many, few = report(office, "E002")["document"], report(office, "E001")["document"]
    assert words(many["targets"]) == [("index", "80.00", "attained"), ("transparency", "90.50", "not-attained")]
    assert many["targets"][0] | {"interval": None} == {
        "figure": "index",
        "target": "80.00",
        "n": 39,
        "value": "83.33",
        "interval": None,
        "word": "attained",
    }
    # A person's figure of few ratings is as rough here as above.
    assert (few["targets"][0]["value"], few["targets"][0]["word"]) == (few["figures"]["index"]["value"], "uncertain")
    assert few["targets"][0]["interval"] is None
    at_office = report(office, "dukcapil")["document"]["targets"]
    assert words(at_office) == [("index", "80.00", "attained")]
    assert many["office_targets"] == few["office_targets"] == at_office
    [line] = report(office, "kota", kind="agency")["document"]["offices"]
    assert (line["code"], line["targets"]) == ("dukcapil", at_office)
    finalise(office, key_file)
    sealed = report(office, "E002")
    assert sealed["document"]["targets"] == many["targets"]
    envelope = {name: part for name, part in sealed.items() if name != "id"}
    assert verify(envelope, usable_keys(key_file)).outcome == "valid"


@pytest.mark.long
def test_without_targets_a_report_says_nothing_of_them(office: House) -> None:
    close(office)
    for unit in ("E002", "dukcapil", "kota"):
        document = report(office, unit)["document"]
        assert not {"targets", "office_targets"} & document.keys()
        assert all("targets" not in line for line in document.get("offices", ()))


@pytest.mark.long
def test_the_targets_of_a_closed_period_stay_as_they_are(office: House, key_file: Path) -> None:
    some(office)
    close(office)
    listed = office.get("/v1/targets", params={"period": "2026-10"}).json()
    assert listed["fixed"]
    for changed in (
        target("81", employee="E002"),
        target(None, employee="E002"),
        target("81", office="upt-makassar"),
    ):
        problem(set_targets(office, changed), 422, "targets-fixed", "targets.0.period")
    # What is there already may be sent again; other periods and questionnaires are not concerned.
    assert set_targets(office, target("80", employee="E002")).json() == {"stored": 1, "changed": 0}
    assert set_targets(office, target("81", employee="E002") | {"period": "2026-Q4"}).status_code == 200
    assert set_targets(office, target("81", employee="E002", instrument="skm-2017")).status_code == 200


@pytest.mark.long
def test_a_revision_keeps_the_targets_and_works_out_anew_what_they_came_to(office: House, key_file: Path) -> None:
    some(office)
    close(office)
    finalise(office, key_file)
    put(office.database, rated("E002", 40, "111"), start=5_000)
    revise(office)
    many, few = report(office, "E002")["document"], report(office, "E001")["document"]
    assert (many["targets"][0]["n"], many["targets"][0]["word"]) == (79, "not-attained")
    # E001's own figures stay; those of the office stand beside them as they are now.
    assert few["targets"][0]["n"] == 12
    assert few["office_targets"] == report(office, "dukcapil")["document"]["targets"] == many["office_targets"]


def test_a_target_set_while_drafts_are_made_sends_the_closing_back(office: House) -> None:
    some(office)
    with pytest.raises(Problem, match="busy"), office.database.writing() as session:
        fix_targets(session, "kota", asked("2026-10"), "ikl-1", {}, NOW)
    assert not office.get("/v1/targets", params={"period": "2026-10"}).json()["fixed"]
