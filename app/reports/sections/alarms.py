"""What asks for a look: drops over weeks, and more low answers than usual in a month. States, never values."""

from datetime import date

from app.closing.rules.report_documents.figures import Figures
from app.closing.rules.report_documents.parts import Method
from app.measures.alarm_schemas import AlarmsOut, DropOut, LowAnswersOut
from app.measures.rules.alarms import AlarmState
from app.reports.sections.blocks import Cell, Column, Facts, Section, Table, Words
from app.reports.sections.language import Language
from app.reports.sections.results import in_language

STATES = {
    "no-alarm": "no alarm",
    "not-enough-weeks": "not enough weeks with ratings to tell",
    "not-enough-months": "not enough months with ratings to tell",
    "no-variation": "cannot be told: all earlier answers were the same",
}
# Weeks to an alarm by chance. The chart of the first version took z from standard errors; what its reports said stays.
FIRST_METHOD = "cermin-measures-1"
WEEKS_OF_FIRST_METHOD, WEEKS = 400, 500


def alarms_section(figures: Figures, method: Method, tell: Language) -> Section | None:
    """The alarms of a person or an office; None in a report that was made before there were any."""
    alarms = figures.alarms
    if alarms is None:
        return None
    first = method.measures == FIRST_METHOD
    notice = tell(
        "An alarm is a reason to look, not a verdict. Even where nothing has changed, one comes now and "
        "then by chance: about one in {weeks} weeks of a line.",
        weeks=WEEKS_OF_FIRST_METHOD if first else WEEKS,
    )
    steps = tell(
        "Drops are looked for week by week, against the year before; every step stands on at least 10 answers."
    )
    exact = tell(
        "How unusual a week is follows from the exact chances of what its answers add up to, so that those who usually "
        "get very good answers are watched no more sharply than others."
    )
    words = [notice, steps] if first else [notice, steps, exact]
    table = _together(alarms, tell) or _apart(figures, alarms, method.index_name, tell)
    return Section("alarms", tell("Alarms"), (table, Words(" ".join(words))))


def _together(alarms: AlarmsOut, tell: Language) -> Facts | None:
    """Two lines instead of a table if the same can be said of the index and of every dimension: mostly no alarm."""
    drops = {alarms.index.state, *(each.state for each in alarms.dimensions.values())}
    low = {each.state for each in (alarms.low_answers or {}).values()}
    if AlarmState.alarm in drops | low or len(drops) > 1 or len(low) > 1:
        return None
    titles = [(tell("Drop over weeks"), drops), (tell("More low answers than usual"), low)]
    return Facts(tuple((title, tell(STATES[state])) for title, states in titles for state in states))


def _apart(figures: Figures, alarms: AlarmsOut, index_name: str, tell: Language) -> Table:
    low = alarms.low_answers
    columns = [Column(tell("Dimension"), "text"), Column(tell("Drop over weeks"), "text")]
    if low is not None:
        columns.append(Column(tell("More low answers than usual"), "text"))
    rows: list[tuple[Cell, ...]] = []
    for dimension in figures.dimensions:
        code = dimension.code
        row: tuple[Cell, ...] = (in_language(dimension.title, tell), _drop(alarms.dimensions[code], tell))
        rows.append(row if low is None else (*row, _months(low[code], tell)))
    whole: tuple[Cell, ...] = (index_name, _drop(alarms.index, tell))
    rows.append(whole if low is None else (*whole, None))
    caption = tell("Changes for the worse, compared with the usual")
    return Table(caption, tuple(columns), tuple(rows), last_is_whole=True)


def _drop(drop: DropOut, tell: Language) -> str:
    if drop.week is None or drop.state is not AlarmState.alarm:
        return tell(STATES[drop.state])
    year, week = drop.week.split("-W")
    monday = date.fromisocalendar(int(year), int(week), 1)
    return tell("alarm, first in the week from {day}", day=tell.day(monday.isoformat()))


def _months(low: LowAnswersOut, tell: Language) -> str:
    if low.state is not AlarmState.alarm:
        return tell(STATES[low.state])
    return tell("alarm in {months}", months=", ".join(map(tell.month, low.months)))
