"""What closings published before there were releases: the first release must fit beside it. Pure.

Ratings that the same published figures count are alike; each class of them is divided for itself, so that every old
figure stays a sum of whole blocks.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from app.disclosure.rules.division import Month, UnreleasedRating

# Which published figures count a rating, by their places in the list.
Signature = frozenset[int]


class RatedPlace(NamedTuple):
    """What published figures tell apart: office, employee ('' for nobody) and month."""

    office: str
    employee: str
    month: Month


class ClosedCell(NamedTuple):
    """The ratings that one published figure counts: all at these offices in these months, or those of one employee."""

    offices: frozenset[str]
    employee: str | None
    months: frozenset[Month]


def closed_cells(told: Mapping[str, Any]) -> list[ClosedCell]:
    """The cells of a closing from before there were releases, as it stored them; none of a later one."""
    return [
        ClosedCell(frozenset(offices), employee, frozenset(months))
        for offices, employee, months in told.get("cells", ())
    ]


class ClosedFigures:
    """All cells that closings published, found by what they count."""

    def __init__(self, cells: Sequence[ClosedCell]) -> None:
        self._cells = cells
        self._of_person: dict[str, list[int]] = defaultdict(list)
        self._of_office: dict[str, list[int]] = defaultdict(list)
        for place, cell in enumerate(cells):
            if cell.employee is not None:
                self._of_person[cell.employee].append(place)
            else:
                for office in cell.offices:
                    self._of_office[office].append(place)
        self._known: dict[RatedPlace, Signature] = {}

    @property
    def months(self) -> tuple[Month, Month] | None:
        """The first and the last month that any of them counts; None without any."""
        months = [month for cell in self._cells for month in cell.months]
        return (min(months), max(months)) if months else None

    def signature(self, place: RatedPlace) -> Signature:
        """Which figures count the ratings of a place; the empty one if none does."""
        if place not in self._known:
            near = [*self._of_person.get(place.employee, ()), *self._of_office.get(place.office, ())]
            self._known[place] = frozenset(
                each
                for each in near
                if place.office in self._cells[each].offices and place.month in self._cells[each].months
            )
        return self._known[place]

    def is_of_one_office(self, signature: Signature) -> bool:
        """Whether ratings with this signature are all of one office, because that office alone has such a figure."""
        return any(len(self._cells[each].offices) == 1 and self._cells[each].employee is None for each in signature)

    def classes(self, ratings: Iterable[UnreleasedRating]) -> dict[Signature, list[UnreleasedRating]]:
        """The ratings by which figures count them."""
        found: dict[Signature, list[UnreleasedRating]] = defaultdict(list)
        for rating in ratings:
            found[self.signature(RatedPlace(rating.office, rating.employee, rating.month))].append(rating)
        return found
