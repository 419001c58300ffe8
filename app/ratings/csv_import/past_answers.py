"""Past answers: what a file's columns mean, and what one row of it says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from app.directory.rules.catalogue import Catalogue, OfficeEntry
from app.directory.workbook.references import letters_of
from app.foundation.problem_codes import FIELD_MESSAGES
from app.instruments.model import Instrument
from app.instruments.sheets import SheetFault, write_sheet
from app.ratings.csv_import.cells import Labels, channel_of, is_blank, profile_code_of, score_of
from app.ratings.csv_import.csv_file import AnswersFile, CsvFault, CsvLine, FileFault
from app.ratings.csv_import.identity import Answer, AnswerTexts
from app.ratings.csv_import.moments import EPOCH, NOON, moment_of, order_problem
from app.ratings.csv_import.spool import FirstRows

One = TypeVar("One")
MILLISECOND = timedelta(milliseconds=1)
# Cells and rows of answers repeat: so many of each are remembered.
REMEMBERED = 16_384


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


class Questions:
    """What the answers of a row make together, from their marks in the order of the form's columns."""

    def __init__(self, form: Form, headings: Mapping[str, str]) -> None:
        self._instrument = form.instrument
        self._items = list(form.answers.values())
        self._by_question = sorted((item, place) for place, item in enumerate(self._items))
        # As headings were compared when answers were still identified by them.
        written = {name: " ".join(headings.get(name, name).split()).casefold() for name in form.answers}
        self._by_heading = sorted((written[name], place) for place, name in enumerate(form.answers))
        self.texts: Callable[[str], AnswerTexts] = lru_cache(REMEMBERED)(self._texts)

    def _texts(self, marks: str) -> AnswerTexts:
        """The texts of a row's answers; raises SheetFault where they make no sheet."""
        scores = [self._instrument.readings[mark] for mark in marks]
        return AnswerTexts(
            sheet=write_sheet(self._instrument, dict(zip(self._items, scores, strict=True))),
            by_question=",".join([f"{item}={scores[place]}" for item, place in self._by_question]),
            by_heading=",".join([f"{heading}={scores[place]}" for heading, place in self._by_heading]),
        )


class Repeating(NamedTuple):
    """A column whose cells say what depends on their texts alone; and what they were found to say."""

    column: str
    read: Callable[[str], Any]
    known: dict[str, Any]


def _place(given: One | FileColumn, read: Callable[[str], One]) -> "One | Repeating":
    return Repeating(given.name, read, {}) if isinstance(given, FileColumn) else given


