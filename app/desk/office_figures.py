"""The figures of an office in words and blocks. Whoever reads only the first sentence has the answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeAlias

from app.closing.rules.follow_up import two_lowest
from app.desk.addresses import numbered, with_query
from app.desk.blocks import DeskBlock, Figure, Links, Numbers, Section
from app.indices.schemas import DimensionOut, IndexOut, IndexRowOut
from app.instruments.schemas import TextsOut
from app.measures.rules.alarms import AlarmState
from app.measures.schemas import ChangeOut, CollectionOut, MeasuredDimensionOut, TrainingNeedOut, UnitMeasuresOut
from app.reports.sections.blocks import Cell, Column, Headline, Number, Range, Table, Words
from app.reports.sections.language import Language
from app.reports.sections.recognition import need_cells, needs_table
from app.reports.sections.results import CONFIDENCE, count, estimate, official, percent

Dimension: TypeAlias = MeasuredDimensionOut | DimensionOut
MOST_ALARMS = 7
# More rows than anybody looks through; the agency's report has the others.
MOST_NEEDS = 30


@dataclass(frozen=True)
class OfficeFigures:
    """What is told of one period by one questionnaire: of the own office, or of the whole agency, and of those below.

    `before` is the period before it; `may_plan` says whether the reader enters what follows; `needs` are the training
    needs of these offices.

    `own` and `whole` are None where the role is not about one, or nothing is told. Where there are several `pages` of
    offices, those below and their needs are of page `place`.
    """

    period: str
    before: str
    instrument: str
    instruments: tuple[str, ...]
    office: str | None
    own: UnitMeasuresOut | None
    whole: IndexRowOut | None
    below: tuple[UnitMeasuresOut, ...]
    may_plan: bool = False
    needs: tuple[TrainingNeedOut, ...] = ()
    place: int = 1
    pages: int = 1

    @property
    def index(self) -> IndexOut | None:
        """The index that the page is about."""
        row = self.own or self.whole
        return None if row is None else row.index

    @property
    def dimensions(self) -> Sequence[Dimension]:
        """The dimensions of that index."""
        row = self.own or self.whole
        return () if row is None or row.dimensions is None else row.dimensions


def sentence(figures: OfficeFigures, tell: Language) -> str:
    """The answer in one sentence."""
    period, index = tell.period(figures.period), figures.index
    if index is None:
        return tell("{period}: too few ratings to be told by themselves.", period=period)
    value = f"{tell.number(official(index.value))} ({index.grade})"
    change = None if figures.own is None else figures.own.change
    if change is None:
        return tell("{period}: {value}.", period=period, value=value)
    return tell("{period}: {value}, {change}.", period=period, value=value, change=change_words(change))


def change_words(change: ChangeOut) -> str:
    """What a change means, in English words that have a translation."""
    if change.lower > 0:
        return "better than in the period before"
    return "lower than in the period before" if change.upper < 0 else "not clearly changed"


def alarms_of(figures: OfficeFigures, tell: Language) -> tuple[Words, ...]:
    """A notice for each office whose index dropped over weeks, by name, at most seven."""
    rows = [*((figures.own,) if figures.own else ()), *figures.below]
    fallen = [row for row in rows if row.alarms is not None and row.alarms.index.state is AlarmState.alarm]
    said = tell("The figures dropped over weeks: a reason to look, not a verdict.")
    return tuple(Words(said, "notice", row.name or row.code) for row in _by_name(fallen)[:MOST_ALARMS])


def sections_of(figures: OfficeFigures, tell: Language) -> tuple[Section, ...]:
    """The sections below the sentence."""
    sections = [
        _result(figures, tell),
        _lowest(figures, tell),
        _training(figures, tell),
        _collected(figures, tell),
        _below(figures, tell),
    ]
    same = f"/desk/office?instrument={figures.instrument}&period="
    links = [(tell.period(figures.before), f"{same}{figures.before}")]
    links += [(each, f"/desk/office?instrument={each}") for each in figures.instruments if each != figures.instrument]
    sections.append(Section((Links(tuple(links)),), tell("The period before, and other questionnaires")))
    return tuple(section for section in sections if section is not None)


def _result(figures: OfficeFigures, tell: Language) -> Section | None:
    if figures.index is None:
        return None
    blocks: list[DeskBlock] = [_headline(figures, figures.index, tell), _dimensions(figures, tell)]
    return Section(tuple(blocks), tell("Result"))


def _headline(figures: OfficeFigures, index: IndexOut, tell: Language) -> Headline:
    row = figures.own or figures.whole
    beside: list[tuple[str, Cell]] = [
        (tell(CONFIDENCE), _interval(index)),
        (tell("Ratings (n)"), count(row.n if row else None)),
    ]
    if figures.own is not None:
        beside.append((tell("Change"), tell(_change_or_none(figures.own.change))))
    return Headline(index.name, official(index.value), index.grade, _words(index.words, tell), tuple(beside))


def _dimensions(figures: OfficeFigures, tell: Language) -> Table:
    changes = figures.own is not None
    columns = [
        Column(tell("Dimension"), "text"),
        Column(tell("Answers (n)")),
        Column(tell("Index")),
        Column(tell(CONFIDENCE), "range"),
        Column(tell("Grade (mutu)"), "text"),
    ]
    if changes:
        columns += [
            Column(tell("Change of the mean")),
            Column(tell("95 % interval of the change"), "range"),
            Column(tell("In words"), "text"),
        ]
    rows = tuple(
        (
            _words(each.title, tell),
            count(each.n),
            official(each.index),
            Range(*map(official, each.interval)) if each.interval else None,
            each.grade,
            *(_change_cells(each, tell) if changes else ()),
        )
        for each in figures.dimensions
    )
    return Table(tell("Every dimension"), tuple(columns), rows)


def _lowest(figures: OfficeFigures, tell: Language) -> Section | None:
    """The two dimensions with the lowest index: where a follow-up begins."""
    known = {each.code: each for each in figures.dimensions if each.index is not None}
    lowest = [known[code] for code in two_lowest((code, Decimal(each.index or "0")) for code, each in known.items())]
    if not lowest:
        return None
    items = tuple(
        Figure(
            _words(each.title, tell),
            official(each.index),
            tell("{n} answers, grade {grade}", n=tell.number(Number(each.n or 0)), grade=each.grade or "–"),
        )
        for each in lowest
    )
    return Section((Numbers(items), *_plans(figures, lowest, tell)), tell("The two lowest: begin here"))


def _training(figures: OfficeFigures, tell: Language) -> Section | None:
    """Where training helps first: the own office's questions, then those of the offices below it by name."""
    if figures.index is None and not figures.needs:
        return None
    ordered = sorted(figures.needs, key=lambda each: each.office != figures.office)
    rows = tuple((f"{each.name}, {_words(each.title, tell)}", *need_cells(each, tell)) for each in ordered[:MOST_NEEDS])
    return Section(needs_table(Column(tell("Office and question"), "text"), rows, tell), tell("Training needs"))


