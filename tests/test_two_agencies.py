"""Two agencies in one database: neither learns of the other, whatever it asks for."""

from collections.abc import Iterator
from datetime import date, timedelta
from importlib import resources
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.directory.tables import Counter, Employee, Office, Posting, Service
from app.foundation.storage.database import metadata
from app.instruments.registry import add_own
from app.seals.signing import make_key
from tests.effort import sized
from tests.house import NOW, House, problem
from tests.ratings.visits import Visit, put
from tests.route_access import BY_PERSONS, NEEDS_A_PERIOD

AGENCIES = ("kota", "desa")
KEY_OF = {"kota": "", "desa": "desa "}

# What exists in one agency alone, and what exists nowhere; of the same length, so that nothing differs.
OWN = {
    "kota": {"office": "rsud-kota", "service": "imb-kota", "employee": "K777", "instrument": "kota-1"},
    "desa": {"office": "rsud-desa", "service": "imb-desa", "employee": "D777", "instrument": "desa-1"},
}
NOWHERE = {"office": "rsud-niet", "service": "imb-niet", "employee": "N777", "instrument": "niet-1"}

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

# Each of them asks everything. The first sees all, the second what is overseen, the third a part.
ASKING = ("reader", "auditor", "reader dukcapil", *sized((), ("admin", "device")))
NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}
QUESTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/v1/agency", {}),
    ("/v1/offices", {}),
    ("/v1/offices", {"after": "dukcapil", "limit": 1}),
    ("/v1/services", {}),
    ("/v1/counters", {}),
    ("/v1/counters", {"office": "dukcapil"}),
    ("/v1/employees", {}),
    ("/v1/employees", {"office": "dukcapil"}),
    ("/v1/devices", {}),
    ("/v1/devices/me", {}),
    ("/v1/volumes", {}),
    ("/v1/volumes", NOVEMBER | {"office": "dukcapil"}),
    ("/v1/tickets/counts", NOVEMBER | {"by": "employee"}),
    ("/v1/tickets/counts", {"office": "dukcapil"}),
    ("/v1/offices/dukcapil/poster", {}),
    ("/v1/webhooks", {}),
    ("/v1/integrity-reports", {}),
    ("/v1/integrity-settings", {}),
    ("/v1/integrity-keys", {}),
    ("/v1/findings", {}),
    ("/v1/findings", NOVEMBER | {"office": "dukcapil", "standing": "held"}),
    ("/v1/offices/dukcapil/opening", {}),
    ("/v1/instruments", {}),
    ("/v1/instruments/ikl-1", {}),
    ("/v1/indices", NOVEMBER),
    ("/v1/indices", NOVEMBER | {"office": "dukcapil"}),
    ("/v1/indices", NOVEMBER | {"office": "setda", "include": "children"}),
    ("/v1/indices", NOVEMBER | {"service": "ktp-el"}),
    ("/v1/indices", NOVEMBER | {"employee": "E001"}),
    ("/v1/indices", {}),
    ("/v1/indices", {"from": "2026-10-01", "to": "2026-12-31"}),
    ("/v1/indices", {"from": "2026-11-10", "to": "2026-11-20"}),
    ("/v1/measures/employees", {"period": "2026-11"}),
    ("/v1/measures/offices", {"period": "2026-Q4", "office": "dukcapil"}),
    ("/v1/measures/recognition", {"period": "2026-11"}),
    ("/v1/measures/training", {"period": "2026-11"}),
    ("/v1/periods", {}),
    ("/v1/appraisals", {"period": "2026-10"}),
    ("/v1/evidence-pack", {"period": "2026-10"}),
    ("/v1/appraisals/pack", {"period": "2026-10", "appraiser": "E002"}),
    ("/v1/periods/2026-11/follow-ups", {}),
    ("/v1/targets", {"period": "2026-11"}),
    ("/v1/promises", {}),
    ("/v1/promises", {"service": "ktp-el"}),
    ("/v1/periods/2026-11/publications", {"office": "dukcapil"}),
    *(("/v1/indices", NOVEMBER | {"by": by}) for by in ("office", "service", "employee", "channel", "month", "day")),
)
# What everybody reads of an agency; its own codes are put in.
PUBLIC = (
    "/p/{agency}",
    "/p/{agency}?period=2026-10&instrument=ikl-1",
    "/p/{agency}/data.csv",
    "/p/{agency}/data.json",
    "/p/{agency}/data.jsonld",
    "/p/{agency}/{office}",
    "/p/{agency}/{office}/screen",
    "/p/{agency}/{office}/badge.svg",
)


