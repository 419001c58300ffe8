"""The SQL that counts held sheets and findings, for figures and reports."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import TypeAlias

from sqlalchemy import and_, func, inspect, select

from app.foundation.storage.database import Session
from app.ratings.status import HELD
from app.ratings.tables import Rating
from app.ratings.tallies.rules.query_plan import Selection
from app.ratings.tallies.store import RATING_GROUPS, batches, filters_of, group_columns, group_name
from app.screening.rules.sheets import HeldRow, RaisedRow
from app.screening.tables import Doubt, Finding

RATING, DOUBT, FINDING = (inspect(table).local_table.c for table in (Rating, Doubt, Finding))
# Reason → n, for each group (None without a grouping).
GroupedReasons: TypeAlias = Mapping[str | None, Mapping[str, int]]


def held_reasons(session: Session, agency_id: str, selection: Selection) -> GroupedReasons:
    """How many sheets of a selection are held for each reason, by group; held ones without a finding are in none."""
    keys = group_columns(RATING_GROUPS, selection.by, FINDING.reason)
    query = (
        select(*keys, func.count())
        .select_from(RATING.key.table)
        .join(DOUBT.key.table, and_(DOUBT.agency_id == RATING.agency_id, DOUBT.key == RATING.key))
        .join(FINDING.reason.table, and_(FINDING.agency_id == DOUBT.agency_id, FINDING.finding_id == DOUBT.finding_id))
        .where(
            RATING.agency_id == agency_id,
            RATING.standing == HELD,
            RATING.rated_on.between(selection.first, selection.last),
            RATING.instrument == selection.instrument,
            *filters_of(RATING_GROUPS, selection),
        )
        .group_by(*keys)
    )
    reasons: dict[str | None, Counter[str]] = {}
    for batch in batches(selection.offices):
        for *group, reason, n in session.connection().execute(query.where(RATING.office.in_(batch))):
            reasons.setdefault(group_name(selection.by, *group), Counter())[reason] += n
    return reasons


def held_in(session: Session, agency_id: str, instrument: str, first: date, last: date) -> list[HeldRow]:
    """How many sheets of these days are held, by office, employee and reason."""
    keys = (RATING.office, RATING.employee, FINDING.reason)
    query = (
        select(*keys, func.count())
        .select_from(Rating)
        .join(Doubt, and_(DOUBT.agency_id == RATING.agency_id, DOUBT.key == RATING.key))
        .join(Finding, and_(FINDING.agency_id == DOUBT.agency_id, FINDING.finding_id == DOUBT.finding_id))
        .where(
            RATING.agency_id == agency_id,
            RATING.rated_on.between(first, last),
            RATING.instrument == instrument,
            RATING.standing == HELD,
        )
        .group_by(*keys)
    )
    return [HeldRow(*row) for row in session.execute(query)]


def raised_in(session: Session, agency_id: str, first: date, last: date) -> list[RaisedRow]:
    """How many findings begin on these days, by office, reason and standing."""
    keys = (FINDING.office, FINDING.reason, FINDING.standing)
    query = select(*keys, func.count()).where(FINDING.agency_id == agency_id, FINDING.first_on.between(first, last))
    return [RaisedRow(*row) for row in session.execute(query.group_by(*keys))]
