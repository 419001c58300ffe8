"""Importing counts: how often each answer was given to each question, where nobody knows which were given together.

They are stored as sheets whose answers were put together by lot and whose digest says so; a release tells them as
sheets without a composite, so that an index is made of them and no interval of it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from re import fullmatch
from typing import NamedTuple

from app.access.audit import record
from app.directory.rules.catalogue import Catalogue
from app.foundation.problem_codes import FIELD_MESSAGES
from app.foundation.storage.database import Database, Session
from app.instruments.model import SKIPPED, Instrument
from app.ratings.csv_import.csv_file import AnswersFile, CsvFault, CsvLine
from app.ratings.csv_import.identity import past_id
from app.ratings.csv_import.importing import is_sealed, sealed_words
from app.ratings.csv_import.moments import EPOCH
from app.ratings.csv_import.storing import STORED_TOGETHER, Batches, store_and_tell
from app.ratings.keys import KeyMaker
from app.ratings.rating import COUNTS, NewRating, Place, StoreOutcome
from app.ratings.store import RatingStore

CHANNEL = "import"
NAMED = ("office", "service", "month", "question")
# More people do not answer one office's survey about one service in a month; a slip of the keyboard is more likely.
MOST = 100_000


class CountedMonth(NamedTuple):
    """What a group of counts is about: an office, a service and a month, by its last day."""

    office: str
    service: str
    on: date


@dataclass(frozen=True)
class CountsProposal:
    """The sheets that a file of counts would add, sorted by key, and every fault of its rows."""

    agency_id: str
    instrument: str
    groups: int
    ratings: Sequence[NewRating]
    faults: Sequence[CsvFault]
    file_digest: str


class CountsImported(NamedTuple):
    """How many groups and sheets were read, and how many sheets were new."""

    groups: int
    sheets: int
    stored: int


def columns_of(instrument: Instrument) -> list[str]:
    """The columns of a file of counts: where, when, which question, and one for each answer."""
    return [*NAMED, *map(str, range(instrument.low, instrument.high + 1))]


def propose_counts(
    file: AnswersFile,
    instrument: Instrument,
    catalogue: Catalogue,
    keys: KeyMaker,
    now: datetime,
    sealed: str | None = None,
) -> CountsProposal:
    """Read and validate every row; nothing is written. Rows of the `sealed` month and of those before are faulty."""
    reader = _Reader(instrument, catalogue, now, sealed)
    for line in file.lines:
        reader.read(line)
    groups = reader.groups()
    faults = sorted([*file.faults, *reader.faults], key=lambda fault: fault.row or 0)
    ratings = [
        rating
        for surveyed, counts in groups.items()
        for rating in _sheets_of(catalogue.agency_id, instrument, surveyed, counts, keys)
    ]
    ratings.sort(key=lambda rating: rating.key)
    return CountsProposal(catalogue.agency_id, instrument.id, len(groups), ratings, faults, file.digest)


def differing(database: Database, proposal: CountsProposal) -> bool:
    """Whether some of it is stored with other counts; a stored rating never changes."""
    store = RatingStore(database)
    return any(
        found is not None and found.outcome is StoreOutcome.conflict
        for group in Batches(proposal.ratings, STORED_TOGETHER)
        for found in store.existing(proposal.agency_id, [(rating.key, rating.digests) for rating in group])
    )


def store_counts(database: Database, proposal: CountsProposal, *, actor: str, now: datetime) -> CountsImported:
    """Write the sheets in groups, each in one transaction with its audit row; again adds what is missing."""

    def tell(session: Session, outcomes: Counter[StoreOutcome]) -> None:
        record(
            session,
            agency_id=proposal.agency_id,
            actor=actor,
            action="counts.imported",
            subject=proposal.agency_id,
            at=now,
            instrument=proposal.instrument,
            file_sha256=proposal.file_digest,
            **_counted(proposal, outcomes)._asdict(),
        )

    return _counted(proposal, store_and_tell(database, proposal.ratings, tell))


def _counted(proposal: CountsProposal, outcomes: Counter[StoreOutcome]) -> CountsImported:
    return CountsImported(proposal.groups, len(proposal.ratings), outcomes[StoreOutcome.stored])


class _Reader:
    """Reads one row after the other and collects the faults of their cells."""

    def __init__(self, instrument: Instrument, catalogue: Catalogue, now: datetime, sealed: str | None) -> None:
        self.faults: list[CsvFault] = []
        self._instrument = instrument
        self._catalogue = catalogue
        self._now = now
        self._sealed = sealed
        # Office, service and month → question → how often each answer was given, lowest first; and its first row.
        self._counts: dict[CountedMonth, dict[str, list[int]]] = defaultdict(dict)
        self._rows: dict[CountedMonth, int] = {}

    def read(self, line: CsvLine) -> None:
        """Take in a row, or say what is wrong with its cells."""
        before = len(self.faults)
        office, service, question = line.cells["office"], line.cells["service"], line.cells["question"]
        if office not in self._catalogue.offices:
            self._fault(line, "office", FIELD_MESSAGES["office-unknown"])
        if service not in self._catalogue.services:
            self._fault(line, "service", FIELD_MESSAGES["service-unknown"])
        if question not in self._instrument.codes:
            self._fault(line, "question", f"write one of {', '.join(self._instrument.codes)}")
        on = self._last_day(line)
        counts = [self._count(line, str(score)) for score in range(self._instrument.low, self._instrument.high + 1)]
        if on is None or len(self.faults) > before:
            return
        surveyed = CountedMonth(office, service, on)
        self._rows.setdefault(surveyed, line.row)
        if question in self._counts[surveyed]:
            self._fault(line, "question", "this question is there twice for the office, service and month")
        elif sum(counts) > MOST:
            self._fault(line, None, f"more than {MOST} answers to a question in a month; correct the numbers")
        self._counts[surveyed][question] = counts

    def groups(self) -> Mapping[CountedMonth, Mapping[str, list[int]]]:
        """What was read, by office, service and month; groups that lack a question are a fault."""
        if self.faults:
            # A row that was left out would be missed here, too.
            return {}
        for surveyed, counts in self._counts.items():
            missing = [code for code in self._instrument.codes if code not in counts]
            if missing:
                words = f"{', '.join(missing)} missing here for this month; write 0 where nobody answered"
                self.faults.append(CsvFault(self._rows[surveyed], "question", words))
            elif not any(map(sum, counts.values())):
                self.faults.append(CsvFault(self._rows[surveyed], None, "nobody answered any question; leave it out"))
        return {} if self.faults else self._counts

    def _last_day(self, line: CsvLine) -> date | None:
        found = fullmatch(r"([12][0-9]{3})-(0[1-9]|1[0-2])", line.cells["month"])
        if found is None or found[1] < str(EPOCH.year):
            self._fault(
                line, "month", "write the month as 2026-09; a longer survey counts in the month in which it ended"
            )
            return None
        first = date(int(found[1]), int(found[2]), 1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        if last >= self._now.date():
            self._fault(line, "month", "the month is not over yet")
            return None
        if is_sealed(last, self._sealed):
            self._fault(line, "month", sealed_words(self._sealed))
            return None
        return last

    def _count(self, line: CsvLine, column: str) -> int:
        if fullmatch(r"[0-9]{1,9}", line.cells[column]):
            return int(line.cells[column])
        self._fault(line, column, "write how often this answer was given: a whole number, 0 if never")
        return 0

    def _fault(self, line: CsvLine, column: str | None, problem: str) -> None:
        self.faults.append(CsvFault(line.row, column, problem))


def _sheets_of(
    agency_id: str, instrument: Instrument, surveyed: CountedMonth, counts: Mapping[str, list[int]], keys: KeyMaker
) -> Iterator[NewRating]:
    """As many sheets as the most answered question has answers; where a question has fewer, the rest skip it."""
    content = repr((agency_id, instrument.id, surveyed, [counts[code] for code in instrument.codes]))
    # The same counts make the same sheets, so that a file imported again finds them.
    draw = Random(content)  # noqa: S311 - no secret: answers are put together by lot, since nobody knows better
    n = max(map(sum, counts.values()))
    answers = [_answers(instrument, counts[code], n, draw) for code in instrument.codes]
    # Noon of the day in WIB.
    at_ms = ((surveyed.on - EPOCH.date()).days * 24 + 5) * 3_600_000
    place = Place(surveyed.office, None, surveyed.service, None, CHANNEL, surveyed.on)
    for number, sheet in enumerate(zip(*answers, strict=True)):
        rating_id = past_id(at_ms, repr((agency_id, instrument.id, surveyed, number)))
        digest = f"{COUNTS}{keys.digest(rating_id, content)}"[:32]
        yield NewRating(agency_id, keys.key(agency_id, rating_id), place, instrument.id, "".join(sheet), digest)


def _answers(instrument: Instrument, counts: Sequence[int], n: int, draw: Random) -> list[str]:
    scores = range(instrument.low, instrument.high + 1)
    given = [instrument.marks[score] for score, times in zip(scores, counts, strict=True) for _ in range(times)]
    draw.shuffle(given)
    # Those that skip it come last in every question, so that no sheet skips all.
    return given + [SKIPPED] * (n - len(given))
