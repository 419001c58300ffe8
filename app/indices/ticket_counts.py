"""Counts of tickets over HTTP: fresh and rounded for who runs queues and kiosks, by ended months for everybody else."""

from typing import Any

from app.access.principals import KeyKind, Principal
from app.directory.rules.catalogue import Catalogue
from app.disclosure.reading import release_state, require_released
from app.disclosure.rules.without_answers import ShownTickets, fresh_tickets, shown_tickets
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.indices.days_asked import DayRange, month_of
from app.tickets.counts import counts_of, offices_counted, ticket_sum
from app.tickets.schemas import CountOut, CountQuery, CountsOut

RUNS_KIOSKS = frozenset({KeyKind.queue, KeyKind.admin})


def read_ticket_counts(session: Session, principal: Principal, query: CountQuery, catalogue: Catalogue) -> CountsOut:
    """Issued, armed and spent within the key's reach; raises `office-unknown`, `out-of-scope`, `period-reversed`.

    Others than those who run queues and kiosks get whole months that are over, and counts of none or ten and more;
    raises `not-released`, `nothing-released` and `cut-not-told`.
    """
    offices = offices_counted(principal, query, catalogue)
    if principal.kind in RUNS_KIOSKS:
        rows = counts_of(session, principal.agency_id, offices, query)
        return CountsOut(items=tuple(_count_out(row, fresh_tickets(ticket_sum(row))) for row in rows))
    if query.by == "day":
        raise Problem("cut-not-told")
    state = release_state(session, principal.agency_id)
    given = query.first or query.last
    asked_for = month_of(given) if given else DayRange(*state.newest_period)
    first, last = query.first or asked_for.first, query.last or asked_for.last
    require_released(state, first, last)
    asked = query.model_copy(update={"first": first, "last": last})
    rows = counts_of(session, principal.agency_id, offices, asked)
    return CountsOut(items=tuple(_count_out(row, shown_tickets(ticket_sum(row))) for row in rows))


def _count_out(row: Any, tickets: ShownTickets) -> CountOut:
    return CountOut(
        office=row.office,
        service=getattr(row, "service", None),
        employee=getattr(row, "employee", None) or None,
        day=getattr(row, "issued_on", None),
        **tickets._asdict(),
    )
