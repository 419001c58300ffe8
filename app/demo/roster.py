"""The duty roster of the town: one employee a counter and calendar week, Monday 08:00 to Friday 16:00.

The people of an office are dealt out to its counters; those who share a counter take turns by the
week, so at most one is on duty at a counter at any time and nobody is at two counters at once.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from app.demo.people import EMPLOYEE_BY_CODE, EMPLOYEES
from app.demo.town import OFFICE_BY_CODE, OFFICES, TownCounter, TownOffice
from app.demo.truths import NEWCOMER
from app.demo.weeks import first_day

OPENS_HOUR = 8
CLOSES_HOUR = 16


class TownDuty(NamedTuple):
    """An employee at a counter in the working week that begins on `monday`, in the office's local time."""

    office: str
    counter: str
    employee: str
    monday: date

    @property
    def begins(self) -> str:
        """Local ISO time, Monday morning."""
        return f"{self.monday}T{OPENS_HOUR:02}:00"

    @property
    def ends(self) -> str:
        """Local ISO time, Friday afternoon (not included)."""
        return f"{self.monday + timedelta(days=4)}T{CLOSES_HOUR:02}:00"


def _turns(office: TownOffice, place: int) -> tuple[str, ...]:
    """Codes of the employees who share the counter with this position in the office's list."""
    # The newcomer is not on the roster yet: the third of the known truths.
    staff = [person.code for person in EMPLOYEES if person.office == office.code and person.code != NEWCOMER]
    return tuple(staff[place :: len(office.counters)])


TURNS = {
    (office.code, counter.code): _turns(office, place)
    for office in OFFICES
    for place, counter in enumerate(office.counters)
}


def on_duty(office: str, counter: str, day: date) -> str:
    """Code of the employee on duty at a counter on a working day.

    Weeks are counted from the year 1, so the roster of a week is the same on whatever day the demo runs.
    """
    turns = TURNS[office, counter]
    return turns[(day.toordinal() - 1) // 7 % len(turns)]


def counter_of(employee: str) -> TownCounter:
    """The counter at which an employee takes turns."""
    office = OFFICE_BY_CODE[EMPLOYEE_BY_CODE[employee].office]
    return next(each for each in office.counters if employee in TURNS[office.code, each.code])


def _mondays(today: date) -> Iterator[date]:
    """From the week of the first rating to next week: sheets given during the demo find their employee."""
    first = first_day(today)
    monday = first - timedelta(days=first.weekday())
    while monday <= today + timedelta(weeks=1):
        yield monday
        monday += timedelta(weeks=1)


def duties(today: date) -> list[TownDuty]:
    """The whole roster, oldest week first."""
    return [
        TownDuty(office, counter, on_duty(office, counter, monday), monday)
        for monday in _mondays(today)
        for office, counter in TURNS
    ]
