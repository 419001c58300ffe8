"""The figures of the public page: taken from signed reports as they stand there, by a person's decision, or nothing."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from app.access.keys import issue
from app.access.principals import KeyKind
from app.access.tables import AuditEvent
from app.closing.rules.public_figures import Signed, public_figures
from app.closing.tables import PublicClosing, Report
from app.seals.rules.canonical_json import canonical
from app.seals.signing import make_key
from tests.closing.steps import AFTER_THE_WINDOW, OCTOBER, close, finalise, rated, refused, revise
from tests.house import House
from tests.ratings.visits import put

PUBLISH, WITHDRAW = "/v1/periods/2026-10/publish", "/v1/periods/2026-10/withdraw"
PART = "supervisor dukcapil"
PUBLICATIONS = "/v1/periods/2026-10/publications"


@pytest.fixture
def final(office: House, key_file: Path) -> House:
    """October, signed."""
    close(office)
    finalise(office, key_file)
    return office


def shown(house: House) -> list[PublicClosing]:
    with house.database.reading() as session:
        return list(session.exec(select(PublicClosing)).all())


def decisions(house: House) -> list[str]:
    with house.database.reading() as session:
        query = select(AuditEvent.action).where(col(AuditEvent.action).in_(["period.shown", "period.hidden"]))
        return list(session.exec(query.order_by(col(AuditEvent.event_id))).all())


@pytest.mark.sqlite_daily
def test_final_figures_are_shown_by_decision_and_recorded_as_a_publication(final: House) -> None:
    assert shown(final) == []
    done = final.post(PUBLISH, {}, "supervisor")
    assert done.status_code == 200, done.text
    page = done.json()
    assert (page["period"], page["instrument"], page["revision"], page["office"]) == ("2026-10", "ikl-1", 1, None)
    assert page["address"].endswith("/p/kota")
    [item] = final.get(PUBLICATIONS, "supervisor").json()["items"]
    assert (item["medium"], item["address"]) == ("Halaman publik (Cermin)", page["address"])
    # Deciding the same twice is one publication.
    assert final.post(PUBLISH, {}, "supervisor").status_code == 200
    assert len(final.get(PUBLICATIONS, "supervisor").json()["items"]) == 1
    assert final.post(WITHDRAW, {}, "supervisor").status_code == 204
    assert (shown(final), final.get(PUBLICATIONS, "supervisor").json()["items"]) == ([], [])
    assert final.post(WITHDRAW, {}, "supervisor").status_code == 204
    assert decisions(final) == ["period.shown", "period.shown", "period.hidden"]


@pytest.mark.sqlite_daily
def test_what_others_recorded_stays_when_figures_are_taken_back(final: House) -> None:
    board = {"medium": "Papan pengumuman", "published_on": "2026-11-20", "address": None}
    final.request("PUT", PUBLICATIONS, "supervisor", json={"items": [board]})
    final.post(PUBLISH, {}, "supervisor")
    assert len(final.get(PUBLICATIONS, "supervisor").json()["items"]) == 2
    final.post(WITHDRAW, {}, "supervisor")
    assert final.get(PUBLICATIONS, "supervisor").json()["items"] == [board]


@pytest.mark.sqlite_daily
def test_nothing_is_shown_of_what_is_not_final(office: House, key_file: Path) -> None:
    assert refused(office.post(PUBLISH, {}, "supervisor")) == (404, "period-open")
    close(office)
    assert refused(office.post(PUBLISH, {}, "supervisor")) == (409, "period-draft")
    finalise(office, key_file)
    assert office.post(PUBLISH, {}, "supervisor").status_code == 200
    put(office.database, rated("E001", 15, day=OCTOBER), start=5_000)
    revise(office)
    # A draft changes nothing of what was decided, and cannot be shown.
    assert office.post(PUBLISH, {}, "supervisor").json()["revision"] == 1
    finalise(office, key_file)
    assert [each.revision for each in shown(office)] == [1]
    assert office.post(PUBLISH, {}, "supervisor").json()["revision"] == 2
    assert [each.revision for each in shown(office)] == [2]


@pytest.mark.sqlite_daily
def test_what_is_shown_are_the_bytes_of_the_signed_reports_and_nothing_about_persons(final: House) -> None:
    final.post(PUBLISH, {}, "supervisor")
    [row] = shown(final)
    figures = json.loads(row.figures)
    assert row.figures == canonical(figures).decode()
    with final.database.reading() as session:
        reports = {str(each.report_id): each for each in session.exec(select(Report)).all()}
    units = [unit for unit in (figures["whole"], *figures["offices"]) if unit["report"]]
    assert len(units) >= 2
    for unit in units:
        envelope = reports[unit["report"]].envelope
        assert envelope is not None
        assert unit["digest"] == json.loads(envelope)["digest"]
        assert f'"value":"{unit["index"]["value"]}"' in envelope
        assert canonical(unit["index"]["interval"]).decode() in envelope
    for word in ("E001", "Siti", "reply", "note", "training", "recognised", "employees", "comments"):
        assert f'"{word}"' not in row.figures


@pytest.mark.sqlite_daily
def test_another_agency_publishes_its_own_alone(final: House) -> None:
    assert refused(final.post(PUBLISH, {}, "desa admin")) == (404, "period-open")
    assert refused(final.post(WITHDRAW, {}, "desa admin")) == (404, "period-open")


@pytest.mark.sqlite_daily
def test_a_part_of_the_agency_that_closes_for_itself_shows_its_own(office: House, key_file: Path) -> None:
    with office.database.writing() as session:
        told: dict[str, Any] = {"agency_id": "kota", "label": "part", "actor": "test", "now": office.clock.now}
        office.keys[PART], _ = issue(session, kind=KeyKind.supervisor, office="dukcapil", **told)
    office.release()
    assert office.post("/v1/periods/2026-10/close", {}, PART).status_code == 201
    make_key(key_file)
    office.clock.now += AFTER_THE_WINDOW
    assert office.post("/v1/periods/2026-10/finalise", {}, PART).status_code == 200
    assert refused(office.post(PUBLISH, {}, "supervisor")) == (404, "period-open")
    done = office.post(PUBLISH, {}, PART)
    assert (done.status_code, done.json()["office"]) == (200, "dukcapil")
    [item] = office.get("/p/kota/data.json", None).json()["items"]
    assert (item["office"], item["offices"][0]["code"]) == ("dukcapil", "dukcapil")
    page = office.get("/p/kota", None, headers={"Accept": "text/html"})
    assert f": {item['offices'][0]['name']}, ikl-1</h2>" in page.text
    assert "2026-10,2026-10-01,2026-10-31,1,dukcapil,ikl-1" in office.get("/p/kota/data.csv", None).text


numbers = st.one_of(st.integers(-1_000, 10_000), st.floats(-100, 100), st.text(max_size=8))
indices = st.none() | st.dictionaries(
    st.sampled_from(["name", "value", "grade", "interval", "mean", "secret"]), numbers | st.lists(numbers, max_size=2)
)


def signed(kind: str, code: str, n: Any, index: Any, **more: Any) -> Signed:
    document = {"subject": {"code": code, "name": code}, "figures": {"n": n, "index": index}, "final_on": "x", **more}
    return Signed(UUID(int=len(code)), kind, "ab" * 32, document)


@given(
    n=st.none() | st.integers(0), index=indices, office=indices, items=st.lists(numbers, max_size=3), skm=st.booleans()
)
def test_every_part_is_copied_as_it_was_signed(n: Any, index: Any, office: Any, items: list[Any], skm: bool) -> None:
    lines = [{"code": "dukcapil", "name": "D", "n": n}, {"code": "kecil", "name": "K", "n": None}]
    head = {"code": "2026-10", "from": "a", "to": "b", "revision": 1}
    named = {"code": "kota", "name": "Kota"}
    whole = signed("agency", "kota", n, index, agency=named, period=head, method={"bands": "2017"}, offices=lines)
    realised = {"period": "2026-09", "done": 1, "share": 0.5, "items": items}
    others = [signed("office", "dukcapil", n, office)]
    if skm:
        others += [signed("skm", code, n, index, realisation=realised) for code in ("dukcapil", "kota")]
    made = public_figures(whole, others)
    for unit, was in ((made["whole"], index), (made["offices"][0], office)):
        assert unit["n"] == n
        kept = None if was is None else {name: value for name, value in was.items() if name != "secret"}
        assert canonical(unit["index"]) == canonical(kept)
    assert made["offices"][1]["report"] is None
    assert made["method"] == {"bands": "2017"}
    expected = {"period": "2026-09", "done": 1, "share": 0.5, "actions": len(items)} if skm and items else None
    assert made["follow_up"] == expected
