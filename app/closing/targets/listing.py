"""Lists the targets of a period, of the offices in reach and of those who are posted there."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.access.principals import Reach
from app.closing.addressing import asked
from app.closing.targets.schemas import TargetOut, TargetPage, TargetQuery
from app.directory.listing_store import employees_page
from app.directory.reach import offices_in_reach
from app.directory.tables import ZONES
from app.foundation.storage.database import Session
from app.indices.reading import instrument_of
from app.targets import store
from app.targets.rules.target import shown
from app.targets.tables import TargetRow

# As many as an agency has at most; only a part of it is asked so.
EVERYBODY = 1_000_000


class _Reached(NamedTuple):
    offices: frozenset[str] | None
    employees: frozenset[str] | None


def list_targets(session: Session, reach: Reach, query: TargetQuery, now: datetime) -> TargetPage:
    """The targets in reach. Raises `period-unknown` and `instrument-unknown`."""
    span, instrument = asked(query.period), instrument_of(session, reach.agency_id, query.instrument)
    unit, kind, figure = (query.after or "//").split("/")
    reached = _reached(session, reach, now)
    listed = store.Listed(span.code, instrument.id, reached.offices, reached.employees, (unit, kind, figure))
    rows = store.page(session, reach.agency_id, listed, query.limit + 1)
    shown_rows = rows[: query.limit]
    last = shown_rows[-1] if len(rows) > query.limit else None
    return TargetPage(
        items=tuple(map(_out, shown_rows)),
        next=None if last is None else f"{last.unit}/{last.kind}/{last.figure}",
        fixed=(span.code, instrument.id) in store.fixed_periods(session, reach.agency_id),
    )


def _reached(session: Session, reach: Reach, now: datetime) -> _Reached:
    offices = offices_in_reach(session, reach)
    if offices is None:
        return _Reached(None, None)
    days = {zone: now.astimezone(ZoneInfo(zone)).date() for zone in ZONES}
    posted = employees_page(session, reach.agency_id, within=offices, days=days, after=None, limit=EVERYBODY)
    return _Reached(offices, frozenset(each.code for each in posted))


def _out(row: TargetRow) -> TargetOut:
    return TargetOut(
        period=row.period,
        instrument=row.instrument,
        office=row.unit if row.kind == "office" else None,
        employee=row.unit if row.kind == "employee" else None,
        figure=row.figure,
        value=str(shown(row.hundredths)),
        set_at=row.set_at,
    )
