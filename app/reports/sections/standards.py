"""Promised and real time, and steps of procedure (SOP): by service, and of an agency by office."""

from collections.abc import Iterable

from app.closing.rules.report_documents.figures import Figures
from app.closing.rules.report_documents.reports import AgencyReport, AnyReport, EmployeeReport
from app.closing.rules.report_documents.standards import HeldPromise, Standards, StepShare, TimeShare
from app.measures.standard_schemas import HeldPromiseOut, StandardsOut, StepsOut, TimeOut
from app.reports.sections.blocks import Block, Cell, Column, Facts, Range, Section, Table, Words
from app.reports.sections.language import Language
from app.reports.sections.results import CONFIDENCE, count, in_language, official, percent

UNITS = {
    ("minutes", False): "{n} minutes",
    ("minutes", True): "{n} minute",
    ("hours", False): "{n} hours",
    ("hours", True): "{n} hour",
    ("working-days", False): "{n} working days",
    ("working-days", True): "{n} working day",
}
ANSWERED = "What citizens answered: {question}"
BUCKETS = ("Up to half of the promised time", "Up to all of it", "Up to twice", "Longer")
MEANING = (
    "Real times are told by queue systems: from a ticket's issue to the end of the service, or by counts of a month. "
    "None is worked out from answers, and none is guessed. What is told of few services by themselves counts among all "
    "services only."
)
STEPS = (
    "Steps of procedure are told by queue systems that know them. Their interval counts services, not steps: the steps "
    "of one service go together."
)


def standards_section(document: AnyReport, tell: Language) -> Section | None:
    """Shares of services within their promise, beside the answers about speed; None where nothing is told."""
    told = None if isinstance(document, EmployeeReport) else document.standards
    if told is None:
        return None
    blocks: list[Block] = [*_speed(document, told, tell), *standard_tables(told, tell)]
    if isinstance(document, AgencyReport):
        blocks += _offices(document, tell)
    blocks.append(Words(tell(MEANING)))
    if told.steps:
        blocks.append(Words(tell(STEPS)))
    return Section("standards", tell("Promised and real time"), tuple(blocks))


def standard_tables(told: Standards | StandardsOut, tell: Language, *, brief: bool = False) -> tuple[Table, ...]:
    """The promises, then times, their buckets and steps, by service with all services last; only tables with rows.

    The brief ones are those of times and steps.
    """
    services = [(each.name or each.code, each) for each in told.services]
    every = tell("All services")
    promises: list[tuple[Cell, ...]] = []
    times: list[tuple[Cell, ...]] = []
    buckets: list[tuple[Cell, ...]] = []
    steps: list[tuple[Cell, ...]] = []
    for name, own in services:
        if own.time:
            times.append((name, *time_cells(own.time)))
            promises += [] if brief else [(name, *_promise(each, tell)) for each in own.promises]
        if own.time and own.time.buckets and not brief:
            buckets.append((name, *map(count, own.time.buckets)))
        if own.steps:
            steps.append((name, *step_cells(own.steps)))
    if told.time:
        times.append((every, *time_cells(told.time)))
    if told.time and told.time.buckets and not brief:
        buckets.append((every, *map(count, told.time.buckets)))
    if told.steps:
        steps.append((every, *step_cells(told.steps)))
    first = Column(tell("Service"), "text")
    columns = (Column(tell("At most"), "text"), Column(tell("Document"), "text"), Column(tell("Valid from"), "text"))
    return _with_rows(
        Table(tell("What is promised"), (first, *columns), tuple(promises)),
        Table(
            tell("Services within their promise"),
            (first, *time_columns(tell)),
            tuple(times),
            last_is_whole=True,
        ),
        Table(
            tell("How long services took beside their promise"),
            (first, *(Column(tell(each)) for each in BUCKETS)),
            tuple(buckets),
            last_is_whole=True,
        ),
        Table(tell("Steps of procedure (SOP) done"), (first, *step_columns(tell)), tuple(steps), last_is_whole=True),
    )


def _promise(promise: HeldPromise | HeldPromiseOut, tell: Language) -> tuple[Cell, ...]:
    return (
        amount_words(promise.amount, promise.unit, tell),
        promise.source,
        tell.month(promise.valid_from, "MMMM y"),
    )


def amount_words(amount: int, unit: str, tell: Language) -> str:
    """`15 minutes`."""
    return tell(UNITS[str(unit), amount == 1], n=str(amount))


def time_columns(tell: Language) -> tuple[Column, ...]:
    """What stands beside a service or office of which times are told."""
    return (
        Column(tell("Services (n)")),
        Column(tell("Within the promise")),
        Column(tell("Share")),
        Column(tell(CONFIDENCE), "range"),
    )


def time_cells(time: TimeShare | TimeOut) -> tuple[Cell, ...]:
    """The cells below these columns."""
    return count(time.n), count(time.k), percent(time.share), _interval(time.lower, time.upper)


def step_columns(tell: Language) -> tuple[Column, ...]:
    """What stands beside a service or office of which steps are told."""
    return (
        Column(tell("Services (n)")),
        Column(tell("Steps due")),
        Column(tell("Steps done")),
        Column(tell("Share")),
        Column(tell(CONFIDENCE), "range"),
    )


def step_cells(steps: StepShare | StepsOut) -> tuple[Cell, ...]:
    """The cells below these columns."""
    return (
        count(steps.n),
        count(steps.due),
        count(steps.done),
        percent(steps.share),
        _interval(steps.lower, steps.upper),
    )


def _speed(document: AnyReport, told: Standards, tell: Language) -> Iterable[Block]:
    """The answers about speed, which nothing here is worked out from."""
    if not isinstance(document.figures, Figures):
        return
    for each in document.figures.dimensions:
        if each.code in told.speed and each.index is not None:
            name = in_language(each.title, tell)
            interval = Range(*map(official, each.interval)) if each.interval else None
            yield Facts(
                (
                    (tell(ANSWERED, question=name), official(each.index)),
                    (tell(CONFIDENCE), interval),
                    (tell("Answers (n)"), count(each.n)),
                )
            )


def _offices(document: AgencyReport, tell: Language) -> Iterable[Table]:
    lines = [(line, line.standards) for line in document.offices if line.standards]
    first = (Column(tell("Office"), "text"), Column(tell("Code"), "text"))
    times = tuple((line.name, line.code, *time_cells(told.time)) for line, told in lines if told.time)
    steps = tuple((line.name, line.code, *step_cells(told.steps)) for line, told in lines if told.steps)
    return _with_rows(
        Table(tell("Services within their promise, by office"), (*first, *time_columns(tell)), times),
        Table(tell("Steps of procedure (SOP) done, by office"), (*first, *step_columns(tell)), steps),
    )


def _with_rows(*tables: Table) -> tuple[Table, ...]:
    return tuple(table for table in tables if table.rows)


def _interval(lower: float, upper: float) -> Range:
    return Range(percent(lower), percent(upper))