@pytest.fixture
def town(house: House) -> House:
    """The house, where each agency also has something of its own."""
    furnish_own(house)
    return house


def furnish_own(house: House) -> None:
    """Give each agency something of its own."""
    with house.database.writing() as session:
        for agency_id, own in OWN.items():
            a = agency_id
            for row in (
                Office(agency_id=a, code=own["office"], name="RSUD", parent="setda", timezone="Asia/Jakarta"),
                Service(agency_id=a, code=own["service"], name="IMB", family="izin"),
                Employee(agency_id=a, code=own["employee"], name="Ani"),
                Counter(agency_id=a, office=own["office"], code="loket-9", name="Loket 9"),
                Posting(agency_id=a, employee=own["employee"], office="dukcapil", from_on=date(2020, 1, 1)),
            ):
                session.add(row)
                session.flush()
            add_own(session, a, instrument_of(own["instrument"]), actor="test", now=NOW)


def instrument_of(identifier: str) -> str:
    """The shipped instrument under another name."""
    source = resources.files("app.instruments").joinpath("definitions/ikl-1.toml").read_text("utf-8")
    name, version = identifier.split("-")
    named = source.replace('name = "ikl"', f'name = "{name}"', 1)
    return named.replace('version = "1"', f'version = "{version}"', 1)


def same(ours: httpx.Response, nobodys: httpx.Response) -> None:
    """Assert that two answers cannot be told apart."""
    assert ours.status_code == nobodys.status_code
    assert ours.headers == nobodys.headers
    assert ours.content == nobodys.content


def other(agency_id: str) -> str:
    """The other agency."""
    return AGENCIES[1 - AGENCIES.index(agency_id)]


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


def volume(**changed: Any) -> dict[str, Any]:
    """A served volume of an office that both agencies have."""
    return {"office": "dukcapil", "service": "ktp-el", "date": "2026-11-02", "served": 7} | changed


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


def everything(house: House, agency_id: str) -> list[bytes]:
    """Every answer this agency can get to reading questions."""
    keys = [f"{KEY_OF[agency_id]}{name}" for name in ASKING]
    return [house.get(path, key, params=given).content for path, given in QUESTIONS for key in keys]


def fill(house: House, agency_id: str, n: int) -> None:
    """Ratings of an agency in all its offices, with comments and profiles, and their release."""
    serial = count()
    sheets = [
        house.sheet(
            office=("dukcapil", "setda", "upt-makassar", OWN[agency_id]["office"])[next(serial) % 4],
            employee=None,
            comment="Pelayanan baik",
            profile={"sex": "F"},
        )
        for _ in range(n)
    ]
    sheets += [house.sheet(employee="E001", service=OWN[agency_id]["service"]) for _ in range(n)]
    response = house.post("/v1/ratings/batch", {"ratings": sheets}, f"{KEY_OF[agency_id]}app")
    assert {result["status"] for result in response.json()["results"]} == {201}
    volumes = [volume(served=n), volume(office=OWN[agency_id]["office"], service=OWN[agency_id]["service"])]
    volumes.append(volume(employee=OWN[agency_id]["employee"]))
    response = house.post("/v1/volumes", {"volumes": volumes}, f"{KEY_OF[agency_id]}queue")
    assert response.status_code == 200, response.text
    house.release(agency_id)


