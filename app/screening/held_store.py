"""The SQL that counts held sheets and findings, for figures and reports."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import TypeAlias

from sqlalchemy import and_, func, inspect, select

from app.foundation.storage.database import Session
from app.ratings.rules.selection import Selection
from app.ratings.selection_store import batches, filters_of, group_columns, group_name
from app.ratings.status import HELD
from app.ratings.tables import Rating
from app.screening.rules.sheets import RaisedRow
from app.screening.tables import Doubt, Finding

RATING, DOUBT, FINDING = (inspect(table).local_table.c for table in (Rating, Doubt, Finding))
# Reason → n, for each group (None without a grouping).
GroupedReasons: TypeAlias = Mapping[str | None, Mapping[str, int]]


def held_reasons(session: Session, agency_id: str, selection: Selection) -> GroupedReasons:
    """How many sheets of a selection are held for each reason, by group; held ones without a finding are in none."""
    keys = group_columns(selection.by, FINDING.reason)
    query = (
        select(*keys)
        .select_from(RATING.key.table)
        .join(DOUBT.key.table, and_(DOUBT.agency_id == RATING.agency_id, DOUBT.key == RATING.key))
        .join(FINDING.reason.table, and_(FINDING.agency_id == DOUBT.agency_id, FINDING.finding_id == DOUBT.finding_id))
        .where(
            RATING.standing == HELD,
            # Said once more, so that SQLite, which has no statistics, begins with the doubts: they are few.
            RATING.key.in_(select(DOUBT.key).where(DOUBT.agency_id == agency_id)),
            *filters_of(agency_id, selection),
        )
    )
    reasons: dict[str | None, Counter[str]] = {}
    # Not the column by itself: for few offices SQLite would go through all that they were rated in these days.
    office = func.coalesce(RATING.office, "")
    for batch in batches(selection.offices):
        # Counted here: for the sake of a GROUP BY it would go through all ratings in that order.
        for *group, reason in session.connection().execute(query.where(office.in_(batch))):
            reasons.setdefault(group_name(selection.by, *group), Counter())[reason] += 1
    return reasons


def raised_in(session: Session, agency_id: str, first: date, last: date) -> list[RaisedRow]:
    """How many findings begin on these days, by office, reason and standing."""
    keys = (FINDING.office, FINDING.reason, FINDING.standing)
    query = select(*keys, func.count()).where(FINDING.agency_id == agency_id, FINDING.first_on.between(first, last))
    return [RaisedRow(*row) for row in session.execute(query.group_by(*keys))]
