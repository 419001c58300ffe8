"""Past answers: what one row of a file says, and the rating id that is derived from it.

An id is a UUIDv7 of the row's own time whose random bits are a digest of where it belongs, when it was
given, what was answered, about whom, and its number among the rows that say the same. So ten equal answers
are ten, a file imported twice adds nothing, and a longer file adds only its new rows.

Answers go into the digest by column, before a column is taken for a question, and channel and profile stay
out: a file imported again with two questions exchanged finds its own rows instead of counting twice.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple, TypeVar
from uuid import UUID

from app.directory.rules.catalogue import Catalogue, OfficeEntry
from app.foundation.problems import FIELD_MESSAGES
from app.instruments.model import Instrument
from app.ratings.csv_import.cells import EPOCH, channel_of, is_blank, moment_of, profile_code_of, score_of
from app.ratings.csv_import.csv_file import CsvFault, CsvLine

One = TypeVar("One")
MILLISECOND = timedelta(milliseconds=1)


class FileColumn(NamedTuple):
    """A column of the file, by its name for comparison."""

    name: str


@dataclass(frozen=True)
class Form:
    """What all rows of a file share, and what its columns mean: answers to items, profile to attributes.

    Office, service and channel are the same in every row, or each row has its own in a column.
    """

    office: OfficeEntry | FileColumn
    service: str | FileColumn
    instrument: Instrument
    channel: str | FileColumn
    time: str
    answers: Mapping[str, str]
    employee: str | None = None
    profile: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """Every column that is read, each once."""
        own = [each.name for each in (self.office, self.service, self.channel) if isinstance(each, FileColumn)]
        employee = [] if self.employee is None else [self.employee]
        return list(dict.fromkeys([self.time, *own, *employee, *self.answers, *self.profile]))


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer in one row; `written` is its scores by column, for the id."""

    row: int
    office: str
    service: str
    channel: str
    moment: datetime
    scores: Mapping[str, int | None]
    employee: str | None
    profile: Mapping[str, str]
    written: str


class AnswerIdentity(NamedTuple):
    """What identifies a row besides its number: where, milliseconds since 1970, answers, employee."""

    office: str
    service: str
    instrument: str
    at_ms: int
    written: str
    employee: str


def rating_id(agency_id: str, identity: AnswerIdentity, number: int) -> UUID:
    """The id of the `number`th row with this identity."""
    return past_id(identity.at_ms, json.dumps([agency_id, *identity, number]))


def past_id(at_ms: int, content: str) -> UUID:
    """A UUIDv7 (RFC 9562 §5.7) of this moment, in milliseconds since 1970, whose random bits are a digest of a text."""
    random = int.from_bytes(blake2b(content.encode(), digest_size=10).digest(), "big") >> 6
    high, low = random >> 62, random & ((1 << 62) - 1)
    return UUID(int=at_ms << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


def identified(answers: Iterable[Answer], agency_id: str, form: Form) -> Iterator[tuple[UUID, Answer]]:
    """The answers with their ids. Equal ones are numbered by profile, so the order of rows says nothing."""
    numbers = Counter[AnswerIdentity]()
    instrument = form.instrument.id
    numbered = [
        (identity_of(answer, instrument), sorted(answer.profile.items()), answer.row, answer) for answer in answers
    ]
    for identity, _, _, answer in sorted(numbered, key=lambda each: each[:3]):
        numbers[identity] += 1
        yield rating_id(agency_id, identity, numbers[identity]), answer


def identity_of(answer: Answer, instrument: str) -> AnswerIdentity:
    """The identity of a row, from which its id is derived."""
    at_ms = (answer.moment - EPOCH) // MILLISECOND
    return AnswerIdentity(answer.office, answer.service, instrument, at_ms, answer.written, answer.employee or "")


class LineReader:
    """Reads one row after the other and collects the faults of their cells."""

    def __init__(self, form: Form, catalogue: Catalogue, now: datetime) -> None:
        self.faults: list[CsvFault] = []
        self._form = form
        self._catalogue = catalogue
        self._now = now

    def read(self, line: CsvLine) -> Answer | None:
        """The answer in a row; None when a cell is faulty."""
        form, before = self._form, len(self.faults)
        office = self._own(line, form.office, self._office_of)
        service = self._own(line, form.service, self._service_of)
        channel = self._own(line, form.channel, channel_of)
        moment = None if office is None else self._moment(line, office)
        scores = {column: self._score(line, column) for column in form.answers}
        employee = (
            None if form.employee is None or office is None else self._employee(line, form.employee, office, moment)
        )
        profile = {attribute: self._profile(line, column) for column, attribute in form.profile.items()}
        if office is None or service is None or channel is None or moment is None or len(self.faults) > before:
            return None
        return Answer(
            row=line.row,
            office=office.code,
            service=service,
            channel=channel,
            moment=moment,
            scores={form.answers[column]: score for column, score in scores.items()},
            employee=employee,
            profile={attribute: code for attribute, code in profile.items() if code is not None},
            written=",".join([f"{column}={score}" for column, score in sorted(scores.items())]),
        )

    def _own(self, line: CsvLine, given: One | FileColumn, read: Callable[[str], One]) -> One | None:
        """What all rows share, or what the row has in its column; None when that is faulty."""
        return self._cell(line, given.name, read) if isinstance(given, FileColumn) else given

    def _office_of(self, text: str) -> OfficeEntry:
        if (office := self._catalogue.offices.get(text)) is None:
            raise ValueError(FIELD_MESSAGES["office-unknown"])
        return office

    def _service_of(self, text: str) -> str:
        if text not in self._catalogue.services:
            raise ValueError(FIELD_MESSAGES["service-unknown"])
        return text

    def _cell(self, line: CsvLine, column: str, read: Callable[[str], One]) -> One | None:
        try:
            return read(line.cells[column])
        except ValueError as error:
            self.faults.append(CsvFault(line.row, column, str(error)))
            return None

    def _moment(self, line: CsvLine, office: OfficeEntry) -> datetime | None:
        return self._cell(line, self._form.time, lambda text: moment_of(text, office.zone, self._now))

    def _score(self, line: CsvLine, column: str) -> int | None:
        return self._cell(line, column, lambda text: score_of(text, self._form.instrument))

    def _profile(self, line: CsvLine, column: str) -> str | None:
        return self._cell(line, column, lambda text: profile_code_of(text, self._form.profile[column]))

    def _employee(self, line: CsvLine, column: str, office: OfficeEntry, moment: datetime | None) -> str | None:
        return self._cell(line, column, lambda text: self._employee_of(text, office, moment))

    def _employee_of(self, text: str, office: OfficeEntry, moment: datetime | None) -> str | None:
        """The code of somebody who worked there that day; without one the row counts for the office alone."""
        if is_blank(text):
            return None
        if text not in self._catalogue.employees:
            raise ValueError(FIELD_MESSAGES["employee-unknown"])
        if moment and not self._catalogue.posted(text, office.code, moment.astimezone(office.zone).date()):
            raise ValueError(FIELD_MESSAGES["employee-not-posted"])
        return text
