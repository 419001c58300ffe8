"""From tickets and from what queues tell to blocks of ten services and more, on both stores."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.disclosure.reconciliation import reconcile_blocks
from app.tickets.expiry import sweep_expired
from tests.house import LATE, LONG_AFTER, NOW, House, problem
from tests.standards.told import blocks, month, nothing, promise, put, stored, tell
from tests.tickets.ticketing import arm, issue, redeem

STEPS = {"services": 40, "due": 5, "done": 190}


def visit(house: House, minutes: int, *, service: str = "ktp-el", **told: Any) -> str:
    """A citizen who comes now and is served after so many minutes; the ticket."""
    house.clock.now = NOW
    [code] = issue(house, service=service)
    house.clock.now = NOW + timedelta(minutes=minutes)
    assert arm(house, [code], **told) == ["armed"]
    return code


def moments(house: House) -> list[Any]:
    with house.database.reading() as session:
        return list(session.execute(text("SELECT issued_at FROM ticket")).scalars())


def test_a_ticket_counts_how_long_its_service_took_once(house: House) -> None:
    put(house, promise())
    code = visit(house, 12)
    assert arm(house, [code]) == ["armed"]
    for minutes in (15, 7, 29, 31):
        visit(house, minutes)
    assert stored(house, "office, service, month, source, what, n") == [
        ("dukcapil", "ktp-el", "2026-11", "ticket", what, n)
        for what, n in (("half", 1), ("more", 1), ("twice", 1), ("within", 2))
    ]


def test_a_ticket_that_can_be_spent_bears_no_moment(house: House) -> None:
    put(house, promise())
    [waiting] = issue(house)
    assert [moment is None for moment in moments(house)] == [False]
    assert str(moments(house)[0])[14:19] == "00:00", "the minute, and no second"
    arm(house, [waiting])
    assert moments(house) == [None]
    assert redeem(house, waiting).status_code == 201


def test_no_moment_is_kept_where_nothing_is_promised_or_slips_are_printed_in_advance(house: House) -> None:
    issue(house)
    put(house, promise())
    issue(house, count=3)
    assert moments(house) == [None] * 4


def test_a_ticket_that_expires_forgets_its_moment(house: House) -> None:
    put(house, promise())
    issue(house)
    sweep_expired(house.database, NOW + timedelta(days=7), LATE)
    assert moments(house) != [None]
    sweep_expired(house.database, NOW + timedelta(days=8), LATE)
    assert moments(house) == [None]


@pytest.mark.parametrize("promised", [None, promise(valid_from="2026-12"), promise(amount=3, unit="working-days")])
def test_nothing_is_counted_beside_no_promise_or_one_in_working_days(house: House, promised: Any) -> None:
    put(house, promise("kk"), *([promised] if promised else []))
    visit(house, 12)
    assert stored(house) == []


def test_a_service_that_happened_earlier_than_it_is_told_counts_as_long_as_it_took(house: House) -> None:
    put(house, promise())
    visit(house, 300, served_at=(NOW + timedelta(minutes=14)).isoformat())
    # The clocks of two machines: before the ticket was issued nobody was served.
    visit(house, 300, served_at=(NOW - timedelta(minutes=14)).isoformat())
    assert stored(house) == [("within", 1)]


def test_steps_are_counted_where_the_queue_system_tells_them(house: House) -> None:
    code = visit(house, 5, steps_due=4, steps_done=3)
    assert arm(house, [code], steps_due=4, steps_done=4) == ["armed"]
    visit(house, 5, service="kk")
    assert stored(house) == [("done", 3), ("due", 4), ("due-squared", 16), ("services", 1)]


@pytest.mark.parametrize("steps", [{"steps_due": 3}, {"steps_done": 3}, {"steps_due": 3, "steps_done": 4}])
def test_steps_come_as_done_of_due_or_not_at_all(house: House, steps: dict[str, int]) -> None:
    [code] = issue(house)
    problem(house.post("/v1/tickets/arm", {"tickets": [{"ticket": code, **steps}]}, "queue"), 422, "field-invalid",
            "tickets.0")  # fmt: skip
    assert stored(house) == []


def test_a_queue_tells_months_and_replaces_them_until_they_are_told(house: House) -> None:
    put(house, promise(), promise("kk", amount=3, unit="working-days"))
    sent = [month(), month((30, 1, 0, 0), service="kk", steps=STEPS)]
    assert tell(house, *sent).json() == {"stored": 2, "changed": 2}
    assert tell(house, *sent, key="admin").json() == {"stored": 2, "changed": 0}
    assert tell(house, month((4, 41, 5, 1))).json() == {"stored": 1, "changed": 1}
    house.release()
    assert blocks(house, "kind, service, first_month, n, release") == [
        ("time", "kk", "2026-11", 31, 1),
        ("time", "ktp-el", "2026-11", 51, 1),
        ("steps", "kk", "2026-11", 40, 1),
    ]
    problem(tell(house, month((4, 40, 6, 1))), 422, "counts-told", "counts.0.times")
    problem(
        tell(house, month(service="kk", times=None, steps=STEPS | {"done": 189})), 422, "counts-told", "counts.0.steps"
    )
    # Nine more wait; with a tenth they are told.
    assert tell(house, month((4, 50, 5, 1))).status_code == 200
    house.release()
    assert len(blocks(house)) == 3
    assert tell(house, month((4, 50, 6, 1))).status_code == 200
    house.release()
    assert blocks(house, "n")[3:] == [(10,)]
    assert reconcile_blocks(house.database).faults == ()


def test_few_services_wait_for_their_period_and_go_together(house: House) -> None:
    put(house, promise(), promise("kk"))
    tell(house, month((5, 0, 0, 0)), month((0, 4, 0, 0), service="kk"), month((1, 0, 0, 0), office="setda"))
    house.release(now=NOW + timedelta(days=30))
    assert blocks(house) == []
    house.release()
    assert blocks(house, "office, service, first_month, last_month, n") == [(None, None, "2026-10", "2026-12", 10)]
    assert reconcile_blocks(house.database).faults == ()


def test_tickets_are_not_counted_beside_what_a_queue_tells_of_the_same_month(house: House) -> None:
    put(house, promise())
    visit(house, 12)
    assert tell(house, month((0, 20, 0, 0))).status_code == 200
    house.release()
    assert blocks(house, "n") == [(20,)]
    assert sum(n for _, n in stored(house)) == 21


def test_a_month_that_tickets_told_takes_no_counts_of_a_queue(house: House) -> None:
    put(house, promise())
    for _ in range(10):
        visit(house, 12)
    house.release(now=LONG_AFTER)
    problem(tell(house, month((0, 20, 0, 0))), 422, "counted-by-tickets", "counts.0.times")
    # Steps are another matter.
    assert tell(house, month(None, steps=STEPS)).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        (month(office="tiada"), "counts.1.office", "office-unknown"),
        (month(service="tiada"), "counts.1.service", "service-unknown"),
        (month(service="skck"), "counts.1.times", "promise-missing"),
        (month(month="2026-12"), "counts.1.month", "month-in-future"),
        (month(month="2026"), "counts.1.month", "field-invalid"),
        (month((1, 2, 3, -4)), "counts.1.times.more", "field-invalid"),
        (month(None), "counts.1", "field-invalid"),
        (month(steps=STEPS | {"done": 201}), "counts.1.steps.done", "steps-too-many"),
        (month(steps=STEPS | {"due": 0}), "counts.1.steps.due", "field-invalid"),
        (month(service="kk"), "counts.1", "counts-repeated"),
    ],
)
def test_one_wrong_entry_and_none_is_stored(house: House, wrong: dict[str, Any], field: str, code: str) -> None:
    put(house, promise(), promise("kk"), nothing("kk"))
    problem(tell(house, month(service="kk"), wrong), 422, code, field)
    assert stored(house) == []


def test_a_key_of_a_part_tells_of_that_part(house: House) -> None:
    put(house, promise())
    assert tell(house, month(), key="queue dukcapil").status_code == 200
    refused = tell(house, month(office="setda"), key="queue dukcapil")
    assert (refused.status_code, refused.json()["code"]) == (403, "out-of-scope")
    assert refused.json()["errors"][0]["field"] == "counts.0.office"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE standard_block SET n = 11",
        "UPDATE standard_count SET told = 0 WHERE what = 'within'",
        "DELETE FROM standard_block",
        "DELETE FROM standard_count WHERE what = 'within'",
    ],
)
def test_check_names_what_was_changed_behind_the_services_back(house: House, statement: str) -> None:
    put(house, promise())
    tell(house, month((0, 20, 0, 0)))
    house.release()
    assert reconcile_blocks(house.database).faults == ()
    with house.database.writing() as session:
        session.execute(text(statement))
    assert len(reconcile_blocks(house.database, "kota").faults) == 1
    assert reconcile_blocks(house.database, "desa").faults == ()
