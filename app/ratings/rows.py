"""What a judged rating becomes in the database: its row, its comment apart, its profile apart. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from app.ratings.rating import NewRating

Row = tuple[str | bool | None, ...]
Apart = Mapping[str, Any]


def row(rating: NewRating) -> Row:
    """The values in the order of `statements.COLUMNS`."""
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
    """The values in the order of `statements.TRACED`."""
    return (None if rating.place.hour is None else str(rating.place.hour), rating.source)


def traces(ratings: Iterable[NewRating]) -> list[Row]:
    """(key, hour, source) of the ratings that leave a trace."""
    return [(rating.key, *trace(rating)) for rating in ratings if rating.place.hour is not None]


def arrays(rows: Sequence[Row]) -> list[str]:
    """The rows' columns as PostgreSQL's array literals: a tenth of the cost of the driver's own.

    Every value is a code, a key, a date, a digest or a sheet; one that would need escaping is a fault of ours and
    raises ValueError.
    """
    return [_array(column) for column in zip(*rows, strict=True)]


def _array(column: Sequence[str | bool | None]) -> str:
    literal = ",".join(["NULL" if value is None else f'"{value}"' for value in column])
    if "\\" in literal or literal.count('"') != 2 * (len(column) - column.count(None)):
        raise ValueError("a value of a rating's row needs escaping")
    return f"{{{literal}}}"


def comments(ratings: Iterable[NewRating]) -> list[Apart]:
    """The comments by their own random ids; `key` says whose they are until the statement ends, and is not stored."""
    rows = [
        {
            "key": rating.key,
            "comment_id": uuid4().hex,
            "office": rating.place.office,
            "written_in": _month(rating.place.rated_on),
            "text": rating.comment,
        }
        for rating in ratings
        if rating.comment
    ]
    return sorted(rows, key=_comment_id)


def profiles(ratings: Iterable[NewRating]) -> list[Apart]:
    """One row per attribute given, to be counted; `key` is not stored here either."""
    return [
        {
            "key": rating.key,
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


def _comment_id(row: Apart) -> str:
    return str(row["comment_id"])
