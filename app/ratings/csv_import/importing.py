"""Importing past answers: validated and counted like any other rating, all of a file or nothing of it."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

from app.access.audit import record
from app.foundation.storage.database import Database, Session
from app.foundation.storage.rewriting import unlink
from app.ratings.csv_import.csv_file import AnswersFile, CsvFault
from app.ratings.csv_import.identity import Answer, AreStored, identified
from app.ratings.csv_import.past_answers import FileColumn, Form, LineReader
from app.ratings.csv_import.spool import Spool
from app.ratings.csv_import.storing import Track, store_and_tell, untracked
from app.ratings.keys import KeyMaker
from app.ratings.rating import NewRating, Place, StoreOutcome
from app.ratings.retention import PROFILES
from app.ratings.rules.months import month_code
from app.ratings.validation import KnownCodes

DAY = timedelta(days=1)
# The action under which the audit trail keeps an import.
IMPORTED: Final = "ratings.imported"
# Answers that are judged together.
JUDGED_TOGETHER = 5_000


class StoredRatings(Protocol):
    """What is stored of the agency already."""

    def any_between(self, first: date, last: date) -> bool:
        """Whether anything is stored whose key may be of these days."""

    def sheets_under(self, keys: Collection[str]) -> Collection[str]:
        """Those of the keys under which a rating is stored."""


class ProposedRatings:
    """The ratings that a file would add, in the order of their keys, kept on disk; and their first and last day."""

    def __init__(self, agency_id: str, instrument: str, ratings: Iterable[NewRating]) -> None:
        self._agency_id = agency_id
        self._instrument = instrument
        self._spool = Spool()
        self._days: set[int] = set()
        # Unsorted writers deadlock, and a store keeps sorted rows together.
        self._spool.put((rating.key, self._row(rating)) for rating in ratings)
        self.first, self.last = (date.fromordinal(find(self._days)) if self._days else None for find in (min, max))

    def __len__(self) -> int:
        return len(self._spool)

    def __iter__(self) -> Iterator[NewRating]:
        agency_id, instrument = self._agency_id, self._instrument
        for key, office, service, employee, channel, day, sheet, digest, profile in self._spool:
            place = Place(office, None, service, employee, channel, date.fromordinal(day))
            yield NewRating(agency_id, key, place, instrument, sheet, digest, profile=profile)

    def _row(self, rating: NewRating) -> tuple[Any, ...]:
        place, day = rating.place, rating.place.rated_on.toordinal()
        self._days.add(day)
        given = (place.office, place.service, place.employee, place.channel, day)
        return (rating.key, *given, rating.sheet, rating.digest, rating.profile)


@dataclass(frozen=True)
class ImportProposal:
    """The ratings a file would add, and every fault of its other rows.

    `columns` says by letter from which columns its rows were read.
    """

    agency_id: str
    form: Form
    read: int
    ratings: ProposedRatings
    faults: Sequence[CsvFault]
    file_digest: str
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def faulty(self) -> int:
        """How many rows have a fault."""
        return len({fault.row for fault in self.faults})


class ImportCounts(NamedTuple):
    """The rows by outcome; `there` were stored before, `differing` of them with other content."""

    read: int
    stored: int
    there: int
    differing: int
    faulty: int


def propose(
    file: AnswersFile,
    form: Form,
    codes: KnownCodes,
    keys: KeyMaker,
    now: datetime,
    track: Track = untracked,
    stored: StoredRatings | None = None,
    sealed: str | None = None,
) -> ImportProposal:
    """Read and validate every row; nothing is written. `stored` finds rows that were imported under a former id.

    Rows of the `sealed` month and of those before are faulty: of them ratings may be gone, and nobody could tell
    whether a row was counted already.

    Raises FileFault where nobody can tell which days the file means, or where it cannot be read on.
    """
    agency_id = codes.catalogue.agency_id
    reader, answers, lines = LineReader(form, codes.catalogue, now, file.headings), Spool(), 0
    past: list[CsvFault] = []

    def read() -> Iterator[tuple[str, tuple[Any, ...]]]:
        nonlocal lines
        for line in track(file.lines, "reading"):
            lines += 1
            answer = reader.read(line)
            if answer and sealed is not None and is_sealed(date.fromordinal(answer.day), sealed):
                past.append(CsvFault(answer.row, None, sealed_words(sealed)))
            elif answer:
                # What may be the same answer stands together: it is of one office and of one of its days.
                yield f"{answer.day:07} {answer.office}", answer[:-1]

    answers.put(read())
    reader.check_order_of_days()
    judge = _Judge(agency_id, form, keys)
    found = (
        rating
        for group in _together(map(reader.again, track(answers, "judging")))
        for rating in judge.ratings(group, stored)
    )
    ratings = ProposedRatings(agency_id, form.instrument.id, found)
    faults = sorted([*file.faults, *reader.faults, *past], key=_row)
    return ImportProposal(agency_id, form, lines + len(file.faults), ratings, faults, file.digest, form.letters(file))


def store_answers(
    database: Database, proposal: ImportProposal, *, actor: str, now: datetime, track: Track = untracked
) -> ImportCounts:
    """Write the ratings in groups, each in one transaction with its row of the audit trail.

    Raises SQLAlchemyError or KeyboardInterrupt; the groups before it stay stored, and importing again adds the rest.
    """

    def tell(session: Session, outcomes: Counter[StoreOutcome]) -> None:
        _audit(session, proposal, _counts(proposal, outcomes), actor, now)

    try:
        return _counts(proposal, store_and_tell(database, proposal.ratings, tell, track))
    finally:
        if proposal.form.profile:
            # A file may bring a single rating of its month: its profile does not wait for the night.
            unlink(database, PROFILES)


class _Judge:
    """Turns rows into the ratings that their sheets would become if clients sent them.

    Codes and answers were read from the directory and the instrument, and the wire has no word for the channel
    `import`, so that no client can claim it: no sheet is filled in. That the outcome is that of
    `RatingValidator` is proven by a test.
    """

    def __init__(self, agency_id: str, form: Form, keys: KeyMaker) -> None:
        self._agency_id = agency_id
        self._instrument = form.instrument.id
        self._keys = keys

    def ratings(self, answers: Sequence[Answer], stored: StoredRatings | None) -> Iterator[NewRating]:
        """The ratings of some answers; all of an office's day are among them, or none."""
        for rating_id, answer in identified(
            answers, self._agency_id, self._instrument, self._are_stored(answers, stored)
        ):
            yield self._rating(rating_id, answer)

    def _are_stored(self, answers: Sequence[Answer], stored: StoredRatings | None) -> AreStored:
        # Mostly nothing is stored of a file's days, and then no former id need be made.
        days = [date.fromordinal(find(answer.day for answer in answers)) for find in (min, max)]
        if stored is None or not stored.any_between(days[0] - DAY, days[1] + DAY):
            return None

        def are_stored(ids: Collection[UUID]) -> Collection[UUID]:
            by_key = {self._keys.key(self._agency_id, rating_id): rating_id for rating_id in ids}
            return [by_key[key] for key in stored.sheets_under(by_key)]

        return are_stored

    def _rating(self, rating_id: UUID, answer: Answer) -> NewRating:
        profile = dict(answer.profile) or None
        # In the order in which `RatingValidator` has the parts of an app's sheet.
        digest = self._keys.digest(
            rating_id,
            answer.office,
            None,
            answer.service,
            answer.employee,
            answer.channel,
            self._instrument,
            answer.texts.by_question,
            None,
            None if profile is None else ",".join([f"{name}={code}" for name, code in sorted(profile.items())]),
        )
        day = date.fromordinal(answer.day)
        return NewRating(
            self._agency_id,
            self._keys.key(self._agency_id, rating_id),
            # A file is no witness of the hour, and no device sent it: it leaves no trace.
            Place(answer.office, None, answer.service, answer.employee, answer.channel, day),
            self._instrument,
            answer.texts.sheet,
            digest,
            profile=profile,
        )


