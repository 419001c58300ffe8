"""The service of the races, and what a race is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

from app.access.principals import Reach
from app.disclosure.rules.calendar import Span, span_of
from app.foundation.storage.database import Session
from tests.house import House
from tests.people.persons import Door

DONE = "done"
KOTA = Reach("kota", None, "test")
MAY, AUGUST = date(2026, 5, 12), date(2026, 8, 12)
# The number of the first comment.
COMMENTED = 100
Step = Callable[[], object]


@dataclass
class Town:
    """A service with a draft about October and told comments, and a way in for persons."""

    house: House
    door: Door
    key_file: Path

    def writes(self, what: Callable[[Session], object]) -> Step:
        """Something that is done in one transaction."""

        def step() -> object:
            with self.house.database.writing() as session:
                return what(session)

        return step


class Case(NamedTuple):
    """What two do at once; `commits` of the first until it is through."""

    first: Step
    second: Step
    commits: int = 1


def span(code: str) -> Span:
    """The period of a code."""
    found = span_of(code)
    assert found is not None
    return found
