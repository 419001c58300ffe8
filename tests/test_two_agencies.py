"""Whoever names what only another agency has is told the same as whoever names what nobody has."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from tests.house import NOW, House, problem
from tests.route_access import BY_PERSONS, NEEDS_A_PERIOD
from tests.two_agencies import AGENCIES, KEY_OF, NOWHERE, OWN, other, same, town, volume

__all__ = ["town"]
# Parameters that name nothing of an agency; `after` is where a page starts, and any text will do.
NAMES_NOTHING = {"agency", "after", "limit", "channel", "from", "to", "by", "include", "weights", "bands", "period",
                 "code", "revision", "kind", "unit", "format", "lang", "standing", "state", "order",
                 "action", "appraiser", "search", "element"}  # fmt: skip
# Of one agency or not there at all: tests/closing/, tests/desk/, tests/devices/, tests/integrity/,
# tests/notifications/, tests/people/ and tests/screening/ ask for the other's.
OF_ONE_AGENCY = {
    "report_id",
    "device_id",
    "finding_id",
    "comment_id",
    "webhook_id",
    "person_id",
    "integrity_report_id",
    "thumbprint",
}
# What is answered where 200 would need more than a right name.
OTHERWISE = {"/v1/offices/{office}/poster": 409}
# What is not for everybody who reads.
KEPT_FROM_READERS = {
    "/v1/findings": "auditor",
    "/v1/audit": "auditor",
    "/v1/comments": "supervisor",
    "/v1/persons": "admin",
    "/v1/keys": "admin",
}
# What some addresses cannot do without.
ALWAYS = {
    **{path: {"period": "2026-11"} for path in NEEDS_A_PERIOD},
    "/v1/appraisals/pack": {"period": "2026-11", "appraiser": "E001"},
    **{f"/v1/periods/2026-11/{what}": {"instrument": "ikl-1"} for what in ("follow-ups", "publications")},
}
# By none of the questionnaires a period was closed, whosever it is.
CLOSED_BY_NONE = {
    ("/v1/reports", "instrument"),
    ("/v1/appraisals", "instrument"),
    ("/v1/evidence-pack", "instrument"),
    ("/v1/appraisals/pack", "instrument"),
    ("/v1/periods/{code}/progress", "instrument"),
}


def parameters(house: House) -> Iterator[tuple[str, str, str]]:
    """Path, place and name of every parameter with which something is read."""
    paths = house.get("/openapi.json", None).json()["paths"]
    for path, operations in paths.items():
        for parameter in operations.get("get", {}).get("parameters", ()):
            yield path, parameter["in"], parameter["name"]


def ask(house: House, path: str, place: str, name: str, value: str, key: str) -> httpx.Response:
    """GET with one parameter."""
    if place == "path":
        return house.get(path.replace(f"{{{name}}}", value), key)
    path = path.replace("{code}", "2026-11").replace("{office}", "setda")
    return house.get(path, key, params=ALWAYS.get(path, {}) | {name: value})


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_what_only_the_other_agency_has_does_not_exist(town: House) -> None:
    for agency_id in AGENCIES:
        town.release(agency_id)
    naming = [
        (path, place, name)
        for path, place, name in parameters(town)
        # What is for persons alone has tests of its own.
        if name not in NAMES_NOTHING | OF_ONE_AGENCY and ("GET", path) not in BY_PERSONS
    ]
    assert {name for _, _, name in naming} == NOWHERE.keys()
    for agency_id in AGENCIES:
        for path, place, name in naming:
            key = f"{KEY_OF[agency_id]}{KEPT_FROM_READERS.get(path, 'reader')}"
            answers = [
                ask(town, path.replace("{agency}", agency_id), place, name, codes[name], key)
                for codes in (OWN[agency_id], OWN[other(agency_id)], NOWHERE)
            ]
            if (path, name) in CLOSED_BY_NONE:
                problem(answers[0], 404, "period-open")
                same(answers[0], answers[2])
            else:
                assert answers[0].status_code == OTHERWISE.get(path, 200), (path, name)
                problem(answers[2], 404, f"{name}-unknown")
            same(answers[1], answers[2])


@pytest.mark.long
def test_a_page_may_start_at_any_code_without_telling_whether_it_exists(town: House) -> None:
    for path, _, name in parameters(town):
        if name == "after":
            foreign = OWN["desa"]["office"]
            nobodys = f"{foreign}0"
            rest = {
                "/v1/counters": "/loket-9",
                "/v1/volumes": "/2026-11-02/imb-desa/D777",
                "/v1/targets": "/office/index",
                "/v1/promises": "/2026-10",
            }.get(path, "")
            foreign, nobodys = f"{foreign}{rest}", f"{nobodys}{rest}"
            same(*(town.get(path, params={"after": after}) for after in (foreign, nobodys)))


@pytest.mark.long
def test_a_sheet_that_names_something_of_the_other_agency_names_nothing(town: House) -> None:
    for agency_id in AGENCIES:
        key = f"{KEY_OF[agency_id]}app"
        for name, code in NOWHERE.items():
            sheets = [
                town.sheet(**{name: value}) for value in (OWN[agency_id][name], OWN[other(agency_id)][name], code)
            ]
            own, foreign, nobodys = (town.post("/v1/ratings", sheet, key) for sheet in sheets)
            assert own.status_code == 201, own.text
            problem(nobodys, 422, f"{name}-unknown", name)
            same(foreign, nobodys)


def test_a_volume_that_names_something_of_the_other_agency_names_nothing(town: House) -> None:
    for agency_id in AGENCIES:
        for name, code in ((name, code) for name, code in NOWHERE.items() if name != "instrument"):
            own, foreign, nobodys = (
                town.post("/v1/volumes", {"volumes": [volume(**{name: value})]}, f"{KEY_OF[agency_id]}queue")
                for value in (OWN[agency_id][name], OWN[other(agency_id)][name], code)
            )
            assert own.json() == {"stored": 1, "changed": 1}
            problem(nobodys, 422, f"{name}-unknown", f"volumes.0.{name}")
            same(foreign, nobodys)


def test_a_batch_tells_no_more_than_single_sheets(town: House) -> None:
    for agency_id in AGENCIES:
        sheets = [town.sheet(**{name: codes[name]}) for name in NOWHERE for codes in (OWN[other(agency_id)], NOWHERE)]
        response = town.post("/v1/ratings/batch", {"ratings": sheets}, f"{KEY_OF[agency_id]}app")
        results = [{**result, "id": None} for result in response.json()["results"]]
        assert results[0::2] == results[1::2]
        assert {result["status"] for result in results} == {422}


@pytest.mark.long
def test_a_key_of_one_subtree_learns_nothing_of_the_other_agency_either(town: House) -> None:
    for name in ("reader dukcapil", "reader makassar"):
        for path in ("/v1/indices", "/v1/counters", "/v1/employees"):
            foreign, nobodys = (
                town.get(path, name, params={"office": office}) for office in (OWN["desa"]["office"], NOWHERE["office"])
            )
            problem(nobodys, 404, "office-unknown")
            same(foreign, nobodys)
            problem(town.get(path, name, params={"office": OWN["kota"]["office"]}), 403, "out-of-scope")


def test_an_id_used_in_the_other_agency_is_free(town: House) -> None:
    sheet = town.sheet()
    other_content = sheet | {"scores": {"speed": 1, "transparency": 1, "friendliness": 1}}
    assert town.post("/v1/ratings", sheet, "desa app").status_code == 201
    assert town.post("/v1/ratings", other_content, "app").status_code == 201
    assert town.post("/v1/ratings", sheet, "desa app").status_code == 200
    assert town.post("/v1/ratings", other_content, "app").status_code == 200
    # A sheet refused today is looked up as a possible retry: only among the agency's own ratings.
    town.clock.now += timedelta(days=40)
    fresh = town.sheet(id=town.new_id(NOW))
    town.clock.now = NOW
    assert town.post("/v1/ratings", fresh, "desa app").status_code == 201
    town.clock.now += timedelta(days=40)
    problem(town.post("/v1/ratings", fresh, "app"), 422, "id-too-late")
    assert town.post("/v1/ratings", fresh, "desa app").status_code == 200