def _together(answers: Iterable[Answer]) -> Iterator[list[Answer]]:
    """The answers in groups, so that what one office has of one day is in one of them."""
    group: list[Answer] = []
    for _, day in groupby(answers, key=attrgetter("day", "office")):
        group += day
        if len(group) >= JUDGED_TOGETHER:
            yield group
            group = []
    if group:
        yield group


def is_sealed(day: date, sealed: str | None) -> bool:
    """Whether a day is one of those whose ratings are past their retention."""
    return sealed is not None and month_code(day) <= sealed


def sealed_words(sealed: str | None) -> str:
    """What is said of a row of such a day."""
    return f"the months up to {sealed} are sealed, because their ratings are past their retention; nothing joins them"


def _row(fault: CsvFault) -> int:
    assert fault.row is not None, "only a file as a whole has faults without a row"
    return fault.row


def _counts(proposal: ImportProposal, outcomes: Counter[StoreOutcome]) -> ImportCounts:
    differing = outcomes[StoreOutcome.conflict]
    return ImportCounts(
        read=proposal.read,
        stored=outcomes[StoreOutcome.stored],
        there=outcomes[StoreOutcome.replayed] + differing,
        differing=differing,
        faulty=proposal.faulty,
    )


def name_or_column(given: str | FileColumn) -> str:
    """How the audit trail tells what all rows share, or that each has its own."""
    return f"column {given.name}" if isinstance(given, FileColumn) else given


def subject_of(proposal: ImportProposal) -> str:
    """What an import is about: its office, or the agency where each row names its own."""
    office = proposal.form.office
    return proposal.agency_id if isinstance(office, FileColumn) else office.code


def _audit(session: Session, proposal: ImportProposal, counts: ImportCounts, actor: str, now: datetime) -> None:
    """The row of what some of the file's rows, or all, came to; how many were read and faulty is of the whole file."""
    form, ratings = proposal.form, proposal.ratings
    record(
        session,
        agency_id=proposal.agency_id,
        actor=actor,
        action=IMPORTED,
        subject=subject_of(proposal),
        at=now,
        service=name_or_column(form.service),
        instrument=form.instrument.id,
        channel=name_or_column(form.channel),
        file_sha256=proposal.file_digest,
        columns=dict(proposal.columns),
        first=None if ratings.first is None else ratings.first.isoformat(),
        last=None if ratings.last is None else ratings.last.isoformat(),
        **counts._asdict(),
    )
