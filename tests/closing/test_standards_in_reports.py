"""A closed period says how much of the promises was kept, signed with all else; nothing where nothing is told."""

from datetime import date
from pathlib import Path
from typing import Any

from app.seals.keyring import usable_keys
from app.seals.rules.verification import verify
from tests.closing.steps import close, finalise, report, revise
from tests.house import House
from tests.ratings.visits import Visit
from tests.ratings.visits import put as rate
from tests.standards.told import month, promise, put, tell

DAY = date(2026, 10, 12)
OCTOBER = {"month": "2026-10"}


def told(house: House) -> None:
    put(house, promise())
    steps = {"services": 50, "due": 4, "done": 190}
    assert tell(house, month((4, 40, 5, 1), **OCTOBER, steps=steps)).status_code == 200
    assert tell(house, month((0, 9, 3, 0), **OCTOBER, office="upt-makassar")).status_code == 200


def test_offices_and_the_agency_tell_what_was_kept_and_persons_nothing(office: House, key_file: Path) -> None:
    told(office)
    close(office)
    own = report(office, "dukcapil")["document"]
    standards: dict[str, Any] = own["standards"]
    assert (standards["time"]["k"], standards["time"]["n"], standards["time"]["buckets"]) == (44, 50, [4, 40, 5, 1])
    assert (standards["steps"]["done"], standards["steps"]["due"], standards["steps"]["n"]) == (190, 200, 50)
    assert standards["speed"] == ["speed"]
    [service] = standards["services"]
    assert service["promises"] == [
        {"valid_from": "2026-10", "amount": 15, "unit": "minutes", "source": "SK Wali Kota 1/2026"}
    ]
    whole = report(office, "kota", kind="agency")["document"]
    assert (whole["standards"]["time"]["k"], whole["standards"]["time"]["n"]) == (53, 62)
    line, unrated = whole["offices"]
    # An office that nobody rated has its times in its own report and in the agency's table, and no figures.
    assert (unrated["code"], unrated["n"], unrated["index"]) == ("upt-makassar", None, None)
    assert (unrated["standards"]["time"]["k"], unrated["standards"]["time"]["n"]) == (9, 12)
    alone = report(office, "upt-makassar", kind="office")["document"]
    assert (alone["n"], alone["withheld"], alone["standards"]["time"]["n"]) == (0, "few", 12)
    assert line["standards"]["time"] == {name: n for name, n in standards["time"].items() if name != "buckets"}
    assert line["standards"]["steps"] == standards["steps"]
    assert "standards" not in report(office, "E002")["document"]
    finalise(office, key_file)
    sealed = report(office, "dukcapil")
    assert sealed["document"]["standards"] == standards
    envelope = {name: part for name, part in sealed.items() if name != "id"}
    assert verify(envelope, usable_keys(key_file)).outcome == "valid"
    # Nothing joined the office's ratings: a revision carries its report over, whatever queue systems told meanwhile.
    assert tell(office, month((4, 140, 5, 1), **OCTOBER)).status_code == 200
    rate(office.database, [Visit(employee="E003", office="upt-jayapura", rated_on=DAY) for _ in range(12)], start=9_000)
    revise(office)
    assert report(office, "dukcapil", revision="2")["document"]["standards"] == standards
    revised = report(office, "kota", kind="agency", revision="2")["document"]
    assert revised["standards"]["time"]["n"] == 162
    assert [each["code"] for each in revised["offices"]] == ["dukcapil", "upt-jayapura", "upt-makassar"]
    for form in ("pdf", "html", "xlsx", "csv"):
        listed = office.get("/v1/reports", "supervisor", params={"period": "2026-10", "unit": "upt-makassar"}).json()
        for each in listed["items"]:
            answer = office.get(f"/v1/reports/{each['id']}", "supervisor", params={"format": form, "lang": "en"})
            assert answer.status_code == 200, answer.text


def test_where_nothing_is_told_reports_say_nothing(office: House) -> None:
    put(office, promise())
    # Nine are told by nobody.
    tell(office, month((0, 9, 0, 0), **OCTOBER))
    close(office)
    for unit, kind in (("dukcapil", "office"), ("kota", "agency")):
        document = report(office, unit, kind=kind)["document"]
        assert "standards" not in document
        assert all("standards" not in line for line in document.get("offices", ()))
