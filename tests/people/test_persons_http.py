"""Administrators invite, give and take roles, and sign others out over the API, by the rules of the page."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from app.access.principals import Role
from app.access.tables import AuditEvent
from tests.audit_trail import recorded
from tests.house import problem
from tests.people.persons import PASSPHRASE, visit
from tests.people.signed import Seats, seats

BUDI = {"name": "Budi Besar", "role": "supervisor", "office": "dukcapil"}


@pytest.fixture
def town(furnished: tuple[str, dict[str, str]]) -> Iterator[Seats]:
    """A service with an administrator of the agency, one of an office, and one of the other agency."""
    with seats(*furnished, public_url="https://cermin.test") as found:
        found.join("Ani", Role.administrator)
        found.join("Cabang", Role.administrator, "upt-makassar")
        found.join("Desa", Role.administrator, agency="desa")
        yield found


def invite(town: Seats, **changed: Any) -> dict[str, Any]:
    """What Ani is answered who invites somebody."""
    response = town.ask("Ani", "POST", "/v1/persons", BUDI | changed)
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()
    return found


def audited(town: Seats, action: str) -> list[AuditEvent]:
    """The agency's audit rows of one action, oldest first."""
    with town.house.database.reading() as session:
        query = select(AuditEvent).where(AuditEvent.agency_id == "kota", AuditEvent.action == action)
        return sorted(session.exec(query).all(), key=lambda each: each.event_id)


def test_somebody_is_invited_over_the_api_and_comes_in_by_the_link_which_is_told_once(town: Seats) -> None:
    made = invite(town)
    assert made["address"] == f"https://cermin.test/sign-in/link#{made['code']}"
    assert (made["person"]["login"], made["person"]["state"]) == ("budi.besar", "invited")
    person = made["person"]["id"]
    for response in (town.ask("Ani", "GET", f"/v1/persons/{person}"), town.ask("Ani", "GET", "/v1/persons")):
        assert made["code"].partition(".")[2] not in response.text
    town.door.sign_in.with_link(visit(), made["code"], PASSPHRASE, PASSPHRASE)
    told = town.ask("Ani", "GET", f"/v1/persons/{person}").json()
    assert (told["state"], told["second_factor"]) == ("active", False)
    assert [(role["role"], role["office"]) for role in told["roles"]] == [("supervisor", "dukcapil")]
    [row] = [row for row in audited(town, "person.invited") if row.subject == person]
    assert row.actor.startswith("administrator:")


def test_a_link_is_made_anew_for_who_has_not_come_in_and_for_nobody_else(town: Seats) -> None:
    made = invite(town)
    address = f"/v1/persons/{made['person']['id']}/link"
    again = town.ask("Ani", "POST", address)
    assert again.status_code == 201
    assert again.json()["code"] != made["code"]
    rows = recorded(town.house.database, "person.invited-again", never=(again.json()["code"].partition(".")[2],))
    assert rows == [("person.invited-again", "administrator", made["person"]["id"])]
    town.door.sign_in.with_link(visit(), again.json()["code"], PASSPHRASE, PASSPHRASE)
    [error] = problem(town.ask("Ani", "POST", address), 422, "invalid-request")["errors"]
    assert (error["code"], error["message"]) == ("entry-refused", "This person has a passphrase already.")
    # An invitation that nobody took in time says so.
    late = invite(town, name="Cici")["person"]["id"]
    town.house.clock.now += timedelta(days=3)
    assert town.house.get(f"/v1/persons/{late}", "admin").json()["state"] == "expired"


def test_roles_are_given_and_taken_and_taking_one_again_changes_nothing(town: Seats) -> None:
    person = invite(town)["person"]["id"]
    given = town.ask("Ani", "POST", f"/v1/persons/{person}/roles", {"role": "viewer"})
    assert given.status_code == 201
    assert (given.json()["role"], given.json()["office"]) == ("viewer", None)
    taking = f"/v1/persons/{person}/roles/{given.json()['id']}/revoke"
    for _ in range(2):
        assert town.ask("Ani", "POST", taking).status_code == 204
    assert len(audited(town, "grant.revoked")) == 1
    *_, row = recorded(town.house.database, "grant.given")
    assert row == ("grant.given", "administrator", person)
    # An administration that takes access away when somebody leaves needs nobody at a browser.
    [role] = town.house.get(f"/v1/persons/{person}", "admin").json()["roles"]
    assert town.house.post(f"/v1/persons/{person}/roles/{role['id']}/revoke", None, "admin").status_code == 204
    assert town.house.get(f"/v1/persons/{person}", "admin").json()["roles"] == []


