"""What earlier imports brought of a file that is to be imported: said before anything is written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from app.access.store import events_since
from app.foundation.storage.database import Database
from app.ratings.csv_import.importing import IMPORTED, ImportProposal, name_or_column, subject_of
from app.ratings.csv_import.moments import EPOCH
from app.ratings.csv_import.store import StoredDay, StoredSheet, sheets_under, stored_by_day
from app.ratings.csv_import.storing import Batches
from app.ratings.rating import NewRating

COLUMN = "column "
# Ratings that are looked up together.
COMPARED_TOGETHER = 5_000
NEVER = "a stored rating never changes."


class FormerImport(NamedTuple):
    """An earlier import, as its audit row tells it; its columns and days are unknown where it did not tell them yet."""

    at: datetime
    actor: str
    subject: str
    detail: Mapping[str, Any]

    def __str__(self) -> str:
        # A file's own name may hold a person's, so it is known by its digest.
        file = self.file_digest[:12]
        return f"the import of {self.at:%Y-%m-%d %H:%M} UTC by {self.actor} (SHA-256 {file}…)"

    @property
    def file_digest(self) -> str:
        """The SHA-256 of its file."""
        return str(self.detail.get("file_sha256", ""))

    def is_about(self, proposal: ImportProposal) -> bool:
        """Whether it brought answers to the same questionnaire about the same offices and services, or may have."""
        form, services = proposal.form, {str(self.detail.get("service")), name_or_column(proposal.form.service)}
        return (
            self.detail.get("instrument") == form.instrument.id
            # One that stored nothing, as every row was faulty, has brought nothing.
            and self.detail.get("stored", 0) + self.detail.get("there", 0) > 0
            and _may_be_same({self.subject, subject_of(proposal)}, proposal.agency_id)
            and (len(services) == 1 or any(service.startswith(COLUMN) for service in services))
        )

    def covers(self, day: date) -> bool:
        """Whether it brought answers of days before and after this one, or may have."""
        first, last = self.detail.get("first"), self.detail.get("last")
        return first is None or last is None or first <= day.isoformat() <= last


@dataclass(frozen=True)
class Foreseen:
    """How many ratings of a proposal are stored already and how many are new, and what speaks against storing those.

    `refusal` is what no option overrules; `overlap` is for whoever knows better to decide.
    """

    there: int
    new: int
    refusal: str | None = None
    overlap: str | None = None


def foresee(database: Database, proposal: ImportProposal) -> Foreseen:
    """What importing a proposal would do; nothing is written."""
    former, seen = _former_imports(database, proposal), _Seen()
    beside = _doubtful_imports(proposal, former)
    for group in Batches(proposal.ratings, COMPARED_TOGETHER):
        seen.add(group, sheets_under(database, proposal.agency_id, [rating.key for rating in group]), beside)
    return Foreseen(
        there=seen.there,
        new=seen.new,
        refusal=_other_columns(proposal, former, seen),
        overlap=_overlap(database, proposal, beside, seen),
    )


class _Seen:
    """What is stored of a proposal's ratings, how many are stored otherwise, and those that earlier imports doubt."""

    def __init__(self) -> None:
        self.there = self.new = self.otherwise = 0
        # Of days of which an earlier import brought answers: all of the file, and those that are new.
        self.in_file: Counter[StoredDay] = Counter()
        self.fresh: Counter[StoredDay] = Counter()

    def add(
        self, group: Sequence[NewRating], stored: Mapping[str, StoredSheet], beside: Sequence[FormerImport]
    ) -> None:
        """Take in some ratings, and what is stored of them."""
        self.there += sum(rating.key in stored for rating in group)
        self.new += sum(rating.key not in stored for rating in group)
        self.otherwise += sum(
            rating.key in stored and stored[rating.key].sheet != rating.sheet for rating in group if stored
        )
        for rating in group if beside else ():
            if any(each.covers(rating.place.rated_on) for each in beside):
                day = _day_of(rating)
                self.in_file[day] += 1
                self.fresh[day] += rating.key not in stored


def _doubtful_imports(proposal: ImportProposal, former: Sequence[FormerImport]) -> Sequence[FormerImport]:
    """The earlier imports that may have brought the same answers in another spelling."""
    if proposal.form.own_id is None:
        return former
    # Where both files have ids of the survey tool, nothing can be.
    return [each for each in former if "id" not in each.detail.get("columns", {})]


def _former_imports(database: Database, proposal: ImportProposal) -> Sequence[FormerImport]:
    """Those that may have brought some of it, the newest first."""
    with database.reading() as session:
        events = [
            FormerImport(event.at, event.actor, event.subject, event.detail)
            for event in events_since(session, proposal.agency_id, IMPORTED, EPOCH)
        ]
    # An import has a row for each group that it stored: the newest of them stands for all.
    imports = {(each.at, each.actor, each.file_digest): each for each in reversed(events) if each.is_about(proposal)}
    return list(reversed(imports.values()))


def _other_columns(proposal: ImportProposal, former: Sequence[FormerImport], seen: _Seen) -> str | None:
    """The refusal of a file that was imported with other columns for the same questions: its rows would count twice."""
    for each in former:
        columns = each.detail.get("columns")
        same_file = each.file_digest == proposal.file_digest
        if same_file and columns is not None and columns != proposal.columns:
            names = proposal.columns.keys() | columns.keys()
            differing = sorted(name for name in names if proposal.columns.get(name) != columns.get(name))
            words = ", ".join(f"{name} from {columns.get(name, 'no column')}" for name in differing)
            return f"This file was read with other columns ({words}) by {each}; {NEVER}"
    # Rows of former ids were identified by heading, so the same row may come with other answers.
    if proposal.form.own_id is None and seen.otherwise:
        name = former[0] if former else "an earlier import"
        return f"Rows of this file were read with other columns for the same questions by {name}; {NEVER}"
    return None


def _overlap(database: Database, proposal: ImportProposal, beside: Sequence[FormerImport], seen: _Seen) -> str | None:
    """What to say of new rows about days of which another file has brought answers that this one does not have."""
    fresh = +seen.fresh
    former = [each for each in beside if any(each.covers(day.on) for day in fresh)]
    if not former:
        return None
    days = {day.on for day in fresh}
    offices = {day.office for day in fresh}
    instrument = proposal.form.instrument.id
    others = stored_by_day(database, proposal.agency_id, instrument, offices, (min(days), max(days)))
    doubtful = sum(n for day, n in fresh.items() if others[day] > seen.in_file[day] - n)
    if not doubtful:
        return None
    return (
        f"{doubtful} of {seen.new} new rows are about offices, services, channels and days of which {former[0]} "
        "brought answers that this file does not have, or has with other answers or times. The same people's answers "
        "must not be imported twice; if they are other people's, say --beside."
    )


def _day_of(rating: NewRating) -> StoredDay:
    # Who says that answers came in another way says that they are others.
    return StoredDay(rating.place.office, rating.place.service, rating.place.channel, rating.place.rated_on)


def _may_be_same(subjects: set[str], agency_id: str) -> bool:
    """Whether two imports may be about the same office; one whose rows named theirs has the agency as its subject."""
    return len(subjects) == 1 or agency_id in subjects
