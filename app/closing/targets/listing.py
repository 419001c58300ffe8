"""Lists the targets of a period, of the offices in reach and of those who are posted there."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.access.principals import Reach
from app.closing.addressing import asked
from app.closing.targets.schemas import TargetOut, TargetPage, TargetQuery
from app.directory.listing_store import posted_within
from app.directory.reach import offices_in_reach
from app.directory.tables import ZONES
from app.foundation.storage.database import Session
from app.indices.reading import instrument_of
from app.targets import store
from app.targets.rules.target import shown
from app.targets.tables import TargetRow


def list_targets(session: Session, reach: Reach, query: TargetQuery, now: datetime) -> TargetPage:
    """The targets in reach. Raises `period-unknown` and `instrument-unknown`."""
    span, instrument = asked(query.period), instrument_of(session, reach.agency_id, query.instrument)
    unit, kind, figure = (query.after or "//").split("/")
    listed = store.Listed(span.code, instrument.id, _reached(session, reach, now), (unit, kind, figure))
    rows = store.page(session, reach.agency_id, listed, query.limit + 1)
    shown_rows = rows[: query.limit]
    last = shown_rows[-1] if len(rows) > query.limit else None
    return TargetPage(
        items=tuple(map(_out, shown_rows)),
        next=None if last is None else f"{last.unit}/{last.kind}/{last.figure}",
        fixed=(span.code, instrument.id) in store.fixed_periods(session, reach.agency_id),
    )


def _reached(session: Session, reach: Reach, now: datetime) -> set[tuple[str, str]] | None:
    """Code and kind of the offices in reach and of who is posted there today; None: of the whole agency."""
    offices = offices_in_reach(session, reach)
    if offices is None:
        return None
    days = {zone: now.astimezone(ZoneInfo(zone)).date() for zone in ZONES}
    posted = posted_within(session, reach.agency_id, offices, days)
    return {(code, "office") for code in offices} | {(code, "employee") for code in posted}


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
