"""Changes of tally rows, counted in Python as the statements count them in SQL, from the same list of grains."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from operator import itemgetter
from typing import NamedTuple

from app.ratings.rating import NewRating
from app.ratings.tallies.rules.grains import GRAINS, Grain


class TallyKey(NamedTuple):
    """The key of one tally row within an agency, in the order of its columns."""

    grain: str
    unit: str
    period_start: date
    service: str
    channel: str
    ticketed: bool
    standing: str
    instrument: str
    sheet: str


class CountedSheet(NamedTuple):
    """The columns of a stored rating that tallies distinguish, without its status."""

    rated_on: date
    office: str
    service: str
    channel: str
    ticketed: bool
    instrument: str
    sheet: str


def count(ratings: Iterable[NewRating]) -> list[tuple[TallyKey, int]]:
    """How much each tally row grows by, sorted by its key."""
    counts = Counter(tally_key(grain, rating) for rating in ratings for grain in GRAINS)
    return sorted(counts.items(), key=itemgetter(0))


def moved_counts(
    agency_id: str, sheets: Iterable[CountedSheet], source: str, target: str
) -> list[tuple[TallyKey, int]]:
    """How much each tally row changes when sheets change their status, sorted by its key."""
    counts = Counter[TallyKey]()
    for sheet in sheets:
        for grain in GRAINS:
            key = _key(grain, agency_id, sheet, source)
            counts[key] -= 1
            counts[key._replace(standing=target)] += 1
    return sorted(counts.items(), key=itemgetter(0))


def tally_key(grain: Grain, rating: NewRating) -> TallyKey:
    """The row in which a new rating counts at this grain."""
    place = rating.place
    sheet = CountedSheet(
        place.rated_on, place.office, place.service, place.channel, rating.ticketed, rating.instrument, rating.sheet
    )
    return _key(grain, rating.agency_id, sheet, rating.standing)


def _key(grain: Grain, agency_id: str, sheet: CountedSheet, standing: str) -> TallyKey:
    return TallyKey(
        grain=grain.name,
        unit=agency_id if grain.unit == "agency_id" else sheet.office,
        period_start=sheet.rated_on.replace(day=1) if grain.by_month else sheet.rated_on,
        service=sheet.service if grain.split else "",
        channel=sheet.channel if grain.split else "",
        ticketed=sheet.ticketed,
        standing=standing,
        instrument=sheet.instrument,
        sheet=sheet.sheet,
    )
