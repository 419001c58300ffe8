"""The SQL that counts held sheets and findings, for figures and reports."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, func, inspect, select

from app.foundation.storage.database import Session
from app.ratings.rules.selection import By, Selection
from app.ratings.selection_store import batches, filters_of, group_columns, group_name
from app.ratings.status import HELD
from app.ratings.tables import Rating
from app.screening.rules.sheets import RaisedRow
from app.screening.tables import Doubt, Finding, SealedHeld

RATING, DOUBT, FINDING, GONE = (inspect(table).local_table.c for table in (Rating, Doubt, Finding, SealedHeld))
GONE_BY: Mapping[By, ColumnElement[Any]] = {
    By.office: GONE.office,
    By.service: GONE.service,
    # As a rating has nobody.
    By.employee: func.nullif(GONE.employee, ""),
    By.channel: GONE.channel,
    By.month: GONE.rated_on,
    By.day: GONE.rated_on,
}
# By what sheets that are gone are counted.
HELD_KEY = ("agency_id", "rated_on", "office", "service", "employee", "channel", "instrument", "reason")
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
        for *group, reason, n in session.execute(_gone(agency_id, selection).where(GONE.office.in_(batch))):
            reasons.setdefault(group_name(selection.by, *group), Counter())[reason] += n
    return reasons


def _gone(agency_id: str, selection: Selection) -> Select[Any]:
    """The query of how many held sheets of a selection are gone with their months."""
    keys: list[ColumnElement[Any]] = [] if selection.by is None else [GONE_BY[selection.by]]
    wanted = {"service": selection.service, "employee": selection.employee, "channel": selection.channel}
    return (
        select(*keys, GONE.reason, func.sum(GONE.n))
        .where(
            GONE.agency_id == agency_id,
            GONE.rated_on.between(selection.first, selection.last),
            GONE.instrument == selection.instrument,
            *(GONE[name] == value for name, value in wanted.items() if value is not None),
        )
        .group_by(*keys, GONE.reason)
    )


def keep_held(session: Session, agency_id: str, going: Sequence[ColumnElement[bool]]) -> None:
    """Keep how many of the ratings that go are held, in the transaction in which they go."""
    columns = (
        RATING.agency_id,
        RATING.rated_on,
        RATING.office,
        RATING.service,
        func.coalesce(RATING.employee, ""),
        RATING.channel,
        RATING.instrument,
        FINDING.reason,
    )
    held = (
        select(*columns, func.count().label("n"))
        .select_from(RATING.key.table)
        .join(DOUBT.key.table, and_(DOUBT.agency_id == RATING.agency_id, DOUBT.key == RATING.key))
        .join(FINDING.reason.table, and_(FINDING.agency_id == DOUBT.agency_id, FINDING.finding_id == DOUBT.finding_id))
        .where(RATING.agency_id == agency_id, RATING.standing == HELD, *going)
        .group_by(*columns)
    )
    for *key, n in session.execute(held).all():
        known = session.get(SealedHeld, tuple(key))
        if known is None:
            known = SealedHeld(**dict(zip(HELD_KEY, key, strict=True)), n=0)
        known.n += n
        session.add(known)
    session.flush()


def raised_in(session: Session, agency_id: str, first: date, last: date) -> list[RaisedRow]:
    """How many findings begin on these days, by office, reason and standing."""
    keys = (FINDING.office, FINDING.reason, FINDING.standing)
    query = select(*keys, func.count()).where(FINDING.agency_id == agency_id, FINDING.first_on.between(first, last))
    return [RaisedRow(*row) for row in session.execute(query.group_by(*keys))]
