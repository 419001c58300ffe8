"""Keeps the weeks that charts count: each is judged once it is over and told, and again only when ten change."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from app.disclosure import charts_store
from app.disclosure.charts_store import ChartedBlock, ChartKey, ChartsOf, Months
from app.disclosure.rules.cells import Cell, cell_from, cell_of, merged
from app.disclosure.rules.chart_weeks import SUNDAY, BlockWeek, monday_of, mondays_between, open_weeks, turning
from app.disclosure.rules.division import NewBlock
from app.disclosure.rules.due import first_day, last_day, month_code
from app.foundation.storage.database import Database, Session
from app.instruments.model import Instrument
from app.ratings.sealed_store import sealed_through
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
UnitWeeks = dict[Unit, dict[date, Cell]]


class ChartedBlocks(NamedTuple):
    """Blocks by their numbers, and the answers of each of their weeks."""

    blocks: dict[int, ChartedBlock]
    answers: dict[int, dict[date, Answers]]


def renew_charts(
    database: Database,
    agency_id: str,
    instruments: Mapping[str, Instrument],
    through: str,
    release: int | None,
    judged: Collection[ChartsOf] = (),
) -> None:
    """Judge what this release has changed (`release`), or all that waits because a month has ended (None).

    Not those offices that this release has `judged` already: for a week once is enough.
    """
    with database.reading() as session:
        changed = charts_store.offices_to_judge(session, agency_id, release)
    for instrument, offices in changed.items():
        for batch in _batches([office for office in offices if ChartsOf(instrument, office) not in judged]):
            with database.unhurried() as session:
                # Two releases at once would write the same rows.
                lock_agency(session, agency_id)
                judge(session, agency_id, instruments[instrument], batch, last_day(through))


def judge(
    session: Session,
    agency_id: str,
    instrument: Instrument,
    offices: Collection[str],
    last: date,
    told: ChartedBlocks | None = None,
) -> set[int]:
    """Judge the weeks of these offices that are over by `last`; returns the blocks of which some week is not judged.

    `told` are blocks that are not stored yet: the weeks that charts have of them are put down in them.
    """
    found = _unjudged(session, agency_id, instrument.id, offices)
    if told is not None:
        found.blocks.update(told.blocks)
        found.answers.update(told.answers)
    waiting: dict[Unit, list[BlockWeek]] = defaultdict(list)
    for number, answers in found.answers.items():
        block = found.blocks[number]
        for unit, weeks in _charts_of(block):
            waiting[unit] += [
                BlockWeek(number, monday, counts.total(), joins=block.released)
                for monday, counts in answers.items()
                if block.released != (monday in weeks)
            ]
    unjudged = _turn_all(session, agency_id, instrument, offices, last, found, waiting)
    for number, block in found.blocks.items():
        if block.released:
            _settle(block, found.answers.get(number, {}))
    in_store = (block for number, block in sorted(found.blocks.items()) if told is None or number not in told.blocks)
    charts_store.mark_charted(session, agency_id, [(block, block.block not in unjudged) for block in in_store])
    return unjudged


def in_hand(numbered: Mapping[int, NewBlock]) -> ChartedBlocks:
    """New blocks of single offices by their numbers, as charts see them, from the days of their ratings."""
    found = ChartedBlocks({}, {})
    for number, (shared, ratings) in numbered.items():
        assert shared.office is not None, "charts are of offices"
        months = shared.first_month, shared.last_month
        found.blocks[number] = ChartedBlock(number, shared.office, shared.employee, *months, True, set(), set())
        weeks = found.answers[number] = defaultdict(Counter)
        for rating in ratings:
            weeks[monday_of(rating.day)][bool(rating.joint), rating.sheet] += 1
    return found


def chart_faults(session: Session, agency_id: str, instruments: Mapping[str, Instrument]) -> Iterator[str]:
    """The charts whose weeks are not what the ratings of their blocks give, as sentences."""
    sealed = sealed_through(session, agency_id)
    for instrument, offices in charts_store.offices_in_charts(session, agency_id).items():
        for office in offices:
            every = charts_store.blocks_of(session, agency_id, instrument, [office], changed=False)
            # Of sealed ones the ratings may be gone; the seal vouches for weeks that they are in.
            gone = {number: block for number, block in every.items() if sealed and block.first_month <= sealed}
            vouched = {(unit, week) for block in gone.values() for unit, weeks in _charts_of(block) for week in weeks}
            open_ones = {number: block for number, block in every.items() if number not in gone}
            found = _with_answers(session, agency_id, instrument, open_ones, _all_weeks)
            given: dict[Unit, dict[date, Answers]] = defaultdict(lambda: defaultdict(Counter))
            for number, answers in found.answers.items():
                for unit, weeks in _charts_of(found.blocks[number]):
                    for monday in answers.keys() & weeks:
                        given[unit][monday].update(answers[monday])
            expected = {
                unit: {monday: _cell(instruments[instrument], counts) for monday, counts in weeks.items()}
                for unit, weeks in given.items()
            }
            stored = _stored(charts_store.chart_months(session, agency_id, instrument, [office]))
            if _without(stored, vouched) != _without(expected, vouched):
                yield f"{agency_id}: the weekly charts of {office} are not what its blocks give"


def _turn_all(
    session: Session,
    agency_id: str,
    instrument: Instrument,
    offices: Collection[str],
    last: date,
    found: ChartedBlocks,
    waiting: Mapping[Unit, Sequence[BlockWeek]],
) -> set[int]:
    """Let weeks that wait join or leave; returns the blocks of which some go on waiting."""
    mondays = {week.monday for those in waiting.values() for week in those}
    if not mondays:
        return set()
    months = Months(*(month_code(edge(mondays) + SUNDAY) for edge in (min, max)))
    kept = charts_store.chart_months(session, agency_id, instrument.id, offices, months)
    stored = _stored(kept)
    rows: dict[ChartKey, dict[str, Any]] = {}
    unjudged: set[int] = set()
    for unit, those in waiting.items():
        own = stored.get(unit, {})
        turned = set(turning(those, {monday: cell.n for monday, cell in own.items()}, last))
        unjudged |= {week.block for week in those if week not in turned}
        changes: dict[date, Answers] = defaultdict(Counter)
        for week in turned:
            _turn(found.blocks[week.block], unit, week)
            counts = found.answers[week.block][week.monday]
            changes[week.monday].update(counts if week.joins else {key: -n for key, n in counts.items()})
        for monday, counts in changes.items():
            before = [own[monday]] if monday in own else []
            own[monday] = _merged(*before, _cell(instrument, counts))
        changed = {month_code(monday + SUNDAY) for monday in changes}
        rows |= {ChartKey(*unit, month): _month(own, month) for month in changed}
    former = {ChartKey(*row[:3]) for row in kept}
    charts_store.replace_chart_months(session, agency_id, instrument.id, rows, former)
    return unjudged


def _unjudged(session: Session, agency_id: str, instrument: str, offices: Collection[str]) -> ChartedBlocks:
    """The blocks of these offices that charts do not have as they are, with the answers of the weeks that matter."""
    changed = charts_store.blocks_of(session, agency_id, instrument, offices, changed=True)
    return _with_answers(session, agency_id, instrument, changed, _open_weeks)


def _with_answers(
    session: Session,
    agency_id: str,
    instrument: str,
    blocks: dict[int, ChartedBlock],
    weeks_of: Callable[[ChartedBlock], Collection[date]],
) -> ChartedBlocks:
    """These blocks with the answers of their weeks, of those at least that `weeks_of` names."""
    answers: dict[int, dict[date, Answers]] = defaultdict(lambda: defaultdict(Counter))
    of_months: dict[Months, dict[int, ChartedBlock]] = defaultdict(dict)
    for number, block in blocks.items():
        of_months[Months(block.first_month, block.last_month)][number] = block
    for months, those in of_months.items():
        mondays = {monday for block in those.values() for monday in weeks_of(block)}
        if not mondays:
            continue
        # Of a month that has been judged but for its last days only these days are read.
        days = max(min(mondays), first_day(months.first)), min(max(mondays) + SUNDAY, last_day(months.last))
        offices = {block.office for block in those.values()}
        for number, day, sheet, joint, n in charts_store.ratings_of(session, agency_id, instrument, days, offices):
            # Blocks of other months may have ratings of these days, too.
            if number in those:
                answers[number][monday_of(day)][bool(joint), sheet] += n
    return ChartedBlocks(blocks, answers)


def _all_weeks(block: ChartedBlock) -> list[date]:
    return mondays_between(first_day(block.first_month), last_day(block.last_month))


def _open_weeks(block: ChartedBlock) -> set[date]:
    return open_weeks(_all_weeks(block), [weeks for _, weeks in _charts_of(block)], joins=block.released)


def _settle(block: ChartedBlock, answers: Collection[date]) -> None:
    """Put down that charts need nothing of the weeks in which a block has no answers, so that nobody looks again."""
    for _, weeks in _charts_of(block):
        weeks.update(monday for monday in _all_weeks(block) if monday not in answers)


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


def _charts_of(block: ChartedBlock) -> Iterator[tuple[Unit, set[date]]]:
    """The charts that a block's ratings are for, with the weeks in which they have them."""
    yield Unit(block.office, OWN), block.office_weeks
    if block.employee:
        yield Unit(block.office, block.employee), block.employee_weeks


