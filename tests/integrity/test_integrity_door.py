"""The door for everybody: what is refused, how fast reports may come, what guesses at receipts meet."""

import asyncio
from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

import httpx
import pytest

from app.access.guesses import BUDGET
from app.access.rules.checked_codes import ALPHABET, CodeKind, check_character, new_code
from app.integrity import door
from app.integrity.door import SENT_AT_ONCE
from app.tickets.rules import codes as tickets
from tests.house import House, problem
from tests.integrity.reporting import (
    CONTACT,
    RECEIPTS,
    REPORTS,
    WORDS,
    listed,
    opened,
    receipt,
    report,
    rows,
    sealed,
    send,
)

GUESSES = 10_000
STEPS = ("forward", "confirm", "erase")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"agency": ""}, "agency"),
        ({"agency": "a/b"}, "agency"),
        ({"agency": "a" * 41}, "agency"),
        ({"office": "tiada"}, "office"),
        ({"office": ""}, "office"),
        ({"office": 7}, "office"),
        ({"kind": "PARTIALITY"}, "kind"),
        ({"kind": "other"}, "kind"),
        ({"recipient": "ombudsman"}, "recipient"),
        ({"recipient": "inspectorate"}, "recipient"),
        ({"text": ""}, "text"),
        ({"text": " \n "}, "text"),
        ({"text": "x" * 4_001}, "text"),
        ({"text": ["x"]}, "text"),
        ({"contact": "x" * 201}, "contact"),
        ({"contact": 7}, "contact"),
        ({"employee": "E001"}, "employee"),
        ({"ticket": "0" * 12}, "ticket"),
        ({"id": "x"}, "id"),
    ],
)
@pytest.mark.sqlite_daily
def test_a_report_that_cannot_be_is_refused_and_says_where(house: House, changed: dict[str, Any], field: str) -> None:
    opened(house)
    answer = house.post(REPORTS, report() | changed, None)
    assert answer.status_code == 422, answer.text
    assert [each["field"] for each in answer.json()["errors"]] == [field]
    for canary in (WORDS, CONTACT):
        assert canary not in answer.text
    assert rows(house, "SELECT count(*) FROM integrity_report") == [(0,)]


@pytest.mark.parametrize("missing", ["agency", "office", "kind", "text"])
@pytest.mark.sqlite_daily
def test_nothing_but_recipient_and_contact_may_be_left_out(house: House, missing: str) -> None:
    opened(house)
    answer = house.post(REPORTS, {name: each for name, each in report().items() if name != missing}, None)
    problem(answer, 422, "field-missing", missing)
    assert send(house, contact=None).status_code == 201
    for contact in (None, "", " "):
        assert house.post(REPORTS, report() | {"contact": contact}, None).status_code == 201


def test_an_office_that_is_no_more_takes_none(house: House) -> None:
    opened(house)
    with house.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE office SET active = false WHERE code = 'dukcapil'")
    problem(send(house), 422, "office-unknown", "office")


def test_the_longest_reports_of_any_letters_are_taken(house: House) -> None:
    first, _ = opened(house)
    texts = ("x" * 4_000, "\U0001f600" * 4_000, "\x01" * 4_000, '"\\' * 2_000)
    for text in texts:
        assert send(house, text=text, contact="ꦲ" * 200).status_code == 201, text[0]
    told = [first.reads(sealed(house, each["id"])) for each in listed(house)]
    assert {each["text"] for each in told if each is not None} == set(texts)
    problem(house.post(REPORTS, report(text="x" * 70_000), None), 413, "body-too-large")


def test_the_day_is_that_of_the_office(house: House) -> None:
    opened(house)
    # 23:30 in WIB, half past one of the next day in WIT.
    house.clock.now = house.clock.now.replace(hour=16, minute=30)
    assert send(house).json()["received_on"] == "2026-11-18"
    assert send(house, office="upt-jayapura").json()["received_on"] == "2026-11-19"


def test_one_address_sends_some_at_once_and_then_slowly(house: House) -> None:
    opened(house)
    answers = [send(house) for _ in range(SENT_AT_ONCE + 1)]
    assert Counter(each.status_code for each in answers) == {201: SENT_AT_ONCE, 429: 1}
    problem(answers[-1], 429, "too-many-integrity-reports")
    house.clock.now += timedelta(seconds=int(answers[-1].headers["retry-after"]))
    assert send(house).status_code == 201


def test_a_flood_ends_with_the_day_and_shuts_out_no_other_agency(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "MOST_A_DAY", 3)
    opened(house)
    opened(house, "desa ")
    assert [send(house).status_code for _ in range(4)] == [201, 201, 201, 503]
    refused = send(house)
    problem(refused, 503, "integrity-day-full")
    # From ten in the morning to midnight.
    assert refused.headers["retry-after"] == str(14 * 3_600)
    assert send(house, agency="desa").status_code == 201
    house.clock.now += timedelta(hours=14)
    assert send(house).status_code == 201


