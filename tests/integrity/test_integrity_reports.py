"""A report on its way: sent by anybody, sealed, handed over, confirmed, erased; its receipt tells the state."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.house import House, problem
from tests.integrity import reporting
from tests.integrity.reporting import (
    CONTACT,
    WORDS,
    hand_over,
    ids,
    listed,
    opened,
    proved,
    receipt,
    report,
    rows,
    sealed,
    send,
    settle,
    step,
)


def test_a_report_goes_its_whole_way_and_its_receipt_tells_each_state(house: House) -> None:
    holders = opened(house)
    sent = send(house)
    assert sent.status_code == 201, sent.text
    given = sent.json()
    # A Wednesday; the third working day after it is the Monday.
    assert (given["received_on"], given["forward_by"]) == ("2026-11-18", "2026-11-23")
    [found] = listed(house)
    assert (found["state"], found["office"], found["kind"]) == ("received", "dukcapil", "demand-for-favours")
    for holder in holders:
        told = holder.reads(sealed(house, found["id"]))
        assert told is not None
        assert (told["text"], told["contact"]) == (WORDS, CONTACT)
        assert told["about"] == {"agency": "kota", "office": "dukcapil", "kind": "demand-for-favours",
                                 "recipient": "agency", "received_on": "2026-11-18"}  # fmt: skip
    assert receipt(house, given["receipt"]).json()["state"] == "received"
    house.clock.now += timedelta(days=2)
    assert step(house, found["id"], "forward").json()["forwarded_on"] == "2026-11-20"
    assert receipt(house, given["receipt"].lower().replace("-", " ")).json()["forwarded_on"] == "2026-11-20"
    assert step(house, found["id"], "confirm").json()["erasable_from"] == "2026-12-20"
    problem(step(house, found["id"], "erase"), 409, "integrity-erase-early")
    house.clock.now += timedelta(days=30)
    assert step(house, found["id"], "erase").json()["state"] == "erased"
    problem(hand_over(house, found["id"]), 409, "integrity-state")
    assert rows(house, "SELECT * FROM integrity_sealed") == []
    told = receipt(house, given["receipt"], headers={"Accept-Language": "id"}).json()
    assert (told["state"], told["kind"], told["received_on"], told["confirmed_on"], told["erased_on"]) == (
        "erased", "demand-for-favours", "2026-11-18", "2026-11-20", "2026-12-20"
    )  # fmt: skip
    assert told["words"].startswith("Penerima laporan Anda")


def test_ids_of_reports_tell_no_moment_and_receipts_stand_nowhere(house: House) -> None:
    opened(house)
    code = send(house).json()["receipt"]
    [found] = ids(house)
    assert found.version == 4
    [(digest,)] = rows(house, "SELECT digest FROM integrity_report")
    assert code.replace("-", "").lower() not in digest
    # What would have a time: nothing of it is written when a report comes.
    assert rows(house, "SELECT kind FROM outbox_event") == []
    assert not [each for each in rows(house, "SELECT action FROM audit_event") if "integrity-report" in each[0]]


@pytest.mark.parametrize("step_name", ["forward", "confirm", "erase"])
def test_the_same_step_again_changes_nothing(house: House, step_name: str) -> None:
    opened(house)
    settle(house, retention_days=1)
    send(house)
    # Another setting is for what comes after it.
    settle(house, retention_days=300)
    [found] = listed(house)
    for each in ("forward", "confirm", "erase"):
        house.clock.now += timedelta(days=2)
        first = step(house, found["id"], each)
        assert first.status_code == 200, first.text
        if each == step_name:
            before = rows(house, "SELECT count(*) FROM audit_event") + rows(house, "SELECT count(*) FROM outbox_event")
            house.clock.now += timedelta(days=1)
            assert step(house, found["id"], each).json() == first.json()
            after = rows(house, "SELECT count(*) FROM audit_event") + rows(house, "SELECT count(*) FROM outbox_event")
            assert before == after
            return


def test_no_step_is_left_out_and_none_goes_back(house: House) -> None:
    opened(house)
    settle(house, retention_days=1)
    send(house)
    [found] = listed(house)
    for each in ("confirm", "erase"):
        problem(step(house, found["id"], each), 409, "integrity-state")
    step(house, found["id"], "forward")
    problem(step(house, found["id"], "erase"), 409, "integrity-state")
    step(house, found["id"], "confirm")
    problem(step(house, found["id"], "forward"), 409, "integrity-state")
    house.clock.now += timedelta(days=1)
    step(house, found["id"], "erase")
    for each in ("forward", "confirm"):
        problem(step(house, found["id"], each), 409, "integrity-state")


def test_what_a_request_brings_of_keys_and_cookies_is_not_looked_at(house: House) -> None:
    opened(house)
    for headers in (
        {"Authorization": f"Bearer {house.keys['device']}"},
        {"Authorization": "x"},
        {"Cookie": "cermin=x"},
    ):
        answer = house.post(reporting.REPORTS, report(), None, headers=headers)
        assert answer.status_code == 201, answer.text
    assert rows(house, "SELECT count(*) FROM integrity_report") == [(3,)]


def test_the_inspectorate_is_to_be_chosen_once_it_has_two_keys_and_a_name(house: House) -> None:
    agency = opened(house)
    problem(send(house, recipient="inspectorate"), 422, "recipient-closed", "recipient")
    theirs = proved(house, "inspectorate")
    problem(send(house, recipient="inspectorate"), 422, "recipient-closed", "recipient")
    settle(house, inspectorate="Inspektorat Kota")
    form = house.get("/v1/integrity-form/kota", None).json()
    assert (form["recipients"], form["inspectorate"]) == (["agency", "inspectorate"], "Inspektorat Kota")
    assert set(form["keys"]) == {each.key_id for each in (*agency, *theirs)}
    assert send(house, recipient="inspectorate").status_code == 201
    words = sealed(house, listed(house)[0]["id"])
    assert [each.reads(words) for each in agency] == [None, None]
    assert [each.reads(words) is not None for each in theirs] == [True, True]


def test_an_agency_takes_none_until_it_says_so_and_has_two_proved_keys(house: House) -> None:
    problem(send(house), 404, "integrity-closed")
    problem(house.get("/v1/integrity-form/kota", None), 404, "integrity-closed")
    # As where there is no such agency.
    problem(send(house, agency="niet"), 404, "integrity-closed")
    problem(house.get("/v1/integrity-form/niet", None), 404, "integrity-closed")
    proved(house, n=1)
    problem(settle(house), 422, "keys-missing", "open")
    proved(house, n=1)
    problem(send(house), 404, "integrity-closed")
    assert settle(house).json()["taking"] is True
    assert send(house).status_code == 201
    assert settle(house, open=False).json()["taking"] is False
    problem(send(house), 404, "integrity-closed")


def test_lists_are_by_day_in_pages_and_say_what_is_due(house: House) -> None:
    opened(house)
    for _ in range(3):
        send(house)
        house.clock.now += timedelta(days=2)
    first = house.get(reporting.REPORTS, "auditor", params={"limit": 2}).json()
    second = house.get(reporting.REPORTS, "auditor", params={"limit": 2, "after": first["next"]}).json()
    days = [each["received_on"] for each in (*first["items"], *second["items"])]
    assert days == ["2026-11-18", "2026-11-20", "2026-11-22"]
    assert second["next"] is None
    # Tuesday the 24th: what came on Wednesday was due on Monday, what came on Friday is not before Wednesday.
    assert [each["due"] for each in listed(house)] == [True, False, False]
    step(house, first["items"][0]["id"], "forward")
    assert [each["due"] for each in listed(house)] == [False, False, False]
    assert [each["received_on"] for each in listed(house, state="forwarded")] == ["2026-11-18"]


@pytest.mark.parametrize("after", ["x", "2026-11-18", "2026-11-18/x", "2026-13-18/" + str(UUID(int=1)), "/", "a" * 61])
def test_a_page_begins_at_a_place_or_is_refused(house: House, after: str) -> None:
    answer = house.get(reporting.REPORTS, "auditor", params={"after": after})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "after"
