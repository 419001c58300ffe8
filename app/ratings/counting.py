"""Counting sheets in Python, as the statements count them in SQL, from the same list of grains."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from operator import itemgetter
from typing import NamedTuple

from app.ratings.grains import GRAINS, Grain
from app.ratings.rating import NewRating


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


def count(ratings: Iterable[NewRating]) -> list[tuple[TallyKey, int]]:
    """How much each tally row grows by, sorted by its key."""
    counts = Counter(tally_key(grain, rating) for rating in ratings for grain in GRAINS)
    return sorted(counts.items(), key=itemgetter(0))


def tally_key(grain: Grain, rating: NewRating) -> TallyKey:
    """The row in which a new rating counts at this grain."""
    place = rating.place
    return TallyKey(
        grain=grain.name,
        unit=rating.agency_id if grain.unit == "agency_id" else place.office,
        period_start=place.rated_on.replace(day=1) if grain.by_month else place.rated_on,
        service=place.service if grain.split else "",
        channel=place.channel if grain.split else "",
        ticketed=rating.ticketed,
        standing=rating.standing,
        instrument=rating.instrument,
        sheet=rating.sheet,
    )