def _plans(figures: OfficeFigures, lowest: Sequence[Dimension], tell: Language) -> tuple[Links, ...]:
    """The way to a follow-up about each of them, with a form that is filled in as far as it can be."""
    about = {"period": figures.period, "instrument": figures.instrument, "office": figures.office}
    links = tuple(
        (
            tell("Plan a follow-up: {element}", element=_words(each.title, tell)),
            with_query("/desk/follow-up/new", {**about, "element": each.code}),
        )
        for each in lowest
    )
    return (Links(links),) if figures.may_plan else ()


def _collected(figures: OfficeFigures, tell: Language) -> Section | None:
    """How many rated of those who were served, and whether they are enough."""
    own = figures.own
    if own is None or own.collection is None:
        return None
    collection = own.collection
    coverage = Figure(
        tell("Coverage (rated of served)"),
        None if collection.coverage is None else percent(collection.coverage, 0),
        _served(collection, tell),
    )
    sample = Figure(tell("Ratings (n)"), count(own.n), _sample(collection, tell))
    blocks: list[DeskBlock] = [Numbers((coverage, sample))]
    if own.waiting:
        blocks.append(Words(tell("Ratings that wait, or are told in larger sums only: {waiting}", waiting=own.waiting)))
    return Section(tuple(blocks), tell("Coverage"))


def _served(collection: CollectionOut, tell: Language) -> str:
    if collection.served is None:
        return tell("How many were served is not reported; nothing is assumed.")
    return tell("of {n} who were served", n=tell.number(Number(collection.served)))


def _sample(collection: CollectionOut, tell: Language) -> str:
    if collection.sample is None:
        return tell("What sample is needed depends on how many were served.")
    size = tell.number(Number(collection.sample))
    reached = "the sample of {n} is reached" if collection.sample_reached else "the sample of {n} is not reached"
    return tell(reached, n=size)


def _below(figures: OfficeFigures, tell: Language) -> Section | None:
    """The other offices in reach, by name: nobody is ranked."""
    if not figures.below and figures.pages == 1:
        return None
    rows = tuple(
        (
            row.name or row.code,
            count(row.n),
            official(row.index.value) if row.index else None,
            _interval(row.index) if row.index else None,
            row.index.grade if row.index else None,
            tell(_change_or_none(row.change)),
        )
        for row in _by_name(figures.below)
    )
    columns = (
        Column(tell("Office"), "text"),
        Column(tell("Ratings (n)")),
        Column(tell("Index")),
        Column(tell(CONFIDENCE), "range"),
        Column(tell("Grade (mutu)"), "text"),
        Column(tell("Change"), "text"),
    )
    note = tell("An office without figures has too few ratings to be told by itself.")
    blocks: list[DeskBlock] = [Table(tell("Offices by name"), columns, rows, note=note)] if rows else []
    if figures.pages > 1:
        # Notices of drops and training needs stand above: nobody shall believe that they are all there are.
        of_page = tell(
            "What is said here of single offices is about those of page {page} of {pages}.",
            page=str(figures.place),
            pages=str(figures.pages),
        )
        blocks.insert(0, Words(of_page))
        given = {"instrument": figures.instrument, "period": figures.period}
        blocks += numbered("/desk/office", given, figures.place, figures.pages, tell)
    return Section(tuple(blocks), tell("Offices"))


def _by_name(rows: Iterable[UnitMeasuresOut]) -> list[UnitMeasuresOut]:
    return sorted(rows, key=lambda each: (each.name or each.code, each.code))


def _interval(index: IndexOut) -> Range | None:
    interval = index.interval
    return Range(official(interval.lower), official(interval.upper)) if interval else None


def _change_cells(dimension: Dimension, tell: Language) -> tuple[Cell, Cell, Cell]:
    change = dimension.change if isinstance(dimension, MeasuredDimensionOut) else None
    if change is None:
        return None, None, tell("nothing to compare with")
    figures = (change.difference, change.lower, change.upper)
    difference, lower, upper = (replace(estimate(each), signed=True) for each in figures)
    return difference, Range(lower, upper), tell(change_words(change))


def _change_or_none(change: ChangeOut | None) -> str:
    return "nothing to compare with" if change is None else change_words(change)


def _words(texts: TextsOut, tell: Language) -> str:
    return texts.id if tell.code == "id" else texts.en
