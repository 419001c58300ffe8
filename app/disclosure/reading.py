"""The door of the gate: whoever makes figures reads here what is told, and nowhere else."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any

from app.disclosure import reading_store, standards_store, store, sums_store
from app.disclosure.reading_store import BlockRow
from app.disclosure.rules.cells import cell_from, measured_cell
from app.disclosure.rules.chart_weeks import ChartedWeek
from app.disclosure.rules.division import Month
from app.disclosure.rules.due import RatingGroup, ReleaseState, last_day, month_code
from app.disclosure.rules.released import ReleasedBlock, ReleasedSheets
from app.disclosure.rules.standards import ToldStandards
from app.disclosure.sums import WHOLE_AGENCY
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.instruments.loading import shipped
from app.instruments.model import Instrument
from app.instruments.registry import instruments_of
from app.ratings.rules.selection import By
from app.ratings.sealed_store import sealed_through
from app.ratings.status import COUNTED

# Offices whose sums are read together; a year of one takes up to two hundred kilobytes.
READ_TOGETHER = 50


def release_state(session: Session, agency_id: str) -> ReleaseState:
    """The newest release. Raises `nothing-released` where nothing was released so far."""
    newest = store.latest_release(session, agency_id)
    if newest is None:
        raise Problem("nothing-released")
    months = store.period_months(session, agency_id)
    assert months is not None, "an agency with a release exists"
    return ReleaseState(newest.number, newest.released_at, last_day(newest.through), months)


def last_sealed(session: Session, agency_id: str) -> Month | None:
    """The last month of which nothing that is told changes any more; None where there is none."""
    return sealed_through(session, agency_id)


def told_instruments(session: Session, agency_id: str) -> list[str]:
    """The questionnaires of which something is told, in order."""
    return reading_store.told_instruments(session, agency_id)


def every_agency(session: Session) -> list[str]:
    """The codes of all agencies."""
    return store.agencies(session)


def told_months(session: Session, agency_id: str, instrument: str) -> list[Month]:
    """The months of which something is told by a questionnaire, in order."""
    return reading_store.told_months(session, agency_id, instrument)


def unfinished_months(session: Session, agency_id: str) -> set[tuple[str, Month, Month]]:
    """Questionnaire, first and last month of what a release has told and not added up yet."""
    return {(each[0], each[1], each[2]) for each in sums_store.changed_sums(session, agency_id)}


def require_released(state: ReleaseState, first: date, last: date) -> None:
    """Raises `not-released`, with the nearest that is, unless these days are whole months that are over."""
    # The months that have both ends; what lies after the newest is cut off.
    nearest_first = min(first.replace(day=1), state.last.replace(day=1))
    nearest_last = max(min(last_day(month_code(last)), state.last), last_day(month_code(nearest_first)))
    if (nearest_first, nearest_last) != (first, last):
        raise Problem("not-released", first=nearest_first.isoformat(), last=nearest_last.isoformat())


def read_released(
    session: Session,
    agency_id: str,
    instrument: str,
    first: date,
    last: date,
    offices: Collection[str] | None = None,
    apart: Collection[By] = (By.office, By.employee, By.service, By.channel),
    employee: str | None = None,
    *,
    persons: bool = False,
) -> ReleasedSheets:
    """What is told, and waits, of the ratings of these months at these offices (None: of the whole agency).

    `apart` is what a question tells apart or asks for; what it does not is read from sums. Of an `employee`, or of
    `persons` alone, only what their figures are made of or leave out is read.
    """
    kept = {each.value for each in apart} | (set() if offices is None else {By.office.value})
    asked = reading_store.Asked(agency_id, instrument, month_code(first), month_code(last), offices, employee, persons)
    if By.employee in apart:
        rows = reading_store.released_blocks(session, asked)
    else:
        split = By.service in apart or By.channel in apart
        rows = _sums(session, asked, split=split, by_office=By.office.value in kept)
    one = _instrument(session, agency_id, instrument)
    return ReleasedSheets([_block(one, row) for row in rows], reading_store.waiting_counts(session, asked, kept))


def read_offices(
    session: Session, agency_id: str, instrument: str, first: date, last: date, offices: Collection[str]
) -> Iterator[tuple[list[str], ReleasedSheets]]:
    """What is told of offices, some of them at a time and in order, by service and channel, as by `read_released`.

    For questions about single offices alone: what several tell together is left out of each.
    """
    asked = reading_store.Asked(agency_id, instrument, month_code(first), month_code(last), ())
    one, ordered = _instrument(session, agency_id, instrument), sorted(offices)
    # Read once, and added up: what several offices tell together would be read with every group of them.
    pooled: dict[str, Counter[RatingGroup]] = defaultdict(Counter)
    for row in reading_store.pooled_blocks(session, asked):
        for part, n in _block(one, row).parts:
            pooled[part.office][part._replace(employee="", service="", channel="")] += n
    for start in range(0, len(ordered), READ_TOGETHER):
        batch = ordered[start : start + READ_TOGETHER]
        of_batch = asked._replace(offices=batch)
        blocks = [_block(one, row) for row in reading_store.released_sums(session, of_batch, split=True)]
        waiting = Counter(reading_store.waiting_counts(session, of_batch, {By.office.value}))
        for office in batch:
            waiting.update(pooled.get(office, {}))
        yield batch, ReleasedSheets(blocks, waiting)


def newest_told(session: Session, agency_id: str, instrument: str, first: date, last: date) -> dict[str | None, int]:
    """Of each office (None: of several together) the newest release that its figures of these months are from."""
    asked = reading_store.Asked(agency_id, instrument, month_code(first), month_code(last), None)
    return reading_store.newest_told(session, asked, COUNTED)


def read_standards(
    session: Session, agency_id: str, first: date, last: date, offices: Collection[str] | None = None
) -> list[ToldStandards]:
    """What is told of service standards in these months at these offices (None: of the whole agency)."""
    return standards_store.told_standards(session, agency_id, month_code(first), month_code(last), offices)


def read_charts(
    session: Session,
    agency_id: str,
    instrument: str,
    first: date,
    last: date,
    by: By,
    offices: Collection[str] | None = None,
) -> Iterator[ChartedWeek]:
    """The weeks between these days that the charts of every person or office count (None: in the whole agency).

    Nobody but the charts reads them: an alarm is one bit about weeks of ten answers and more (decision 9). A person who
    serves at several offices has a week for each.
    """
    asked = reading_store.Asked(agency_id, instrument, month_code(first), month_code(last), offices)
    one = _instrument(session, agency_id, instrument)
    for unit, weeks in reading_store.charted_weeks(session, asked, by):
        for monday, cell in weeks.items():
            yield ChartedWeek(unit, date.fromisoformat(monday), measured_cell(one, cell_from(cell)))


def _sums(session: Session, asked: reading_store.Asked, *, split: bool, by_office: bool) -> Iterator[BlockRow]:
    """The rows of sums, of the whole agency where offices need not be told apart."""
    if not by_office:
        yield from reading_store.released_sums(session, asked._replace(offices=[WHOLE_AGENCY]), split=split)
        return
    yield from reading_store.released_sums(session, asked, split=split)
    # Of blocks of several offices, what each of these leaves out.
    yield from reading_store.pooled_blocks(session, asked)


def _instrument(session: Session, agency_id: str, name: str) -> Instrument:
    # The agency's own instruments are read only for other ids: almost every question is about a shipped one.
    return shipped().get(name) or instruments_of(session, agency_id)[name]


def _block(instrument: Instrument, row: BlockRow) -> ReleasedBlock:
    standing, office, employee, first_month, last_month, service, service_mode, channel, cell, parts, release = row
    return ReleasedBlock(
        standing=standing,
        office=office or None,
        employee=employee,
        first_month=first_month,
        last_month=last_month,
        service=service or None,
        service_mode=service_mode,
        channel=channel or None,
        cell=measured_cell(instrument, cell_from(cell)),
        parts=tuple(_parts(instrument.id, standing, parts or ())),
        release=release,
    )


def _parts(instrument: str, standing: str, parts: Iterable[Any]) -> Iterator[tuple[RatingGroup, int]]:
    for *values, n in parts:
        yield RatingGroup(instrument, standing, *values), n
