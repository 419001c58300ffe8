"""Keeps the weeks that charts count: each is judged once it is over and told, and again only when ten change."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from app.disclosure import charts_store
from app.disclosure.charts_store import ChartedBlock, Months
from app.disclosure.rules.cells import Cell, cell_from, cell_of, merged
from app.disclosure.rules.chart_weeks import SUNDAY, BlockWeek, monday_of, turning
from app.disclosure.rules.due import last_day, month_code
from app.foundation.storage.database import Database, Session
from app.instruments.model import Instrument
from app.ratings.status_store import lock_agency

# So many offices' ratings of a year are held at once.
OFFICES_AT_ONCE = 20
# The office's own chart has no employee.
OWN = ""


class Unit(NamedTuple):
    """Whose chart: a person's at one office, or the office's own."""

    office: str
    employee: str


# How many ratings have the same answers, by whether these were given together.
Answers = Counter[tuple[bool, str]]
# The answers of each block, by week.
BlockAnswers = Mapping[tuple[int, date], Answers]
UnitWeeks = dict[Unit, dict[date, Cell]]


def renew_charts(
    database: Database, agency_id: str, instruments: Mapping[str, Instrument], through: str, release: int | None
) -> None:
    """Judge what this release has changed (`release`), or all that waits because a month has ended (None)."""
    with database.reading() as session:
        changed = charts_store.offices_to_judge(session, agency_id, release)
    for instrument, offices in changed.items():
        for batch in _batches(offices):
            with database.unhurried() as session:
                # Two releases at once would write the same rows.
                lock_agency(session, agency_id)
                _judge(session, agency_id, instruments[instrument], batch, last_day(through))


def chart_faults(session: Session, agency_id: str, instruments: Mapping[str, Instrument]) -> Iterator[str]:
    """The charts whose weeks are not what the ratings of their blocks give, as sentences."""
    for instrument, offices in charts_store.offices_in_charts(session, agency_id).items():
        for office in offices:
            blocks, answers = _read(session, agency_id, instrument, [office], changed=False)
            given: dict[Unit, dict[date, Answers]] = defaultdict(lambda: defaultdict(Counter))
            for (number, monday), counts in answers.items():
                for unit, weeks in _charts_of(blocks[number]):
                    if monday.isoformat() in weeks:
                        given[unit][monday].update(counts)
            expected = {
                unit: {monday: _cell(instruments[instrument], counts) for monday, counts in weeks.items()}
                for unit, weeks in given.items()
            }
            if _stored(charts_store.chart_months(session, agency_id, instrument, [office])) != expected:
                yield f"{agency_id}: the weekly charts of {office} are not what its blocks give"


def _judge(session: Session, agency_id: str, instrument: Instrument, offices: list[str], last: date) -> None:
    blocks, answers = _read(session, agency_id, instrument.id, offices, changed=True)
    if not answers:
        return
    waiting: dict[Unit, list[BlockWeek]] = defaultdict(list)
    for (number, monday), counts in answers.items():
        block = blocks[number]
        for unit, weeks in _charts_of(block):
            if block.released != (monday.isoformat() in weeks):
                waiting[unit].append(BlockWeek(number, monday, counts.total(), joins=block.released))
    months = Months(*(month_code(edge(monday for _, monday in answers) + SUNDAY) for edge in (min, max)))
    stored = _stored(charts_store.chart_months(session, agency_id, instrument.id, offices, months))
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    unjudged: set[int] = set()
    for unit, those in waiting.items():
        own = stored.get(unit, {})
        turned = set(turning(those, {monday: cell.n for monday, cell in own.items()}, last))
        unjudged |= {week.block for week in those if week not in turned}
        changes: dict[date, Answers] = defaultdict(Counter)
        for week in turned:
            _turn(blocks[week.block], unit, week)
            counts = answers[week.block, week.monday]
            changes[week.monday].update(counts if week.joins else {key: -n for key, n in counts.items()})
        for monday, counts in changes.items():
            before = [own[monday]] if monday in own else []
            own[monday] = _merged(*before, _cell(instrument, counts))
        changed = {month_code(monday + SUNDAY) for monday in changes}
        rows |= {(*unit, month): _month(own, month) for month in changed}
    charts_store.replace_chart_months(session, agency_id, instrument.id, rows)
    judged = sorted({number for number, _ in answers})
    charts_store.mark_charted(session, agency_id, [(blocks[each], each not in unjudged) for each in judged])


def _read(
    session: Session, agency_id: str, instrument: str, offices: list[str], *, changed: bool
) -> tuple[dict[int, ChartedBlock], BlockAnswers]:
    """The blocks of these offices, and the answers of each of their weeks."""
    blocks: dict[int, ChartedBlock] = {}
    answers: dict[tuple[int, date], Answers] = defaultdict(Counter)
    for months, found in charts_store.blocks_of(session, agency_id, instrument, offices, changed=changed).items():
        blocks |= found
        those = {block.office for block in found.values()}
        for block, day, sheet, joint, n in charts_store.ratings_of(session, agency_id, instrument, months, those):
            if block in found:
                answers[block, monday_of(day)][bool(joint), sheet] += n
    return blocks, answers


def _cell(instrument: Instrument, answers: Answers) -> Cell:
    """The cell of these answers; of fewer than none where they leave."""
    given: dict[bool, dict[str, int]] = {True: {}}
    for (joint, sheet), n in answers.items():
        given.setdefault(joint, {})[sheet] = n
    return _merged(*(cell_of(instrument, sheets, joint=joint) for joint, sheets in given.items()))


def _merged(*cells: Cell) -> Cell:
    """All together, without totals that nobody has any more."""
    total = merged(*cells)
    composites = {steps: {step: n for step, n in totals.items() if n} for steps, totals in total.composites.items()}
    return Cell(total.n, total.items, composites)


def _charts_of(block: ChartedBlock) -> Iterator[tuple[Unit, list[str]]]:
    """The charts that a block's ratings are for, with the weeks in which they have them."""
    yield Unit(block.office, OWN), block.office_weeks
    if block.employee:
        yield Unit(block.office, block.employee), block.employee_weeks


def _turn(block: ChartedBlock, unit: Unit, week: BlockWeek) -> None:
    weeks = block.employee_weeks if unit.employee else block.office_weeks
    if week.joins:
        weeks.append(week.monday.isoformat())
    else:
        weeks.remove(week.monday.isoformat())


def _stored(rows: Iterable[Any]) -> UnitWeeks:
    found: UnitWeeks = {}
    for office, employee, _, weeks in rows:
        own = found.setdefault(Unit(office, employee), {})
        own |= {date.fromisoformat(monday): cell_from(cell) for monday, cell in weeks.items()}
    return found


def _month(weeks: Mapping[date, Cell], month: str) -> dict[str, Any]:
    """The weeks whose Sunday is in a month, as JSON."""
    return {
        monday.isoformat(): cell.plain()
        for monday, cell in sorted(weeks.items())
        if cell.n and month_code(monday + SUNDAY) == month
    }


def _batches(offices: list[str]) -> Iterator[list[str]]:
    return (offices[start : start + OFFICES_AT_ONCE] for start in range(0, len(offices), OFFICES_AT_ONCE))