def test_wrong_and_unknown_receipts_get_one_answer(house: House) -> None:
    opened(house)
    code = send(house).json()["receipt"].replace("-", "")
    drawn = code[:-1]
    foreign = [
        "",
        "x",
        "0" * 12,
        code[:-1],
        code + "0",
        drawn[:-1] + ("0" if drawn[-1] != "0" else "1") + code[-1],
        # A ticket is none, whatever its characters.
        drawn + tickets.check_character(drawn),
        "\U0001f600",
    ]
    answers = [receipt(house, each) for each in foreign if each]
    for each in answers:
        problem(each, 404, "receipt-unknown")
    assert len({each.content for each in answers}) == 1
    assert receipt(house, code).status_code == 200
    assert house.post(RECEIPTS, {"receipt": "x" * 101}, None).status_code == 422
    assert house.post(RECEIPTS, {"receipt": ""}, None).status_code == 422


def test_receipts_of_two_agencies_are_told_apart(house: House) -> None:
    opened(house)
    opened(house, "desa ")
    ours, theirs = send(house).json()["receipt"], send(house, agency="desa", kind="partiality").json()["receipt"]
    assert receipt(house, ours).json()["kind"] == "demand-for-favours"
    assert receipt(house, theirs).json()["kind"] == "partiality"


def test_the_other_agency_sees_nothing_of_a_report(house: House) -> None:
    opened(house)
    opened(house, "desa ")
    send(house)
    [found] = listed(house)
    assert listed(house, "desa auditor") == []
    nobodys = "00000000-0000-4000-8000-000000000001"
    for method, what in (("GET", ""), ("GET", "/hand-over"), *(("POST", f"/{each}") for each in STEPS)):
        paths = (f"{REPORTS}/{report_id}{what}" for report_id in (found["id"], nobodys))
        theirs, none = (house.request(method, path, "desa auditor") for path in paths)
        problem(theirs, 404, "integrity-report-unknown")
        assert theirs.content == none.content
    assert listed(house)[0]["state"] == "received"


# Whoever is over the budget is answered from memory: the store makes no difference.
@pytest.mark.campaign
@pytest.mark.sqlite_daily
def test_10_000_guesses_at_receipts_hit_nothing_and_wait_after_the_budget(house: House) -> None:
    opened(house)
    codes = [send(house).json()["receipt"] for _ in range(SENT_AT_ONCE)]
    draw = Random(15)
    drawn = ["".join(draw.choices(ALPHABET, k=11)) for _ in range(GUESSES)]
    guesses = [each + check_character(each, CodeKind.receipt) for each in drawn]

    async def all_at_once(some: list[str]) -> list[httpx.Response]:
        return list(await asyncio.gather(*(house.client.post(RECEIPTS, json={"receipt": each}) for each in some)))

    answers = [
        answer for start in range(0, GUESSES, 100) for answer in house.portal.call(all_at_once, guesses[start:][:100])
    ]
    counts = Counter(answer.status_code for answer in answers)
    print(f"\n{GUESSES} guesses at {len(codes)} receipts: {dict(counts)}")  # noqa: T201 - measured figures belong in the log
    # So many at once may be too many for a busy machine, too.
    assert (counts[200], counts[404], counts[429] + counts[503]) == (0, BUDGET, GUESSES - BUDGET)
    problem(answers[-1], 429, "too-many-receipts")
    # Whoever holds a receipt behind the same address is told, after a moment.
    house.clock.now += timedelta(seconds=1)
    assert receipt(house, codes[0]).status_code == 200


def test_a_receipt_that_is_taken_is_drawn_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(house)
    first, second = (new_code(b"pepper", "kota", CodeKind.receipt) for _ in range(2))
    drawn = [first, first, second]
    monkeypatch.setattr(door, "new_code", lambda *_: drawn.pop(0))
    assert [send(house).json()["receipt"].replace("-", "") for _ in range(2)] == [first, second]
    monkeypatch.setattr(door, "new_code", lambda *_: first)
    problem(send(house), 503, "busy")
    assert rows(house, "SELECT count(*) FROM integrity_report") == [(2,)]


def test_pages_know_whether_an_agency_takes_reports(house: House) -> None:
    doorway = house.services.of(door.IntegrityDoor)
    assert not doorway.is_open("kota")
    opened(house)
    assert (doorway.is_open("kota"), doorway.is_open("desa"), doorway.is_open("tiada")) == (True, False, False)