@pytest.mark.campaign
@pytest.mark.sqlite_daily
@pytest.mark.sized
def test_nothing_an_agency_reads_changes_when_the_other_gets_data(town: House) -> None:
    for agency_id in AGENCIES:
        fill(town, agency_id, 40)
        kept = everything(town, agency_id)
        assert b'"state":"exact"' in b"".join(kept)
        fill(town, other(agency_id), 80)
        code = f"baru-{agency_id}"
        with town.database.writing() as session:
            session.add(Office(agency_id=other(agency_id), code=code, name="Baru", timezone="Asia/Jakarta"))
            session.add(Service(agency_id=other(agency_id), code=code, name="Baru", family="baru"))
            session.add(Employee(agency_id=other(agency_id), code=code, name="Baru"))
        assert everything(town, agency_id) == kept


@pytest.mark.long
@pytest.mark.sqlite_daily
@pytest.mark.sized
def test_no_answer_of_an_agency_holds_a_word_of_the_other(town: House) -> None:
    for agency_id in AGENCIES:
        fill(town, agency_id, 40)
    for agency_id in AGENCIES:
        told = b"".join(everything(town, agency_id)).decode()
        assert OWN[agency_id]["office"] in told
        foreign = [*OWN[other(agency_id)].values(), f'"{other(agency_id)}"']
        assert [word for word in foreign if word in told] == []


def everybody(house: House, agency_id: str, office: str) -> list[httpx.Response]:
    """What everybody reads of an agency and an office."""
    addresses = [each.format(agency=agency_id, office=office) for each in PUBLIC]
    return [house.get(each, None, headers={"accept": "text/html"}) for each in addresses]


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_the_public_page_of_an_agency_knows_nothing_of_the_other(
    furnished: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    make_key(tmp_path / "key.pem")
    url, keys = furnished
    with House.open(url, keys, signing_key_file=tmp_path / "key.pem", reply_working_days=0) as house:
        found = {}
        for agency_id in AGENCIES:
            own = OWN[agency_id]["office"]
            with house.database.writing() as session:
                session.add(Office(agency_id=agency_id, code=own, name=own, parent="setda", timezone="Asia/Jakarta"))
            rated: dict[str, Any] = {"rated_on": date(2026, 10, 12), "agency_id": agency_id}
            put(house.database, [Visit(office=office, **rated) for office in (own, "dukcapil") * 12])
            house.release(agency_id)
            nobody = everybody(house, agency_id, NOWHERE["office"])
            for step in ("close", "finalise", "publish"):
                response = house.post(f"/v1/periods/2026-10/{step}", {}, f"{KEY_OF[agency_id]}supervisor")
                assert response.status_code in (200, 201), response.text
            assert {each.status_code for each in nobody} == {404}
            found[agency_id] = [each.text for each in everybody(house, agency_id, own)]
        for agency_id in AGENCIES:
            own, foreign = OWN[agency_id]["office"], OWN[other(agency_id)]["office"]
            # Neither what the other decided nor what was kept for it changes anything.
            assert [each.text for each in everybody(house, agency_id, own)] == found[agency_id]
            told = "".join(found[agency_id])
            assert own in told
            assert [word for word in (foreign, f'"{other(agency_id)}"', f"/p/{other(agency_id)}") if word in told] == []
            for ours, nobodys in zip(
                *(everybody(house, agency_id, o) for o in (foreign, NOWHERE["office"])), strict=True
            ):
                same(ours, nobodys)
        house.post("/v1/periods/2026-10/withdraw", {}, "desa supervisor")
        assert {each.status_code for each in everybody(house, "desa", OWN["desa"]["office"])} == {404}
        assert [each.text for each in everybody(house, "kota", OWN["kota"]["office"])] == found["kota"]


def test_every_row_belongs_to_the_agency_whose_key_wrote_it(town: House) -> None:
    fill(town, "kota", 5)
    with town.database.reading() as session:
        for table in ("rating", "comment", "profile_tally", "volume"):
            owners = session.execute(text(f"SELECT DISTINCT agency_id FROM {table}")).scalars().all()
            assert owners == ["kota"], table
    assert all(
        "agency_id" in table.columns for table in metadata.sorted_tables if table.name not in ("installation", "lease")
    )
