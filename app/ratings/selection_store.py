"""The SQL of a selection of ratings: its conditions and groups, for queries that count some of them."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, inspect

from app.ratings.rules.selection import By, Selection
from app.ratings.tables import Rating

# Codes bound into one statement; far below what either driver takes.
BATCH = 500

RATING = inspect(Rating).local_table.c
GROUPS: Mapping[By, ColumnElement[Any]] = {
    By.office: RATING.office,
    By.service: RATING.service,
    By.employee: RATING.employee,
    By.channel: RATING.channel,
    By.month: RATING.rated_on,
    By.day: RATING.rated_on,
}


def group_columns(by: By | None, *kept: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    """The columns to select and group by: that of the grouping first, if there is one, then those kept."""
    return kept if by is None else (GROUPS[by], *kept)


def filters_of(agency_id: str, selection: Selection) -> list[ColumnElement[bool]]:
    """The conditions of a selection, except that on offices, which come in batches.

    Not the columns by themselves: held ratings are looked up from the doubts, which are few, and for a person SQLite
    would go through all that he or she was rated, once for each batch of offices.
    """
    wanted = {
        By.service: selection.service,
        By.employee: selection.employee,
        By.channel: selection.channel,
    }
    return [
        RATING.agency_id == agency_id,
        RATING.rated_on.between(selection.first, selection.last),
        RATING.instrument == selection.instrument,
        *(func.coalesce(GROUPS[kind], "") == value for kind, value in wanted.items() if value is not None),
    ]


def group_name(by: By | None, raw: str | date | None = None) -> str | None:
    """A group's name on the wire. Days fold into months here: the two databases have no common function for it."""
    if not isinstance(raw, date):
        return raw
    return raw.isoformat()[:7] if by is By.month else raw.isoformat()


def batches(codes: Collection[str]) -> Iterator[list[str]]:
    """The codes in order, at most `BATCH` at a time."""
    ordered = sorted(codes)
    return (ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH))