def _turn(block: ChartedBlock, unit: Unit, week: BlockWeek) -> None:
    weeks = block.employee_weeks if unit.employee else block.office_weeks
    if week.joins:
        weeks.add(week.monday)
    else:
        weeks.discard(week.monday)


def _stored(rows: Iterable[Any]) -> UnitWeeks:
    found: UnitWeeks = {}
    for office, employee, _, weeks in rows:
        own = found.setdefault(Unit(office, employee), {})
        own |= {date.fromisoformat(monday): cell_from(cell) for monday, cell in weeks.items()}
    return found


def _without(charts: UnitWeeks, those: Collection[tuple[Unit, date]]) -> UnitWeeks:
    """Charts without some of their weeks, and without those that have no other."""
    left = {
        unit: {day: cell for day, cell in weeks.items() if (unit, day) not in those} for unit, weeks in charts.items()
    }
    return {unit: weeks for unit, weeks in left.items() if weeks}


def _month(weeks: Mapping[date, Cell], month: str) -> dict[str, Any]:
    """The weeks whose Sunday is in a month, as JSON."""
    return {
        monday.isoformat(): cell.plain()
        for monday, cell in sorted(weeks.items())
        if cell.n and month_code(monday + SUNDAY) == month
    }


def _batches(offices: list[str]) -> Iterator[list[str]]:
    return (offices[start : start + OFFICES_AT_ONCE] for start in range(0, len(offices), OFFICES_AT_ONCE))
