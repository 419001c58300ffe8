"""The database rows of a validated rating: rating, trace, and the separate rows of its comment and profile."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, cast
from uuid import uuid4

from app.ratings.rating import NewRating
from app.ratings.statements import COLUMNS, TRACED

Row = tuple[str | None, ...]
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
        "1" if rating.ticketed else "0",
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
    return {
        "agency_id": agency_id,
        **dict(zip(PARAMETERS, map(array_literal, columns(ratings)), strict=True)),
        "comments": json_of(comments(ratings)),
        "profiles": json_of(profiles(ratings)),
    }


# Made once, because `json.dumps` makes one at every call that says how it shall write.
_ENCODER = json.JSONEncoder(separators=(",", ":"))


def json_of(rows: Sequence[object]) -> str:
    """The rows as JSON."""
    return _ENCODER.encode(rows)


PARAMETERS = (*COLUMNS, *TRACED)


def columns(ratings: Collection[NewRating]) -> Sequence[Sequence[str | None]]:
    """What `row` and `trace` give, by column: to make rows first and turn them would take twice as long."""
    places = [each.place for each in ratings]
    return (
        [each.key for each in ratings],
        [place.rated_on.isoformat() for place in places],
        [place.office for place in places],
        [place.counter for place in places],
        [place.service for place in places],
        [place.employee for place in places],
        [place.channel for place in places],
        ["1" if each.ticketed else "0" for each in ratings],
        [each.standing for each in ratings],
        [each.instrument for each in ratings],
        [each.sheet for each in ratings],
        [each.digest for each in ratings],
        [None if place.hour is None else str(place.hour) for place in places],
        [each.source for each in ratings],
    )


def array_literal(column: Sequence[str | None]) -> str:
    """The column as PostgreSQL's array literal.

    Every value is a code, a key, a date, a digest or a sheet; one that would need escaping is a fault of ours and
    raises ValueError.
    """
    if not column:
        return "{}"
    # Written here, because the driver spends 4 ms in Python on the arrays of 500 rows (decision 6).
    try:
        literal, absent = '"' + '","'.join(cast("Sequence[str]", column)) + '"', 0
    except TypeError:
        # Most columns are text alone, which is joined six times as fast.
        literal = ",".join(["NULL" if value is None else f'"{value}"' for value in column])
        absent = column.count(None)
    if "\\" in literal or literal.count('"') != 2 * (len(column) - absent):
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
