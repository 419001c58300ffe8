"""Measures that were asked for lately: the question holds all that they depend on, so they are not made again."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, TypeAlias

from app.disclosure.rules.calendar import Span
from app.foundation.recent_values import RecentValues
from app.measures.rules.office_comparison import OfficeAmongAll
from app.measures.rules.unit_measures import UnitMeasures
from app.ratings.rules.selection import By

# By code, in order; None where too little is told.
MeasuredUnits: TypeAlias = Mapping[str, UnitMeasures | None]
# About ten kilobytes each: thirty megabytes at most.
MOST_UNITS = 3_000
# About one kilobyte each, of every office of an agency: thirty megabytes at most.
MOST_COMPARED = 30_000


class Question(NamedTuple):
    """All that the measures of some units depend on: what a release told, and what stands beside it.

    What is told changes with a release alone, so its number stands for it; the moment tells apart two of the same
    number, where a backup was restored. The instrument's id, digest and weight mode stand for the rules. `held` is by
    unit and reason, `families` are those of services, None where units are offices.
    """

    agency_id: str
    release: tuple[int, datetime]
    instrument: tuple[str, str, str]
    span: Span
    by: By
    offices: frozenset[str] | None
    held: frozenset[tuple[str | None, frozenset[tuple[str, int]]]]
    served: frozenset[tuple[str, int]]
    families: frozenset[tuple[str, str]] | None


class OfficesQuestion(NamedTuple):
    """All that comparing the offices of an agency with each other depends on, with the meanings of `Question`."""

    agency_id: str
    release: tuple[int, datetime]
    instrument: tuple[str, str, str]
    span: Span


class MeasuresCache(RecentValues[Question, MeasuredUnits]):
    """The measures of the last few thousand units asked for, for everybody who asks the same.

    Beside them how offices compare, for everybody who asks about any of them.
    """

    def __init__(self, most: int = MOST_UNITS) -> None:
        super().__init__(most)
        self.offices: RecentValues[OfficesQuestion, Mapping[str, OfficeAmongAll]] = RecentValues(MOST_COMPARED)