@pytest.mark.parametrize(
    ("sent", "field", "told"),
    [
        ({"role": "appraiser"}, "employee", "needs the code"),
        ({"employee": "E999"}, "employee", "no employee with this code"),
        ({"login": "ani"}, "login", "this sign-in name already"),
        ({"office": "tiada"}, "office", "no office with this code"),
        ({"name": "Budi\u202e\x00"}, "name", "one line of readable text"),
        ({"login": "Budi"}, "login", "such as siti.rahma"),
        ({"login": "-budi-"}, "login", "small letters"),
        ({"role": "king"}, "role", "one of"),
    ],
    ids=str,
)
@pytest.mark.sqlite_daily
def test_what_cannot_be_invited_is_told_by_field_and_in_the_words_of_the_page(
    town: Seats, sent: dict[str, str], field: str, told: str
) -> None:
    [error] = problem(town.ask("Ani", "POST", "/v1/persons", BUDI | sent), 422, "invalid-request")["errors"]
    assert error["field"] == field
    assert told in error["message"]
    assert "entry-refused" in error["code"] or "field" in error["code"]


@pytest.mark.sqlite_daily
def test_who_excludes_whom_and_who_decides_about_oneself_holds_over_the_api(town: Seats) -> None:
    person = invite(town)["person"]["id"]
    response = town.ask("Ani", "POST", f"/v1/persons/{person}/roles", {"role": "auditor", "office": "dukcapil"})
    assert "Whoever audits an office" in problem(response, 422, "invalid-request")["errors"][0]["message"]
    everybody = {each["login"]: each for each in town.ask("Ani", "GET", "/v1/persons").json()["items"]}
    own = everybody["ani"]
    response = town.ask("Ani", "POST", f"/v1/persons/{own['id']}/roles", {"role": "viewer"})
    assert "Nobody decides about oneself" in problem(response, 422, "invalid-request")["errors"][0]["message"]
    response = town.ask("Ani", "POST", f"/v1/persons/{own['id']}/roles/{own['roles'][0]['id']}/revoke")
    assert "Nobody decides about oneself" in problem(response, 422, "invalid-request")["errors"][0]["message"]


@pytest.mark.sqlite_daily
def test_an_administrator_of_an_office_reaches_no_further_than_that(town: Seats) -> None:
    response = town.ask("Cabang", "POST", "/v1/persons", BUDI)
    assert "your own offices" in problem(response, 422, "invalid-request")["errors"][0]["message"]
    assert town.ask("Cabang", "POST", "/v1/persons", BUDI | {"office": "upt-jayapura"}).status_code == 201
    further = invite(town, name="Cici", office=None)["person"]
    for address in ("link", "sessions/end", f"roles/{further['roles'][0]['id']}/revoke"):
        response = town.ask("Cabang", "POST", f"/v1/persons/{further['id']}/{address}")
        assert "reaches further" in problem(response, 422, "invalid-request")["errors"][0]["message"], address


def test_when_somebody_was_here_is_told_to_who_reaches_all_that_this_person_does(town: Seats) -> None:
    own = town.join("Makassar", Role.viewer, "upt-jayapura")
    beyond = town.join("Dukcapil", Role.viewer, "dukcapil")
    nobody = invite(town, name="Tanpa Peran")["person"]
    town.ask("Ani", "POST", f"/v1/persons/{nobody['id']}/roles/{nobody['roles'][0]['id']}/revoke")
    assert len(town.ask("Cabang", "GET", f"/v1/persons/{own}/sessions").json()["items"]) == 1
    [itself] = [each for each in town.ask("Cabang", "GET", "/v1/persons").json()["items"] if each["login"] == "cabang"]
    assert len(town.ask("Cabang", "GET", f"/v1/persons/{itself['id']}/sessions").json()["items"]) == 1
    for person in (beyond, nobody["id"]):
        problem(town.ask("Cabang", "GET", f"/v1/persons/{person}/sessions"), 403, "out-of-scope")
        assert town.ask("Ani", "GET", f"/v1/persons/{person}/sessions").status_code == 200
    assert town.ask("Ani", "POST", f"/v1/persons/{own}/roles", {"role": "viewer", "office": "dukcapil"}).is_success
    problem(town.ask("Cabang", "GET", f"/v1/persons/{own}/sessions"), 403, "out-of-scope")


