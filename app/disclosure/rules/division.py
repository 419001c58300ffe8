"""How ratings are divided into blocks, the smallest sums that are ever told: none has fewer than ten ratings. Pure.

Whatever anybody computes from told figures is made of whole blocks, so nothing can be computed about fewer than ten
citizens, however often and cleverly somebody asks (decision 16).
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter
from random import Random
from typing import NamedTuple, TypeVar
from uuid import UUID

from app.disclosure.rules.minimum import SMALLEST_N
from app.instruments.model import SKIPPED

Value = TypeVar("Value", bound=Hashable)

Month = str


class UnreleasedRating(NamedTuple):
    """A rating that no figure has counted so far; `employee` is '' for nobody, `month` such as `2026-11`.

    `joint`: whether its answers were given together; a sheet made of imported counts is not. By its `day` nothing is
    divided; a comment has none.
    """

    key: UUID
    office: str
    employee: str
    month: Month
    service: str
    channel: str
    sheet: str
    joint: bool = True
    day: date = date.min


@dataclass(frozen=True)
class Shared:
    """What all ratings of a block have in common; None where they differ, so that a figure by it leaves them out.

    `complete`: whether every sheet is known to answer every question (True) or none is (False).
    """

    office: str | None = None
    employee: str | None = None
    first_month: Month = ""
    last_month: Month = ""
    complete: bool | None = None
    service: str | None = None
    channel: str | None = None


class NewBlock(NamedTuple):
    """At least ten ratings that are told together for ever, and what they share."""

    shared: Shared
    ratings: Sequence[UnreleasedRating]


def divide(ratings: Sequence[UnreleasedRating], choose: Random) -> list[NewBlock]:
    """Divide at least ten ratings of one or several offices: the finest blocks of ten or more, persons first.

    Each step divides what the one before left together: by office, employee, month, completeness, service, channel.
    `choose` draws the ratings that fill up a remainder to ten.
    """
    parts: list[tuple[Shared, Sequence[UnreleasedRating]]] = [(Shared(), ratings)]
    for put, value_of in STEPS:
        parts = [
            (shared if value is None else put(shared, value), piece)
            for shared, part in parts
            for value, piece in pieces(part, value_of, choose)
        ]
    return [NewBlock(_with_months(shared, part), part) for shared, part in parts]


def pieces(
    ratings: Sequence[UnreleasedRating], value_of: Callable[[UnreleasedRating], Value], choose: Random
) -> list[tuple[Value | None, Sequence[UnreleasedRating]]]:
    """The ratings by value where ten or more have it; all others together, under None.

    If the others are fewer than ten, ratings of the largest values, drawn by lot, fill them up, so that no value loses
    more than nine; if no values have that many to spare, the smallest value joins them with all its ratings.
    """
    values = list(map(value_of, ratings))
    if values and values.count(values[0]) == len(values):
        # As mostly: by then they are of one office, and nobody or one employee is named.
        return [(values[0] if len(values) >= SMALLEST_N else None, ratings)]
    by_value: dict[Value, list[UnreleasedRating]] = {}
    for value, rating in zip(values, ratings, strict=True):
        by_value.setdefault(value, []).append(rating)
    large = {value: part for value, part in by_value.items() if len(part) >= SMALLEST_N}
    rest = [rating for value, part in by_value.items() if value not in large for rating in part]
    missing = SMALLEST_N - len(rest)
    if rest and missing > 0 and large:
        largest_first = sorted(large, key=lambda value: (-len(large[value]), str(value)))
        if sum(len(part) - SMALLEST_N for part in large.values()) >= missing:
            for value in largest_first:
                given = min(missing, len(large[value]) - SMALLEST_N)
                rest += (drawn := choose.sample(large[value], given))
                gone = {rating.key for rating in drawn}
                large[value] = [rating for rating in large[value] if rating.key not in gone]
                missing -= given
        else:
            rest += large.pop(largest_first[-1])
    found: list[tuple[Value | None, Sequence[UnreleasedRating]]] = list(large.items())
    return [*found, (None, rest)] if rest else found


def separable(sizes: Iterable[int]) -> bool:
    """Whether parts of these sizes can be told one by one: each has none or at least ten ratings."""
    return all(size == 0 or size >= SMALLEST_N for size in sizes)


def answers_separable(items: Sequence[Sequence[int]], sheets: Sequence[str]) -> bool:
    """Whether these sheets can leave what was told (`items`: answers by score): none or ten answer each question."""
    return separable(sum(sheet[place] != SKIPPED for sheet in sheets) for place, told in enumerate(items) if sum(told))


def is_complete(rating: UnreleasedRating) -> bool:
    """Whether one citizen is known to have answered every question of it."""
    return bool(rating.joint) and SKIPPED not in rating.sheet


def _with_months(shared: Shared, ratings: Sequence[UnreleasedRating]) -> Shared:
    months = [rating.month for rating in ratings]
    return replace(shared, first_month=min(months), last_month=max(months))


Step = tuple[Callable[[Shared, str | bool], Shared], Callable[[UnreleasedRating], str | bool]]


def _step(name: str, value_of: Callable[[UnreleasedRating], str | bool]) -> Step:
    return lambda shared, value: replace(shared, **{name: value}), value_of


STEPS: Sequence[Step] = (
    _step("office", attrgetter("office")),
    _step("employee", attrgetter("employee")),
    # A block knows its months by their range.
    (lambda shared, _: shared, attrgetter("month")),
    _step("complete", is_complete),
    _step("service", attrgetter("service")),
    _step("channel", attrgetter("channel")),
)
