"""Past answers: what a file's columns mean, and what one row of it says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeVar

from app.directory.rules.catalogue import Catalogue, OfficeEntry
from app.directory.workbook.references import letters_of
from app.foundation.problems import FIELD_MESSAGES
from app.instruments.model import Instrument
from app.ratings.csv_import.cells import Labels, channel_of, is_blank, profile_code_of, score_of
from app.ratings.csv_import.csv_file import AnswersFile, CsvFault, CsvLine, FileFault
from app.ratings.csv_import.identity import Answer
from app.ratings.csv_import.moments import moment_of, order_problem

One = TypeVar("One")


class FileColumn(NamedTuple):
    """A column of the file, by its name for comparison."""

    name: str


@dataclass(frozen=True)
class Form:
    """What all rows of a file share, and what its columns mean: answers to items, profile to attributes.

    Office, service and channel are the same in every row, or each row has its own in a column. `own_id` is the column
    in which a survey tool gave every answer an id.
    """

    office: OfficeEntry | FileColumn
    service: str | FileColumn
    instrument: Instrument
    channel: str | FileColumn
    time: str
    answers: Mapping[str, str]
    employee: str | None = None
    profile: Mapping[str, str] = field(default_factory=dict)
    own_id: str | None = None
    time_format: str | None = None
    labels: Labels = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """Every column that is read, each once."""
        own = [each.name for each in (self.office, self.service, self.channel) if isinstance(each, FileColumn)]
        others = [name for name in (self.employee, self.own_id) if name is not None]
        return list(dict.fromkeys([self.time, *own, *others, *self.answers, *self.profile]))

    def letters(self, file: AnswersFile) -> dict[str, str]:
        """The columns that say which row is which answer, by letter: a file read by others counts its rows again."""
        named = {"time": self.time, "employee": self.employee, "id": self.own_id}
        columns = {what: name for what, name in named.items() if name is not None}
        columns |= {f"item {item}": name for name, item in self.answers.items()}
        return {what: letters_of(file.places[name]) for what, name in columns.items() if name in file.places}


def check_order_of_days(file: AnswersFile, form: Form) -> None:
    """Raise FileFault if only a `--time-format` can say which day the dates of a file mean."""
    if form.time_format is None:
        found = order_problem((line.row, line.cells[form.time]) for line in file.lines)
        if found is not None:
            raise FileFault(CsvFault(found[0], form.time, found[1]))


class LineReader:
    """Reads one row after the other and collects the faults of their cells."""

    def __init__(self, form: Form, catalogue: Catalogue, now: datetime, headings: Mapping[str, str]) -> None:
        self.faults: list[CsvFault] = []
        self._form = form
        self._catalogue = catalogue
        self._now = now
        # As headings were compared when answers were still identified by them.
        written = {name: " ".join(headings.get(name, name).split()).casefold() for name in form.answers}
        self._former = sorted((former, name) for name, former in written.items())
        self._rows_by_id: dict[str, int] = {}

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
        own_id = None if form.own_id is None else self._cell(line, form.own_id, lambda text: self._own_id(text, line))
        if office is None or service is None or channel is None or moment is None or len(self.faults) > before:
            return None
        return Answer(
            row=line.row,
            office=office.code,
            service=service,
            channel=channel,
            moment=moment.astimezone(office.zone),
            scores={form.answers[column]: score for column, score in scores.items()},
            employee=employee,
            profile={attribute: code for attribute, code in profile.items() if code is not None},
            written=",".join([f"{former}={scores[name]}" for former, name in self._former]),
            own_id=own_id,
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
        return self._cell(line, self._form.time, lambda text: self._moment_of(text, office))

    def _moment_of(self, text: str, office: OfficeEntry) -> datetime:
        return moment_of(text, office.zone, self._now, self._form.time_format)

    def _own_id(self, text: str, line: CsvLine) -> str:
        """The id that a survey tool gave the answer; each stands once in a file."""
        if not text:
            raise ValueError("every row needs the id that the survey tool gave it")
        if (earlier := self._rows_by_id.setdefault(text, line.row)) != line.row:
            raise ValueError(f"this id stands in row {earlier} already")
        return text

    def _score(self, line: CsvLine, column: str) -> int | None:
        form, item = self._form, self._form.answers[column]
        return self._cell(line, column, lambda text: score_of(text, form.instrument, item, form.labels))

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
