"""Counts of issued, armed and spent tickets: within a key's reach, and beside rows of figures."""

from collections.abc import Sequence
from typing import Any

from app.access.principals import Principal
from app.directory.rules.catalogue import Catalogue
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.ratings.rules.selection import Selection
from app.tickets import store
from app.tickets.rules.lifecycle import NO_TICKETS, TicketSum
from app.tickets.schemas import CountQuery

COLUMNS = {
    "office": ("office",),
    "service": ("office", "service"),
    "employee": ("office", "employee"),
    "day": ("office", "issued_on"),
}


GROUPS = {
    "office": "office",
    "service": "service",
    "employee": "employee",
    "day": "issued_on",
    "month": "issued_on",
}


def offices_counted(principal: Principal, query: CountQuery, catalogue: Catalogue) -> frozenset[str] | None:
    """The offices whose tickets are asked for within the key's reach; None for all.

    Raises `office-unknown`, `out-of-scope`, `period-reversed`.
    """
    if query.first is not None and query.last is not None and query.first > query.last:
        raise Problem("period-reversed")
    if query.office is not None and query.office not in catalogue.offices:
        raise Problem("office-unknown")
    if query.office is not None and not catalogue.within(query.office, principal.office):
        raise Problem("out-of-scope", what="this office")
    # A key of a subtree never sees more than its own, also when it names no office.
    root = query.office or principal.office
    return None if root is None else frozenset(each for each in catalogue.offices if catalogue.within(each, root))


def counts_of(session: Session, agency_id: str, offices: frozenset[str] | None, query: CountQuery) -> Sequence[Any]:
    """Rows of issued, armed and spent at these offices (None: all)."""
    return store.counts(session, agency_id, offices, query.first, query.last, COLUMNS[query.by])


def ticket_sums(session: Session, agency_id: str, selection: Selection) -> dict[str | None, TicketSum]:
    """Tickets issued on the days and at the offices of a selection, for each of its groups, by any questionnaire.

    Keyed as rows of figures are (`2026-11`, `2026-11-24`); None for all together. A ticket knows no channel.
    """
    by, only = selection.by, {"service": selection.service, "employee": selection.employee}
    offices = None if selection.whole_agency else selection.offices
    columns = () if by is None else (GROUPS[by],)
    sums: dict[str | None, TicketSum] = {}
    for row in store.counts(session, agency_id, offices, selection.first, selection.last, columns, only):
        key = _group_name(row[0], by) if columns else None
        sums[key] = sums.get(key, NO_TICKETS).plus(ticket_sum(row))
    return sums


def _group_name(value: Any, by: str | None) -> str:
    return str(value)[:7] if by == "month" else str(value)


def ticket_sum(row: Any) -> TicketSum:
    """The counts of a row as integers."""
    # PostgreSQL sums bigints as Decimal, and a sum over no rows is NULL.
    return TicketSum(int(row.issued or 0), int(row.armed or 0), int(row.spent or 0))
