"""The database rows of a validated rating: rating, trace, and the separate rows of its comment and profile."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, cast
from uuid import uuid4

from app.ratings.rating import NewRating
from app.ratings.statements import COLUMNS, TRACED

Row = tuple[str | bool | None, ...]
SeparateRow = Mapping[str, Any]


def row(rating: NewRating) -> Row:
    """The values of the rating's row, in the order of `statements.COLUMNS`."""
    place = rating.place
    return (
        rating.key,
        place.rated_on.isoformat(),
        place.office,
        place.counter,
        place.service,
        place.employee,
        place.channel,
        rating.ticketed,
        rating.standing,
        rating.instrument,
        rating.sheet,
        rating.digest,
    )


def trace(rating: NewRating) -> Row:
    """The values of the trace beside the rating, in the order of `statements.TRACED`."""
    return (None if rating.place.hour is None else str(rating.place.hour), rating.source)


def traces(ratings: Iterable[NewRating]) -> list[Row]:
    """(key, hour, source) of the ratings that leave a trace."""
    return [(rating.key, *trace(rating)) for rating in ratings if rating.place.hour is not None]


def postgresql_values(agency_id: str, ratings: Collection[NewRating]) -> dict[str, str]:
    """The parameters of the statement that stores these ratings of one agency, or none at all."""
    columns = array_literals([(*row(each), *trace(each)) for each in ratings]) or ["{}"] * len(PARAMETERS)
    return {
        "agency_id": agency_id,
        **dict(zip(PARAMETERS, columns, strict=True)),
        "comments": json_of(comments(ratings)),
        "profiles": json_of(profiles(ratings)),
    }


def json_of(rows: Sequence[object]) -> str:
    """The rows as JSON."""
    return json.dumps(rows, separators=(",", ":"))


PARAMETERS = (*COLUMNS, *TRACED)


def array_literals(rows: Sequence[Row]) -> list[str]:
    """The rows' columns as PostgreSQL's array literals, one text a column.

    Every value is a code, a key, a date, a digest or a sheet; one that would need escaping is a fault of ours and
    raises ValueError.
    """
    return [_array_literal(column) for column in zip(*rows, strict=True)]


def _array_literal(column: Sequence[str | bool | None]) -> str:
    # Written here, because the driver spends 4 ms in Python on the arrays of 500 rows (decision 6).
    try:
        literal = '"' + '","'.join(cast("Sequence[str]", column)) + '"'
    except TypeError:
        # Most columns are text alone, which is joined six times as fast.
        literal = ",".join(["NULL" if value is None else f'"{value}"' for value in column])
    if "\\" in literal or literal.count('"') != 2 * (len(column) - column.count(None)):
        raise ValueError("a value of a rating's row needs escaping")
    return f"{{{literal}}}"


def comments(ratings: Iterable[NewRating]) -> list[SeparateRow]:
    """One row per comment under a random id; `key` links it to its rating within the statement and is not stored."""
    rows = [
        {
            "key": rating.key,
            "comment_id": uuid4().hex,
            "instrument": rating.instrument,
            "office": rating.place.office,
            "written_in": _month(rating.place.rated_on),
            "text": rating.comment,
        }
        for rating in ratings
        if rating.comment
    ]
    # In the order of the random ids, so that the order of rows on disk does not tell who wrote which.
    return sorted(rows, key=_comment_id)


def profiles(ratings: Iterable[NewRating]) -> list[SeparateRow]:
    """One row per profile attribute given, to be counted per questionnaire, office and month; `key` is not stored."""
    return [
        {
            "key": rating.key,
            "instrument": rating.instrument,
            "office": rating.place.office,
            "month": _month(rating.place.rated_on),
            "attribute": attribute,
            "value": value,
        }
        for rating in ratings
        if rating.profile
        for attribute, value in rating.profile.items()
    ]


def _month(day: date) -> str:
    return day.replace(day=1).isoformat()


def _comment_id(row: SeparateRow) -> str:
    return str(row["comment_id"])
