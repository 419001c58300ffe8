"""What is doubted is held, once; an auditor decides; nothing is ever deleted."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.access.keys import issue
from app.access.principals import KeyKind
from app.ratings.keys import first_key
from app.ratings.status_store import lock_agency, move
from app.screening import store
from app.screening.run import run, run_agency, usual_order
from tests.house import NOW, House, problem
from tests.postgres import owning
from tests.screening.office import LUNCH, STUFFED, at, checked, lunch, ordinary, rows, screen, send, sheet
from tests.threads import thread_of

NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}
HELD = "SELECT count(*) FROM rating WHERE standing = 'held'"
# In the hour of lunch there are two of the ordinary sheets.
IN_HOUR = STUFFED + 2


def one(house: House, **asked: str) -> dict[str, Any]:
    """The only finding of `kota`."""
    [found] = house.get("/v1/findings", "auditor", params=asked).json()["items"]
    assert isinstance(found, dict)
    return found


def decide(house: House, finding: str, what: str, key: str = "auditor", note: str = "Kunjungan sekolah") -> Any:
    """Release or confirm."""
    return house.post(f"/v1/findings/{finding}/{what}", {"note": note}, key)


def index_of(house: House, **asked: str) -> dict[str, Any]:
    """The row of a question about November."""
    [row] = house.get("/v1/indices", params=NOVEMBER | asked).json()["rows"]
    assert isinstance(row, dict)
    return row


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_from_the_rating_to_the_release(house: House) -> None:
    ordinary(house)
    lunch(house)
    house.release()
    before = index_of(house, office="dukcapil")
    assert screen(house) == (1, IN_HOUR, 0, 0)
    found = one(house)
    assert {
        name: found[name] for name in ("reason", "office", "employee", "from", "days", "hour", "n", "standing")
    } == {
        "reason": "burst",
        "office": "dukcapil",
        "employee": "E001",
        "from": LUNCH.isoformat(),
        "days": 1,
        "hour": 12,
        "n": IN_HOUR,
        "standing": "held",
    }
    assert (found["evidence"]["count"], found["evidence"]["expected"]) == (IN_HOUR, 2)
    checked(house)
    # What was told stays told until the next release.
    assert index_of(house, office="dukcapil")["n"] == before["n"]
    house.release()
    held = index_of(house, office="dukcapil")
    assert (held["held"], held["n"]) == (IN_HOUR, before["n"] - IN_HOUR)
    assert (before["held_reasons"], held["held_reasons"]) == ({}, {"burst": IN_HOUR})
    assert index_of(house, employee="E001")["held_reasons"] == {"burst": IN_HOUR}
    by_month = house.get("/v1/indices", params=NOVEMBER | {"from": "2026-10-01", "by": "month"}).json()["rows"]
    assert [(row["group"]["month"], row["held_reasons"]) for row in by_month] == [
        ("2026-10", {}),
        ("2026-11", {"burst": IN_HOUR}),
    ]
    assert held["index"]["value"] != before["index"]["value"]
    answer = decide(house, found["id"], "release").json()
    assert (answer["standing"], answer["note"]) == ("released", "Kunjungan sekolah")
    assert answer["decided_by"].startswith("auditor:")
    house.release()
    assert index_of(house, office="dukcapil") == before
    checked(house)
    # What was released stays so, whatever run comes.
    assert screen(house) == (0, 0, 0, 0)
    assert rows(house, HELD) == [(0,)]


def test_a_run_twice_changes_nothing(house: House) -> None:
    ordinary(house)
    lunch(house)
    screen(house)
    tables = ("rating", "finding", "doubt", "audit_event")
    kept = {table: sorted(map(str, rows(house, f"SELECT * FROM {table}"))) for table in tables}
    assert screen(house, NOW + timedelta(hours=1)) == (0, 0, 0, 0)
    assert {table: sorted(map(str, rows(house, f"SELECT * FROM {table}"))) for table in tables} == kept


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_late_sheets_of_a_held_block_raise_a_further_finding(house: House) -> None:
    ordinary(house)
    lunch(house)
    assert screen(house) == (1, IN_HOUR, 0, 0)
    lunch(house, 5)
    assert screen(house) == (1, 5, 0, 0)
    assert [found["n"] for found in house.get("/v1/findings", "admin").json()["items"]] == [IN_HOUR, 5]
    checked(house)


@pytest.mark.sqlite_daily
def test_a_confirmed_block_stays_held_and_is_decided_for_good(house: House) -> None:
    ordinary(house)
    lunch(house)
    screen(house)
    found = one(house)["id"]
    confirmed = decide(house, found, "confirm")
    assert (confirmed.status_code, confirmed.json()["standing"]) == (200, "confirmed")
    again = decide(house, found, "confirm", note="Lain")
    assert (again.status_code, again.json()) == (200, confirmed.json())
    problem(decide(house, found, "release"), 409, "finding-decided")
    assert rows(house, HELD) == [(IN_HOUR,)]
    assert one(house, standing="confirmed")["id"] == found
    assert house.get("/v1/findings", "auditor", params={"standing": "held"}).json()["items"] == []
    actions = "SELECT action, actor, subject FROM audit_event WHERE action LIKE 'finding.%' ORDER BY event_id"
    told = rows(house, actions)
    assert [action for action, *_ in told] == ["finding.raised", "finding.confirmed"]
    assert {subject for *_, subject in told} == {found}
    assert "Kunjungan" not in str(rows(house, "SELECT * FROM audit_event"))


def test_a_decision_that_cannot_be_audited_does_not_happen(house: House) -> None:
    ordinary(house)
    lunch(house)
    screen(house)
    found = one(house)["id"]
    with owning(house.database) as session:
        session.execute(text("ALTER TABLE audit_event RENAME TO audit_elsewhere"))
    assert decide(house, found, "release").status_code >= 500
    with owning(house.database) as session:
        session.execute(text("ALTER TABLE audit_elsewhere RENAME TO audit_event"))
    assert one(house)["standing"] == "held"
    assert rows(house, HELD) == [(IN_HOUR,)]
    checked(house)


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_only_auditors_decide_within_their_reach_and_with_a_reason(house: House) -> None:
    ordinary(house)
    lunch(house)
    screen(house)
    found = one(house)["id"]
    for key in ("admin", "supervisor", "reader", "app"):
        problem(decide(house, found, "release", key), 403, "key-kind-refused")
    for what in ("release", "confirm"):
        problem(decide(house, found, what, "desa auditor"), 404, "finding-unknown")
        problem(decide(house, "00000000-0000-7000-8000-000000000000", what), 404, "finding-unknown")
        for note in ("", "  ", "x" * 501, "a\x00b", "dua\nbaris"):
            assert decide(house, found, what, note=note).status_code == 422
        problem(house.post(f"/v1/findings/{found}/{what}", {}, "auditor"), 422, "field-missing", "note")
    problem(house.get(f"/v1/findings/{found}", "desa auditor"), 404, "finding-unknown")
    assert house.get(f"/v1/findings/{found}", "supervisor").json() == one(house)
    assert house.get("/v1/findings", "desa auditor").json() == {"items": [], "next": None}
    for name, query in {
        "office-unknown": {"office": "tiada"},
        "period-reversed": {"from": "2026-11-02", "to": "2026-11-01"},
    }.items():
        assert house.get("/v1/findings", "auditor", params=query).json()["code"] == name


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_a_key_of_a_subtree_sees_and_decides_what_lies_in_it(house: House) -> None:
    ordinary(house)
    lunch(house)
    screen(house)
    with house.database.writing() as session:
        for office in ("dukcapil", "upt-makassar"):
            house.keys[office] = issue(
                session, agency_id="kota", kind=KeyKind.auditor, label=office, actor="test", now=NOW, office=office
            )[0]
    found = one(house)["id"]
    assert house.get("/v1/findings", "upt-makassar").json()["items"] == []
    problem(house.get("/v1/findings", "upt-makassar", params={"office": "dukcapil"}), 403, "out-of-scope")
    problem(house.get(f"/v1/findings/{found}", "upt-makassar"), 403, "out-of-scope")
    problem(decide(house, found, "release", "upt-makassar"), 403, "out-of-scope")
    assert house.get("/v1/findings", "dukcapil").json()["items"][0]["id"] == found
    assert decide(house, found, "release", "dukcapil").status_code == 200


@pytest.mark.long
def test_findings_come_in_pages(house: House) -> None:
    ordinary(house)
    for day in (LUNCH, LUNCH - timedelta(days=1), LUNCH - timedelta(days=4)):
        lunch(house, day=day)
    assert screen(house).findings == 3
    pages: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    for _ in range(3):
        page = house.get("/v1/findings", "auditor", params={"limit": "1"} | after).json()
        pages += page["items"]
        after = {"after": page["next"]}
    assert page["next"] is None
    assert pages == house.get("/v1/findings", "auditor").json()["items"]
    assert one(house, **{"from": LUNCH.isoformat()})["from"] == LUNCH.isoformat()
    assert one(house, to="2026-11-06")["from"] == "2026-11-06"


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_both_agencies_are_screened_and_only_days_that_are_over(house: House) -> None:
    for key in ("app", "desa app"):
        ordinary(house, key)
        lunch(house, key=key)
    lunch(house, 30, day=NOW.date() - timedelta(days=1))
    today = [sheet(house, at(NOW.date(), 9, i), (4, 4, 4)) for i in range(40)]
    send(house, today)
    assert screen(house).findings == 3
    assert screen(house, NOW + timedelta(days=1)).findings == 1
    assert rows(house, "SELECT agency_id, count(*) FROM finding GROUP BY agency_id ORDER BY 1") == [
        ("desa", 1),
        ("kota", 3),
    ]
    checked(house)


def test_a_run_stops_where_another_process_took_over(house: House) -> None:
    ordinary(house)
    lunch(house)
    assert run(house.database, usual_order(NOW, "test", 42), lambda: False) is None
    assert rows(house, HELD) == [(0,)]
    day = LUNCH - timedelta(days=1)
    assert run_agency(house.database, "kota", usual_order(NOW, "test", 42, first=day, last=day)) == (0, 0, 0, 0)


@pytest.mark.long
def test_runs_intake_and_decisions_race_and_every_sheet_is_held_once(house: House) -> None:
    ordinary(house)
    for day in (LUNCH, LUNCH - timedelta(days=1), LUNCH - timedelta(days=4)):
        lunch(house, day=day)
    faults: list[BaseException] = []

    def safely(work: Any) -> Any:
        def run_it() -> None:
            try:
                work()
            except BaseException as fault:
                faults.append(fault)

        return thread_of(run_it)

    def rate() -> None:
        for i in range(12):
            send(house, (sheet(house, at(LUNCH, 8 + i % 6, m), (4, 4, 4)) for m in range(10)))

    threads = [safely(lambda: screen(house)), safely(lambda: screen(house)), safely(rate)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    checked(house)
    # Every sheet is doubted once, and is held.
    [(doubts,)], [(held,)] = rows(house, "SELECT count(*) FROM doubt"), rows(house, HELD)
    assert doubts == held == sum(n for (n,) in rows(house, "SELECT n FROM finding"))
    assert held >= 3 * STUFFED
    released = [safely(lambda each=each: decide(house, each["id"], "release")) for each in
                house.get("/v1/findings", "auditor").json()["items"]]  # fmt: skip
    for thread in [*released, safely(rate)]:
        thread.start()
        thread.join()
    assert faults == []
    assert rows(house, HELD) == [(0,)]
    checked(house)


def test_sheets_in_a_third_standing_and_unknown_ones_are_not_moved(house: House) -> None:
    ordinary(house)
    with house.database.writing() as session:
        assert lock_agency(session, "kota")
        assert not lock_agency(session, "tiada")
        known = store.sheets_of(session, "kota", "dukcapil", LUNCH - timedelta(days=40), LUNCH)[:2]
        keys = [each.key for each in known]
        assert move(session, "kota", keys, source="held", target="counted") == []
        assert move(session, "desa", keys, source="counted", target="held") == []
        assert move(session, "kota", [*keys, *keys, first_key(LUNCH)], source="counted", target="held") == sorted(keys)
        assert move(session, "kota", keys, source="counted", target="held") == []
    checked(house)
    assert rows(house, HELD) == [(2,)]


@pytest.mark.long
def test_what_was_released_is_forgotten_with_its_traces_and_what_is_held_is_not(house: House) -> None:
    ordinary(house)
    lunch(house)
    lunch(house, day=LUNCH - timedelta(days=1))
    screen(house)
    first, second = house.get("/v1/findings", "auditor").json()["items"]
    assert decide(house, first["id"], "release").status_code == 200
    with house.database.writing() as session:
        assert store.forget_released(session, first_key(LUNCH - timedelta(days=1))) == 0
        assert store.forget_released(session, first_key(LUNCH + timedelta(days=1))) == IN_HOUR
    assert rows(house, "SELECT count(*) FROM doubt") == [(IN_HOUR,)]
    assert decide(house, second["id"], "release").status_code == 200
    checked(house)


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_a_finding_tells_its_day_by_the_hour_and_is_listed_by_state(house: House) -> None:
    ordinary(house)
    lunch(house)
    screen(house)
    found = one(house, state="waiting")
    told = house.get(f"/v1/findings/{found['id']}/timeline", "auditor").json()
    assert [(each["n"], each["doubted"]) for each in told["items"] if each["hour"] == 12] == [(IN_HOUR, IN_HOUR)]
    assert {(each["n"], each["doubted"]) for each in told["items"] if each["hour"] != 12} == {(None, None)}
    decide(house, found["id"], "confirm")
    assert one(house, state="decided", order="newest")["id"] == found["id"]
    assert house.get("/v1/findings", "auditor", params={"state": "waiting"}).json()["items"] == []
