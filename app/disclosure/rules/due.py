"""What a release may tell: which months and periods are over, and which ratings of an office go together. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from app.disclosure.rules.calendar import end_of, span_between
from app.disclosure.rules.division import Month, separable
from app.disclosure.rules.minimum import SMALLEST_N

# The months that a period may have.
LENGTHS = (1, 3, 6, 12)


class RatingGroup(NamedTuple):
    """All that tells ratings apart in a figure; `employee` is '' for nobody."""

    instrument: str
    standing: str
    office: str
    employee: str
    month: Month
    service: str
    channel: str


class Task(NamedTuple):
    """Ratings that are to be divided into blocks together."""

    instrument: str
    standing: str
    offices: tuple[str, ...]
    first: Month
    last: Month


class TaskGroup(NamedTuple):
    """Tasks that are done together; `whole`: these are all there are of their offices, each of a single one."""

    tasks: Sequence[Task]
    whole: bool


@dataclass(frozen=True)
class ReleaseState:
    """Of which release figures speak: its number, when it was made, and the last day it could tell anything about."""

    number: int
    released_at: datetime
    last: date
    period_months: int

    @property
    def newest_period(self) -> tuple[date, date]:
        """The first and last day of the newest period that is over; of the newest month before the first one is."""
        through = month_code(self.last)
        first, last = period_of(through, self.period_months)
        if last > through:
            first, last = period_of(month_code(first_day(first) - timedelta(days=1)), self.period_months)
        return first_day(first), last_day(last)


def last_month_over(now: datetime, after: timedelta) -> Month:
    """The newest month that ended in every zone at least `after` ago."""
    month = now.date().replace(day=1)
    while now < end_of(last_day(month_code(month))) + after:
        month = (month - timedelta(days=1)).replace(day=1)
    return month_code(month)


def tasks(counts: Mapping[RatingGroup, int], through: Month, period_months: int) -> list[Task]:
    """What can be told now of the untold ratings counted here, single months before periods.

    A period that is over is told as a whole for each office with ten or more; in one that still runs a month is told
    where each person of the office, and nobody, has none or ten, so that nothing can be refused for it later. Offices
    with one to nine in a period are told together, if they are ten.
    """
    by_office: dict[tuple[str, str, str], dict[Month, dict[str, int]]] = defaultdict(dict)
    for part, n in counts.items():
        if part.month <= through:
            persons = by_office[part.instrument, part.standing, part.office].setdefault(part.month, {})
            persons[part.employee] = persons.get(part.employee, 0) + n
    found: list[Task] = []
    small: dict[tuple[str, str, Month, Month], dict[str, int]] = defaultdict(dict)
    for (instrument, standing, office), months in sorted(by_office.items()):
        running: list[Month] = []
        periods: dict[tuple[Month, Month], int] = {}
        for month, persons in months.items():
            first, last = period_of(month, period_months)
            if last > through:
                running += [month] if separable(persons.values()) else []
            else:
                periods[first, last] = periods.get((first, last), 0) + sum(persons.values())
        found += [Task(instrument, standing, (office,), month, month) for month in running]
        for (first, last), n in periods.items():
            if n >= SMALLEST_N:
                found.append(Task(instrument, standing, (office,), first, last))
            else:
                small[instrument, standing, first, last][office] = n
    for (instrument, standing, first, last), offices in sorted(small.items()):
        if sum(offices.values()) >= SMALLEST_N:
            found.append(Task(instrument, standing, tuple(sorted(offices)), first, last))
    return found


def task_groups(found: Iterable[Task], counts: Mapping[RatingGroup, int], most: int) -> Iterator[TaskGroup]:
    """The tasks in their order, some together: all those of some offices, which have at most so many of these ratings.

    The tasks of an office with more stand alone; so does a task of several offices, for what it tells depends on those
    before it.
    """
    sizes: dict[tuple[str, str, str], int] = defaultdict(int)
    for part, n in counts.items():
        sizes[part.instrument, part.standing, part.office] += n
    together: list[Task] = []
    size = 0
    for (instrument, standing, offices), run in groupby(found, lambda task: task[:3]):
        of_office = list(run)
        own = sizes[instrument, standing, offices[0]]
        if together and (len(offices) > 1 or size + own > most):
            yield TaskGroup(together, whole=True)
            together, size = [], 0
        if len(offices) > 1 or (own > most and len(of_office) > 1):
            yield from (TaskGroup([task], whole=False) for task in of_office)
        else:
            together += of_office
            size += own
    if together:
        yield TaskGroup(together, whole=True)


class UntoldCounts:
    """How many ratings of each kind are not told yet: these counts, fewer with everything that is told."""

    def __init__(self, counts: dict[RatingGroup, int]) -> None:
        self._left = counts
        # Kinds of which more or fewer were told by now than counted.
        self._uneven: set[RatingGroup] = set()

    def tell(self, part: RatingGroup, n: int) -> None:
        """Take off what was told."""
        if left := self._left.pop(part, 0) - n:
            self._left[part] = left
            self._uneven.add(part)
        else:
            self._uneven.discard(part)

    @property
    def rest(self) -> dict[RatingGroup, int] | None:
        """What is left; None if more or fewer were told of a kind than counted."""
        return None if self._uneven else self._left


def span_of_months(first: Month, last: Month) -> str:
    """The code of the shortest period that has both months: `2026-10`, `2026-Q4`; periods end with their year."""
    begins, ends = next(
        shortest for shortest in (period_of(first, n) for n in LENGTHS) if shortest[0] <= last <= shortest[1]
    )
    return span_between(first_day(begins), last_day(ends)).code


def period_of(month: Month, months: int) -> tuple[Month, Month]:
    """The first and the last month of the agency's period that has this month."""
    year, number = int(month[:4]), int(month[5:])
    first = number - (number - 1) % months
    return f"{year}-{first:02}", f"{year}-{first + months - 1:02}"


def first_day(month: Month) -> date:
    """The first day of a month."""
    return date.fromisoformat(f"{month}-01")


def last_day(month: Month) -> date:
    """The last day of a month."""
    return (first_day(month) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


# Every rating and week asks, and there are few days.
@lru_cache(maxsize=4_096)
def month_code(day: date) -> Month:
    """The month of a day."""
    return f"{day:%Y-%m}"
