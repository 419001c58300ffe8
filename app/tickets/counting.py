"""Reading the counts of tickets for whoever may read reports."""

from typing import Any

from app.access.principals import Principal
from app.directory.catalogue import Catalogue
from app.foundation.database import Session
from app.foundation.problems import Problem
from app.tickets import store
from app.tickets.schemas import CountOut, CountQuery, CountsOut

COLUMNS = {
    "office": ("office",),
    "service": ("office", "service"),
    "employee": ("office", "employee"),
    "day": ("office", "issued_on"),
}


def read_counts(session: Session, principal: Principal, query: CountQuery, catalogue: Catalogue) -> CountsOut:
    """Issued, armed and spent within the key's reach; raises `office-unknown`, `out-of-scope`, `period-reversed`."""
    if query.first is not None and query.last is not None and query.first > query.last:
        raise Problem("period-reversed")
    if query.office is not None and query.office not in catalogue.offices:
        raise Problem("office-unknown")
    if query.office is not None and not catalogue.within(query.office, principal.office):
        raise Problem("out-of-scope", what="this office")
    root = query.office or principal.office
    offices = None if root is None else frozenset(each for each in catalogue.offices if catalogue.within(each, root))
    rows = store.counts(session, principal.agency_id, offices, query.first, query.last, COLUMNS[query.by])
    return CountsOut(items=tuple(map(_out, rows)))


def _out(row: Any) -> CountOut:
    """A sum of one database may be a Decimal; counts are whole."""
    issued, armed, spent = int(row.issued), int(row.armed), int(row.spent)
    return CountOut(
        office=row.office,
        service=getattr(row, "service", None),
        employee=getattr(row, "employee", None) or None,
        day=getattr(row, "issued_on", None),
        issued=issued,
        armed=armed,
        spent=spent,
        coverage=round(spent / armed, 4) if armed else None,
    )