class LineReader:
    """Reads one row after the other and collects the faults of their cells."""

    def __init__(self, form: Form, catalogue: Catalogue, now: datetime, headings: Mapping[str, str]) -> None:
        self.faults: list[CsvFault] = []
        self._form = form
        self._catalogue = catalogue
        self._now = now
        self._questions = Questions(form, headings)
        self._rows_by_id = FirstRows() if form.own_id is not None else None
        # Rows whose time was not understood: perhaps since nobody said whether its day or its month stands first.
        self._undated: list[tuple[int, str]] = []
        self._office = _place(form.office, self._office_of)
        self._service = _place(form.service, self._service_of)
        self._channel = _place(form.channel, channel_of)
        self._marks = [Repeating(column, self._mark_of(column), {}) for column in form.answers]
        self._profile = {
            attribute: Repeating(column, self._profile_code_of(attribute), {})
            for column, attribute in form.profile.items()
        }

    def check_order_of_days(self) -> None:
        """Raise FileFault if only a `--time-format` can say which day the dates of the rows read so far mean."""
        if (found := order_problem(self._undated)) is not None:
            raise FileFault(CsvFault(found[0], self._form.time, found[1]))

    def read(self, line: CsvLine) -> Answer | None:
        """The answer in a row; None when a cell is faulty, or all of them together are."""
        form, before = self._form, len(self.faults)
        office, service, channel = (self._own(line, each) for each in (self._office, self._service, self._channel))
        moment = None if office is None else self._moment(line, office)
        if moment is None and form.time_format is None:
            self._undated.append((line.row, line.cells[form.time]))
        cells = line.cells
        marks: list[Any] = [known.get(cells[column]) for column, _, known in self._marks]
        if None in marks:
            # Some of them for the first time.
            marks = [self._repeating(line, each) for each in self._marks]
        employee = (
            None if form.employee is None or office is None else self._employee(line, form.employee, office, moment)
        )
        profile = {attribute: self._repeating(line, cells) for attribute, cells in self._profile.items()}
        own_id = None if form.own_id is None else self._cell(line, form.own_id, lambda text: self._own_id(text, line))
        if office is None or service is None or channel is None or moment is None or len(self.faults) > before:
            return None
        try:
            texts = self._questions.texts("".join(marks))
        except SheetFault as fault:
            # Its cells are good one by one, so this concerns the row as a whole.
            self.faults.append(CsvFault(line.row, None, FIELD_MESSAGES[fault.code]))
            return None
        # Where the row has an id of its own, that and this noon are what it is known by.
        at_ms = noon_ms = (moment - EPOCH) // MILLISECOND
        if own_id is not None:
            noon_ms = (moment.replace(hour=NOON, minute=0, second=0, microsecond=0) - EPOCH) // MILLISECOND
        return Answer(
            row=line.row,
            office=office.code,
            service=service,
            channel=channel,
            day=moment.toordinal(),
            at_ms=at_ms,
            noon_ms=noon_ms,
            marks="".join(marks),
            employee=employee,
            profile={attribute: code for attribute, code in profile.items() if code is not None},
            own_id=own_id,
            texts=texts,
        )

    def again(self, row: tuple[Any, ...]) -> Answer:
        """The answer of which all but its texts was kept."""
        return Answer._make((*row, self._questions.texts(row[MARKS])))

    def _own(self, line: CsvLine, given: Any) -> Any:
        """What all rows share, or what the row has in its column; None when that is faulty."""
        return self._repeating(line, given) if isinstance(given, Repeating) else given

    def _office_of(self, text: str) -> OfficeEntry:
        if (office := self._catalogue.offices.get(text)) is None:
            raise ValueError(FIELD_MESSAGES["office-unknown"])
        return office

    def _service_of(self, text: str) -> str:
        if text not in self._catalogue.services:
            raise ValueError(FIELD_MESSAGES["service-unknown"])
        return text

    def _repeating(self, line: CsvLine, cells: "Repeating") -> Any:
        """What the cell says, remembered where it is no fault."""
        column, read, known = cells
        text = line.cells[column]
        if text in known:
            return known[text]
        before = len(self.faults)
        found = self._cell(line, column, read)
        if len(self.faults) == before and len(known) < REMEMBERED:
            known[text] = found
        return found

    def _cell(self, line: CsvLine, column: str, read: Callable[[str], One]) -> One | None:
        try:
            return read(line.cells[column])
        except ValueError as error:
            self.faults.append(CsvFault(line.row, column, str(error)))
            return None

    def _moment(self, line: CsvLine, office: OfficeEntry) -> datetime | None:
        """At the office's local time."""
        return self._cell(
            line,
            self._form.time,
            lambda text: moment_of(text, office.zone, self._now, self._form.time_format).astimezone(office.zone),
        )

    def _own_id(self, text: str, line: CsvLine) -> str:
        """The id that a survey tool gave the answer; each stands once in a file."""
        if not text:
            raise ValueError("every row needs the id that the survey tool gave it")
        assert self._rows_by_id is not None, "the form names the column of ids"
        if (earlier := self._rows_by_id.of(text, line.row)) != line.row:
            raise ValueError(f"this id stands in row {earlier} already")
        return text

    def _mark_of(self, column: str) -> Callable[[str], str]:
        form, item = self._form, self._form.answers[column]
        return lambda text: form.instrument.marks[score_of(text, form.instrument, item, form.labels)]

    def _profile_code_of(self, attribute: str) -> Callable[[str], str | None]:
        return lambda text: profile_code_of(text, attribute)

    def _employee(self, line: CsvLine, column: str, office: OfficeEntry, moment: datetime | None) -> str | None:
        return self._cell(line, column, lambda text: self._employee_of(text, office, moment))

    def _employee_of(self, text: str, office: OfficeEntry, moment: datetime | None) -> str | None:
        """The code of somebody who worked there that day; without one the row counts for the office alone."""
        if is_blank(text):
            return None
        if text not in self._catalogue.employees:
            raise ValueError(FIELD_MESSAGES["employee-unknown"])
        if moment and not self._catalogue.posted(text, office.code, moment.date()):
            raise ValueError(FIELD_MESSAGES["employee-not-posted"])
        return text


# Where an answer keeps its marks.
MARKS = Answer._fields.index("marks")