def test_somebody_is_signed_out_everywhere_at_once(town: Seats) -> None:
    budi = town.join("Budi", Role.viewer)
    [listed] = town.ask("Ani", "GET", f"/v1/persons/{budi}/sessions").json()["items"]
    assert (listed["browser"], listed["second_factor"]) == ("Firefox, Linux", False)
    assert town.ask("Budi", "GET", "/v1/offices").status_code == 200
    assert town.house.post(f"/v1/persons/{budi}/sessions/end", None, "admin").json() == {"ended": 1}
    problem(town.ask("Budi", "GET", "/v1/offices"), 401, "session-ended")
    assert town.ask("Ani", "GET", f"/v1/persons/{budi}/sessions").json() == {"items": []}
    assert town.ask("Ani", "POST", f"/v1/persons/{budi}/sessions/end").json() == {"ended": 0}
    assert [row.actor.partition(":")[0] for row in audited(town, "person.signed-out")] == ["admin", "administrator"]


def test_persons_of_another_agency_are_those_that_nobody_has(town: Seats) -> None:
    theirs = invite(town)["person"]
    # A role of somebody else is none of this person's, either.
    own = town.join("Budi", Role.viewer)
    role = f"roles/{theirs['roles'][0]['id']}/revoke"
    for person, name in ((theirs["id"], "Desa"), (str(UUID(int=7)), "Desa"), (str(UUID(int=7)), "Ani")):
        problem(town.ask(name, "GET", f"/v1/persons/{person}"), 404, "person-unknown")
        problem(town.ask(name, "GET", f"/v1/persons/{person}/sessions"), 404, "person-unknown")
        problem(town.ask(name, "POST", f"/v1/persons/{person}/roles", {"role": "viewer"}), 404, "person-unknown")
        for address in ("link", "sessions/end", role):
            problem(town.ask(name, "POST", f"/v1/persons/{person}/{address}"), 404, "person-unknown")
    problem(town.ask("Ani", "POST", f"/v1/persons/{own}/{role}"), 404, "role-unknown")
    listed = {each["login"] for each in town.ask("Desa", "GET", "/v1/persons").json()["items"]}
    assert listed == {"desa"}
    assert town.ask("Ani", "GET", f"/v1/persons/{theirs['id']}").json()["roles"] != []


def test_persons_are_listed_in_pages(town: Seats) -> None:
    for n in range(3):
        invite(town, name=f"Budi {n}")
    first = town.ask("Ani", "GET", "/v1/persons", params={"limit": 3}).json()
    rest = town.ask("Ani", "GET", "/v1/persons", params={"after": first["next"]}).json()
    logins = [each["login"] for page in (first, rest) for each in page["items"]]
    assert logins == ["ani", "budi.0", "budi.1", "budi.2", "cabang"]
    assert (first["next"], rest["next"]) == ("budi.1", None)


@pytest.mark.sqlite_daily
def test_no_key_gives_anybody_a_way_in(town: Seats) -> None:
    person = invite(town)["person"]["id"]
    for path, body in (
        ("/v1/persons", BUDI | {"name": "Cici"}),
        (f"/v1/persons/{person}/link", None),
        (f"/v1/persons/{person}/roles", {"role": "viewer"}),
        ("/v1/keys", {"kind": "reader", "label": "x"}),
    ):
        problem(town.house.post(path, body, "admin"), 403, "persons-only")
        problem(town.house.post(path, body, "crm_admin_x_y"), 401, "key-unknown")
        problem(town.house.post(path, body, None), 401, "session-ended")
