"""Importing past answers: validated and counted like any other rating, all of a file or nothing of it."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar
from uuid import UUID

from app.access.audit import record
from app.access.principals import KeyKind, Principal
from app.foundation.problems import Problem
from app.foundation.storage.database import Database
from app.foundation.storage.rewriting import unlink
from app.foundation.translations import translator
from app.ratings.csv_import.csv_file import AnswersFile, CsvFault
from app.ratings.csv_import.identity import Answer, identified
from app.ratings.csv_import.moments import EPOCH
from app.ratings.csv_import.past_answers import FileColumn, Form, LineReader, check_order_of_days
from app.ratings.keys import KeyMaker
from app.ratings.rating import NewRating, StoreOutcome
from app.ratings.retention import PROFILES
from app.ratings.schemas import LONGEST_BATCH, ProfileIn, RatingIn
from app.ratings.store import RatingStore
from app.ratings.validation import KnownCodes, RatingValidator

One = TypeVar("One")
# The action under which the audit trail keeps an import.
IMPORTED = "ratings.imported"
# Which of these keys are those of stored ratings.
StoredKeys = Callable[[Collection[str]], Collection[str]]


class Track(Protocol):
    """Wraps a loop to show its progress."""

    def __call__(self, items: Sequence[One], what: str, /) -> Iterable[One]: ...


def untracked(items: Sequence[One], what: str, /) -> Iterable[One]:  # noqa: ARG001 - see Track
    """The items without any progress shown."""
    return items


def none_stored(keys: Collection[str]) -> Collection[str]:  # noqa: ARG001 - see StoredKeys
    """Nothing is stored yet."""
    return ()


@dataclass(frozen=True)
class ImportProposal:
    """The ratings a file would add, sorted by key, and every fault of its other rows.

    `columns` says by letter from which columns its rows were read.
    """

    agency_id: str
    form: Form
    read: int
    ratings: Sequence[NewRating]
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
    stored: StoredKeys = none_stored,
) -> ImportProposal:
    """Read and validate every row; nothing is written. `stored` finds rows that were imported under a former id.

    Raises FileFault where nobody can tell which days the file means.
    """
    check_order_of_days(file, form)
    agency_id = codes.catalogue.agency_id
    reader, validator = LineReader(form, codes.catalogue, now, file.headings), _RowValidator(form, codes, keys, now)
    answers = [answer for line in track(file.lines, "reading") if (answer := reader.read(line))]

    def are_stored(ids: Collection[UUID]) -> Collection[UUID]:
        by_key = {keys.key(agency_id, rating_id): rating_id for rating_id in ids}
        return [by_key[key] for key in stored(by_key)]

    faults, ratings = [*file.faults, *reader.faults], list[NewRating]()
    for rating_id, answer in track(list(identified(answers, agency_id, form.instrument.id, are_stored)), "judging"):
        validated = validator.validate(rating_id, answer)
        if isinstance(validated, Problem):
            faults.extend(_row_faults(validated, answer.row))
        else:
            ratings.append(validated)
    # Unsorted writers deadlock, and a store keeps sorted rows together.
    ratings.sort(key=lambda rating: rating.key)
    faults.sort(key=_row)
    return ImportProposal(agency_id, form, file.rows, ratings, faults, file.digest, form.letters(file))


def store_answers(
    database: Database, proposal: ImportProposal, *, actor: str, now: datetime, track: Track = untracked
) -> ImportCounts:
    """Write the ratings in groups, each in one transaction, then the audit row with the counts.

    Raises SQLAlchemyError or KeyboardInterrupt; the groups before it stay stored and are audited, and
    importing again adds the rest.
    """
    store, outcomes = RatingStore(database), Counter[StoreOutcome]()
    try:
        with store.connect() as connection:
            for group in track(list(batches(proposal.ratings)), "storing"):
                outcomes.update(stored.outcome for stored in store.write(connection, group))
    finally:
        # An interrupted import is audited too: its first groups are stored and counted.
        counts = _counts(proposal, outcomes)
        _audit(database, proposal, counts, actor, now)
    return counts


class _RowValidator:
    """Turns rows into sheets as a client would send them, validated as of the moment they were given."""

    def __init__(self, form: Form, codes: KnownCodes, keys: KeyMaker, now: datetime) -> None:
        self._form = form
        self._codes = codes
        # Ids of the past are what an import is made of, so no id is too late.
        self._validator = RatingValidator(keys, now - EPOCH)
        self._now = now
        self._principal = Principal(codes.catalogue.agency_id, KeyKind.app, UUID(int=0))
        # Codes and answers were read from the directory and the instrument, and the wire has no word for
        # the channel `import`, so that no client can claim it: the sheet is filled in, not validated.
        blank = RatingIn(scores=dict.fromkeys(form.instrument.codes))
        self._blank = blank.model_copy(update={"instrument": form.instrument.id})

    def validate(self, rating_id: UUID, answer: Answer) -> NewRating | Problem:
        """The rating to store, or what is wrong with the row as a whole."""
        profile = ProfileIn.model_validate(answer.profile) if answer.profile else None
        given = {
            "office": answer.office,
            "service": answer.service,
            "channel": answer.channel,
            "employee": answer.employee,
            "scores": answer.scores,
            "profile": profile,
        }
        sheet = self._blank.model_copy(update=given)
        # A day without a time counts as its noon, which may be a few hours ahead.
        now = max(self._now, answer.moment)
        validated = self._validator.validate(self._principal, sheet, rating_id, self._codes, now)
        if isinstance(validated, Problem):
            return validated
        # A file is no witness of the hour, and no device sent it: it leaves no trace.
        return validated._replace(place=validated.place._replace(hour=None), source=None)


def _row_faults(problem: Problem, row: int) -> Iterator[CsvFault]:
    """The faults of a refused sheet; its cells were good one by one, so they concern the row as a whole."""
    for error in problem.document(translator("en"))["errors"]:
        yield CsvFault(row, None, error["message"])


def _row(fault: CsvFault) -> int:
    assert fault.row is not None, "only a file as a whole has faults without a row"
    return fault.row


def batches(ratings: Sequence[NewRating]) -> Iterator[Sequence[NewRating]]:
    """The ratings in groups that are written in one transaction each."""
    for start in range(0, len(ratings), LONGEST_BATCH):
        yield ratings[start : start + LONGEST_BATCH]


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


def _audit(database: Database, proposal: ImportProposal, counts: ImportCounts, actor: str, now: datetime) -> None:
    form, days = proposal.form, [rating.place.rated_on.isoformat() for rating in proposal.ratings]
    with database.writing() as session:
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
            first=min(days, default=None),
            last=max(days, default=None),
            **counts._asdict(),
        )
    if form.profile and counts.stored:
        # A file may bring a single rating of its month: its profile does not wait for the night.
        unlink(database, PROFILES)
