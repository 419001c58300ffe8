"""Checks the duty roster of a workbook: one employee at a counter at a time, posted at that office that day."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from app.directory.faults import Fault, Sentence
from app.directory.rules.postings import Stay, first_absence
from app.directory.store import ExistingDirectory
from app.directory.tables import Duty
from app.directory.workbook.proposal import DirectoryProposal
from app.directory.workbook.rows import Columns
from app.directory.workbook.transfers import Postings

DutyKey: TypeAlias = tuple[str, str, datetime]
INSTANT = timedelta(microseconds=1)
OVERLAPS = "overlaps the stored duty of {employee} from {start} to {end}"
LEFT_BEHIND = (
    "the stored duty of {employee} from {start} to {end} would remain; give it and any later one to somebody else in "
    "the sheet duties"
)


class DutyInterval(NamedTuple):
    """A duty in UTC, the zone of its office and, when it stands in the file, its row number."""

    office: str
    counter: str
    from_at: datetime
    until_at: datetime
    employee: str
    zone: ZoneInfo
    number: int

    @property
    def key(self) -> DutyKey:
        """Office, counter and beginning, which identify a duty."""
        return self.office, self.counter, self.from_at

    def columns(self) -> Columns:
        """The duty by the columns of its table; the agency is not among them."""
        return {
            "office": self.office,
            "counter": self.counter,
            "from_at": self.from_at,
            "until_at": self.until_at,
            "employee": self.employee,
        }

    @property
    def days(self) -> tuple[date, date]:
        """Its first and last day at the office; midnight itself belongs to the day before."""
        last = self.until_at - INSTANT
        return self.from_at.astimezone(self.zone).date(), last.astimezone(self.zone).date()

    def absence(self, stays: Sequence[Stay]) -> date | None:
        """The first of these days on which the employee is not posted at the office."""
        return first_absence(stays, self.office, *self.days)

    def sentence_with_moments(self, sentence: str) -> Sentence:
        """A sentence about this duty, with `{employee}`, `{start}` and `{end}` in it."""
        start, end = (f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M}" for moment in (self.from_at, self.until_at))
        return Sentence(sentence, employee=self.employee, start=start, end=end)


class PlannedRoster(NamedTuple):
    """The duties of the file, and the stored ones that it leaves as they are."""

    proposed: Sequence[DutyInterval]
    stored: Sequence[DutyInterval]


def read_roster(proposal: DirectoryProposal, existing: ExistingDirectory, duties: Iterable[Duty]) -> PlannedRoster:
    """The duties of the file and the stored ones, in UTC; those at an office whose zone is unsure are left out."""
    zones = _zones(proposal, existing)
    proposed = [
        DutyInterval(row.office, row.counter, *row.moments(zones[row.office]), row.employee, zones[row.office], number)
        for number, row in proposal.duties.entries
        if row.office in zones
    ]
    # A row of the same counter and beginning replaces the stored duty, so the two cannot overlap.
    replaced = {span.key for span in proposed}
    stored = [
        DutyInterval(duty.office, duty.counter, duty.from_at, duty.until_at, duty.employee, zones[duty.office], 0)
        for duty in duties
        if duty.office in zones and (duty.office, duty.counter, duty.from_at) not in replaced
    ]
    return PlannedRoster(proposed, stored)


def overlap_faults(roster: PlannedRoster) -> Iterator[Fault]:
    """Duties of the file that overlap another at their counter."""
    longest: dict[tuple[str, ...], DutyInterval] = {}
    for span in sorted(roster.proposed, key=lambda each: (each.from_at, each.number)):
        earlier = longest.get(span[:2])
        if earlier is not None and earlier.until_at > span.from_at:
            yield Fault("duties", span.number, "from", Sentence("overlaps the duty in row {row}", row=earlier.number))
        # The one that lasts longest is kept, since a long duty may overlap several that come after.
        if earlier is None or earlier.until_at < span.until_at:
            longest[span[:2]] = span
    stored = _by_counter(roster.stored)
    for span in roster.proposed:
        # Stored duties of a counter never overlap, so only the last that begins before the end can matter.
        others = stored.get(span[:2], [])
        place = bisect_left(others, span.until_at, key=lambda each: each.from_at)
        if place and others[place - 1].until_at > span.from_at:
            yield Fault("duties", span.number, "from", others[place - 1].sentence_with_moments(OVERLAPS))


def absence_faults(roster: PlannedRoster, postings: Postings) -> Iterator[Fault]:
    """Duties of people who are not posted at the office that day, of the file or left over by a transfer."""
    for span in roster.proposed:
        stays = postings.stays.get(span.employee)
        day = None if stays is None else span.absence(stays)
        if day is not None:
            problem = Sentence("{employee} is not posted there on {day}", employee=span.employee, day=str(day))
            yield Fault("duties", span.number, "employee", problem)
    for code, spans in _by_moved_employee(roster.stored, postings).items():
        # One sentence for each transfer: somebody who moves may leave hundreds of duties behind.
        first = next((span for span in spans if span.absence(postings.stays[code]) is not None), None)
        if first is not None:
            yield Fault(
                "employees", postings.moved[code].number, "posted_from", first.sentence_with_moments(LEFT_BEHIND)
            )


def _zones(proposal: DirectoryProposal, existing: ExistingDirectory) -> Mapping[str, ZoneInfo]:
    zones = {code: ZoneInfo(office.timezone) for code, office in existing.offices.items()}
    zones |= {entry.row.code: ZoneInfo(entry.row.timezone) for entry in proposal.offices.entries}
    return {code: zone for code, zone in zones.items() if not proposal.offices.is_doubtful(code)}


def _by_counter(spans: Iterable[DutyInterval]) -> dict[tuple[str, ...], list[DutyInterval]]:
    found: dict[tuple[str, ...], list[DutyInterval]] = {}
    for span in sorted(spans, key=lambda each: each.from_at):
        found.setdefault(span[:2], []).append(span)
    return found


def _by_moved_employee(spans: Iterable[DutyInterval], postings: Postings) -> dict[str, list[DutyInterval]]:
    found: dict[str, list[DutyInterval]] = {}
    for span in sorted(spans, key=lambda each: each.from_at):
        if span.employee in postings.moved:
            found.setdefault(span.employee, []).append(span)
    return found
