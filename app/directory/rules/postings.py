"""Rules on where an employee is posted from one day to another. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from app.directory.faults import DirectoryFault, Sentence

ONE_DAY = timedelta(days=1)


class Stay(NamedTuple):
    """An employee's posting at one office, both days included; an open end is None."""

    from_on: date
    until_on: date | None
    office: str

    def includes(self, day: date) -> bool:
        """Whether the employee was there on that day."""
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


def stays_after_posting(stays: Sequence[Stay], office: str, from_on: date) -> list[Stay]:
    """The stays, in order, after posting the employee at `office` from a day on.

    A posting that is known already changes nothing. A later day at another office is a transfer: the last stay ends
    the day before. Raises DirectoryFault where the past would have to be rewritten.
    """
    # The past stays as it is because ratings were attributed by it: an employee who in hindsight worked elsewhere would
    # hold ratings of an office without a posting there.
    if any(stay.from_on == from_on and stay.office == office for stay in stays):
        return list(stays)
    last = stays[-1] if stays else None
    if last is None or (last.until_on is not None and last.until_on < from_on):
        return [*stays, Stay(from_on, None, office)]
    if from_on < last.from_on:
        known = Sentence(
            "a later posting (at {office} from {day}) is already known", office=last.office, day=str(last.from_on)
        )
        raise DirectoryFault(known)
    if from_on == last.from_on:
        same = Sentence("the posting at {office} begins that day; a transfer needs a later day", office=last.office)
        raise DirectoryFault(same)
    if last.office == office:
        since = Sentence("the employee has been posted there since {day}; write that day", day=str(last.from_on))
        raise DirectoryFault(since)
    return [*stays[:-1], last._replace(until_on=from_on - ONE_DAY), Stay(from_on, None, office)]


def first_absence(stays: Sequence[Stay], office: str, first: date, last: date) -> date | None:
    """The first day from `first` to `last` on which the employee was not posted at the office; None if on none."""
    day = first
    for stay in stays:
        if stay.office == office and stay.includes(day):
            if stay.until_on is None or stay.until_on >= last:
                return None
            day = stay.until_on + ONE_DAY
    return day
