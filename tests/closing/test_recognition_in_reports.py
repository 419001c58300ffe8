"""Whom a closing recognises, and training needs: what is signed, what stands beside, and for whom."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.access.principals import Principal, Reach, Role
from app.closing import store
from app.closing.beside import beside_report
from app.closing.replies import invite
from app.closing.schemas import BesideOut
from app.foundation.ids import new_id
from app.seals.keyring import usable_keys
from app.seals.rules.verification import verify
from tests.closing.staffed import offices, staff
from tests.closing.steps import close, finalise, rated, report, revise
from tests.house import House, problem
from tests.ratings.visits import put


def beside(house: House, report_id: str, key: str = "supervisor") -> Any:
    response = house.get(f"/v1/reports/{report_id}/beside", key)
    assert response.status_code == 200, response.text
    return response.json()


def seen_by(house: House, report_id: str, role: Role, employee: str | None = None) -> BesideOut:
    principal = Principal("kota", role, new_id(), employee=employee)
    with house.database.reading() as session:
        stored = store.find_report(session, "kota", UUID(report_id))
        assert stored is not None
        return beside_report(session, principal, stored)


def named(needs: Any) -> list[tuple[str, list[str]]]:
    return [(each["figure"], list(each["reasons"])) for each in needs]


@pytest.mark.long
def test_the_agencys_report_counts_who_is_recognised_and_names_them_beside(office: House, key_file: Path) -> None:
    staff(office)
    offices(office)
    close(office)
    whole = report(office, "kota", kind="agency")
    assert whole["document"]["recognised"] == 1
    # Signed and public things name nobody.
    assert "Zainab" not in str(whole)
    assert "S0" not in str(whole)
    assert beside(office, whole["id"]) == {
        "recognised": [{"code": "S0", "name": "Zainab", "office": "dukcapil", "office_name": "Dukcapil"}],
        "training": None,
    }
    assert seen_by(office, whole["id"], Role.viewer) == BesideOut(recognised=None, training=None)
    survey = report(office, "ALL", kind="skm")
    assert not {"recognised", "training"} & survey["document"].keys()
    assert beside(office, survey["id"]) == {"recognised": None, "training": None}
    finalise(office, key_file)
    sealed = report(office, "kota", kind="agency")
    envelope = {name: part for name, part in sealed.items() if name != "id"}
    assert verify(envelope, usable_keys(key_file)).outcome == "valid"
    assert beside(office, sealed["id"], "reader")["recognised"][0]["name"] == "Zainab"


@pytest.mark.long
def test_the_own_report_says_so_and_nobody_elses_says_that_they_are_not(office: House) -> None:
    staff(office)
    close(office)
    assert report(office, "S0")["document"]["recognised"] is True
    for code in ("S1", "S7", "E002"):
        assert "recognised" not in report(office, code)["document"]


@pytest.mark.long
def test_offices_have_their_needs_in_their_reports_and_the_agency_has_all(office: House) -> None:
    offices(office)
    close(office)
    low, fair = report(office, "pasar-8")["document"], report(office, "pasar-2")["document"]
    assert named(low["training"]) == [("speed", ["grade", "peers"])]
    assert low["training"][0]["n"] == 40
    assert low["training"][0]["index"] == low["figures"]["dimensions"][0]["index"]
    assert fair["training"] == []
    whole = report(office, "kota", kind="agency")["document"]["training"]
    told = [(each["office"], each["name"], each["figure"]) for each in whole if each["office"] != "dukcapil"]
    assert told == [("pasar-8", "Pasar-8", "speed")]


@pytest.mark.long
def test_a_persons_needs_are_for_that_person_and_the_appraiser_alone(office: House) -> None:
    staff(office)
    close(office)
    low = report(office, "S7")
    assert "training" not in low["document"]
    for key in ("supervisor", "admin"):
        assert beside(office, low["id"], key) == {"recognised": None, "training": None}
    own = seen_by(office, low["id"], Role.employee, "S7").training
    assert own is not None
    assert [(each.figure, each.reasons, each.n) for each in own] == [("speed", ("grade", "peers"), 40)]
    assert seen_by(office, low["id"], Role.appraiser, "E002").training == own
    nothing = BesideOut(recognised=None, training=None)
    for role, employee in ((Role.employee, "S1"), (Role.appraiser, "E004"), (Role.supervisor, "E002")):
        assert seen_by(office, low["id"], role, employee) == nothing
    for role in (Role.supervisor, Role.auditor, Role.administrator):
        assert seen_by(office, low["id"], role) == nothing
    assert seen_by(office, report(office, "S1")["id"], Role.employee, "S1").training == ()


@pytest.mark.long
def test_the_personal_link_shows_the_own_needs(office: House) -> None:
    staff(office)
    close(office)
    with office.database.writing() as session:
        tokens = invite(session, Reach("kota", None, "test"), "2026-10", None, office.clock.now)
    shown = {code: office.post("/v1/replies/read", {"token": tokens[code]}, None).json() for code in ("S1", "S7")}
    assert named(shown["S7"]["training"]) == [("speed", ["grade", "peers"])]
    assert shown["S1"]["training"] == []


@pytest.mark.long
def test_a_revision_recognises_by_the_figures_it_has(office: House, key_file: Path) -> None:
    staff(office)
    close(office)
    finalise(office, key_file)
    first = report(office, "kota", kind="agency")
    put(office.database, rated("S0", 60, "111"), start=50_000)
    revise(office)
    assert "recognised" not in report(office, "S0")["document"]
    again = report(office, "kota", kind="agency")
    assert again["document"]["recognised"] == 0
    assert beside(office, again["id"])["recognised"] == []
    # What was final stays as it was.
    assert beside(office, first["id"])["recognised"][0]["code"] == "S0"


def test_what_stands_beside_an_unknown_or_foreign_report_is_not_told(office: House) -> None:
    close(office)
    problem(office.get(f"/v1/reports/{new_id()}/beside", "supervisor"), 404, "report-unknown")
    own = report(office, "E002")
    problem(office.get(f"/v1/reports/{own['id']}/beside", "desa supervisor"), 404, "report-unknown")
    problem(office.get(f"/v1/reports/{own['id']}/beside", "reader"), 409, "report-draft")
