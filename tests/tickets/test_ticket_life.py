"""The life of a ticket: armed once, alike again, never otherwise; counts keep their order."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.tickets.rules.lifecycle import Armed, LiveTicket, TicketService, arm, armed_counts, day_of, expiry, rated_on

DAY = date(2026, 11, 18)
TICKET = LiveTicket("d", "dukcapil", None, "ktp-el", None, DAY, expiry(DAY), None)
SERVED = TicketService("loket-1", "kk", "E001")


def test_a_ticket_is_armed_once_and_alike_again() -> None:
    became, armed = arm(TICKET, SERVED, DAY, DAY)
    assert became is Armed.armed
    assert armed == TICKET._replace(counter="loket-1", service="kk", employee="E001", served_on=DAY)
    assert arm(armed, SERVED, DAY + timedelta(days=1), DAY) == (Armed.armed, armed)
    assert arm(armed, SERVED._replace(employee="E004"), DAY, DAY) == (Armed.otherwise, armed)


def test_what_is_unknown_and_what_is_expired_are_told_alike() -> None:
    assert arm(None, SERVED, DAY, DAY)[0] is Armed.unknown
    assert arm(TICKET, SERVED, DAY, TICKET.expires_on)[0] is Armed.armed
    assert arm(TICKET, SERVED, DAY, TICKET.expires_on + timedelta(days=1)) == (Armed.unknown, TICKET)


def test_a_rating_never_counts_before_its_service() -> None:
    armed = TICKET._replace(served_on=DAY)
    assert rated_on(armed, DAY - timedelta(days=2)) == DAY
    assert rated_on(armed, DAY + timedelta(days=2)) == DAY + timedelta(days=2)
    assert day_of(datetime(2026, 11, 18, 23, 30, tzinfo=UTC)) == DAY


services = st.sampled_from(["ktp-el", "kk"])
employees = st.sampled_from([None, "E001", "E004"])
tickets = st.builds(lambda s, e: TICKET._replace(service=s, employee=e), services, employees)


@given(st.lists(st.tuples(tickets, st.builds(TicketService, st.none(), services, employees)), max_size=30))
def test_arming_moves_what_was_issued_and_loses_none(cases: list[tuple[LiveTicket, TicketService]]) -> None:
    pairs = [(ticket, after) for ticket, told in cases if (after := arm(ticket, told, DAY, DAY)[1])]
    changes = armed_counts(pairs)
    assert sum(issued for _, issued, _ in changes) == 0
    assert sum(armed for _, _, armed in changes) == len(cases)
    assert [key for key, _, _ in changes] == sorted(key for key, _, _ in changes)
    before = {key: sum(ticket.count_key == key for ticket, _ in pairs) for key, _, _ in changes}
    assert all(before[key] + issued >= armed for key, issued, armed in changes)
