"""What only the report of a survey has: its elements, who answered, what they said and what follows. Official terms."""

from collections.abc import Mapping, Sequence

from app.closing.rules.report_documents.figures import Figures
from app.closing.rules.report_documents.reports import SurveyReport
from app.closing.rules.report_documents.survey import Element, FormerIndex, ProfileBlock, Question, Results, Sample
from app.reports.sections.blocks import Block, Cell, Chart, Column, Facts, Point, Range, Section, Table, Words
from app.reports.sections.collection import CHANNELS
from app.reports.sections.headline import headline_blocks
from app.reports.sections.language import Language
from app.reports.sections.results import count, in_language, official, part_of, percent
from app.reports.sections.sums import WHOLE, sum_note
from app.reports.sections.survey_plan import plan_section, publications_section, realisation_section

ATTRIBUTES = {"sex": "Sex", "age_band": "Age", "education": "Education", "occupation": "Occupation"}
VALUES = {
    "F": "Women",
    "M": "Men",
    "SWASTA": "Private employee",
    "WIRAUSAHA": "Entrepreneur",
    "LAINNYA": "Other occupation",
    "not-given": "Not given",
}
TITLES = {"full": "Report of the public satisfaction survey (SKM)", "other": "Report of a satisfaction survey"}
# In every language: the mark is a term of the trade.
NOT_FULL = "Bukan SKM penuh"


def survey_title(document: SurveyReport) -> str:
    """Only the whole official survey is called by its name."""
    return TITLES["full" if document.survey.full else "other"]


def mark_section(document: SurveyReport, tell: Language) -> Section | None:
    """What keeps a shorter survey apart from the official one; None for that."""
    survey = document.survey
    if survey.full:
        return None
    missing = ", ".join(f"{in_language(each.title, tell)} ({each.code})" for each in survey.missing)
    blocks = [
        Words(
            tell(
                "The official survey (PermenPANRB 14/2017) asks about nine elements (unsur). This one does not, "
                "so its index has a name of its own and must not be set beside that of the official survey."
            ),
            "notice",
            NOT_FULL,
        )
    ]
    if missing:
        blocks.append(Words(missing, title=tell("Elements (unsur) not asked about")))
    return Section("mark", tell("Kind of survey"), tuple(blocks))


def survey_sections(document: SurveyReport, figures: Figures, tell: Language) -> list[Section]:
    """Everything with figures of a survey that may be shown."""
    survey, method = document.survey, document.method
    results, sample = survey.results, survey.sample
    assert results, "a report with figures has results"
    assert sample, "and a sample"
    facts: list[tuple[str, Cell]] = []
    if results.band:
        lower, upper = results.band.index
        from_value, to_value = results.band.value
        facts = [
            (tell("Index on the scale of the answers"), official(results.value)),
            (tell("Range of the grade (nilai interval)"), Range(official(from_value), official(to_value))),
            (tell("Range of the grade (nilai interval konversi)"), Range(official(lower, 2), official(upper, 2))),
            (tell("Weights of the elements"), method.weights),
            (tell("Band table"), method.bands),
        ]
    return [
        Section(
            "result",
            tell("Result"),
            (*headline_blocks(document, figures, tell), *([Facts(tuple(facts))] if facts else [])),
        ),
        _elements(results, figures, tell),
        _method(sample, tell),
        _respondents(survey.profile or {}, tell),
        _suggestions(survey.suggestions, tell),
    ]


def after_sections(document: SurveyReport, tell: Language) -> list[Section]:
    """What follows from the results, whether or not they are shown."""
    return [
        _former(document, tell),
        plan_section(document, tell),
        realisation_section(document, tell),
        publications_section(document, tell),
    ]


def _method(sample: Sample, tell: Language) -> Section:
    unknown = tell("not reported; nothing is assumed")
    sufficient = sample.sufficient
    reached = tell("cannot be told") if sufficient is None else tell("yes") if sufficient else tell("no")
    channels = ", ".join(
        f"{tell(CHANNELS[channel])} {tell.number(count(n))}" for channel, n in sorted(sample.channels.items())
    )
    facts: tuple[tuple[str, Cell], ...] = (
        (tell("Population (people served)"), _or(sample.population, unknown)),
        (tell("Sample required (Krejcie and Morgan)"), _or(sample.required, tell("cannot be told"))),
        (tell("Respondents reached"), count(sample.reached)),
        (tell("Sample reached"), reached),
        (tell("Offices with ratings"), count(sample.offices)),
        (tell("By channel"), channels),
    )
    words = tell(
        "Whoever was served could answer; nobody was drawn by lot. An element's mean (NRR) is the sum of its answers "
        "divided by the number of those who answered it; the index is the sum of the weighted means (NRR tertimbang), "
        "brought to a scale that ends at 100. It is computed from unrounded means."
    )
    return Section("method", tell("Method and sample"), (Words(words), Facts(facts)))


def _elements(results: Results, figures: Figures, tell: Language) -> Section:
    names = {each.code: in_language(each.title, tell) for each in results.elements}
    rows: list[tuple[Cell, ...]] = []
    for each in results.elements:
        rows.append(_element(each, tell))
        rows += [_question(question, tell) for question in each.questions]
    index = figures.index
    if index and results.value:
        grade = f"{index.grade} ({in_language(index.words, tell)})"
        whole = (index.name, None, count(figures.n), None, official(results.value), official(index.value), grade)
        rows.append(whole)
    blocks: list[Block] = [
        Table(
            tell("Every element (unsur)"),
            (
                Column(tell("Element (unsur)"), "text"),
                Column(tell("Code"), "text"),
                # Official terms in every language, and short: seven columns share the width of a page.
                Column("n"),
                Column("NRR"),
                Column("NRR tertimbang"),
                Column(tell("Index")),
                Column(tell("Mutu (kinerja)"), "text"),
            ),
            tuple(rows),
            last_is_whole=bool(index and results.value),
            note=_not_added_up(results, tell),
        )
    ]
    if results.highest:
        blocks.append(
            Facts(
                (
                    (tell("Highest"), "; ".join(names[code] for code in results.highest)),
                    (tell("Lowest"), "; ".join(names[code] for code in results.lowest)),
                )
            )
        )
    return Section("elements", tell("Elements (unsur)"), tuple(blocks))


def _question(question: Question, tell: Language) -> tuple[Cell, ...]:
    """A row below that of its element."""
    figures = (count(question.n), official(question.nrr), official(question.weighted), official(question.index), "")
    return (f"– {in_language(question.title, tell)}", question.code, *figures)


def _not_added_up(results: Results, tell: Language) -> str | None:
    """Whether the weighted means add up to the index on the scale of the answers, as far as all of them are known."""
    parts = [official(each.weighted) for each in results.elements if each.weighted is not None]
    if results.value is None or len(parts) < len(results.elements):
        return None
    return sum_note(parts, official(results.value), tell)


def _element(element: Element, tell: Language) -> tuple[Cell, ...]:
    grade = f"{element.grade} ({in_language(element.words, tell)})" if element.words else tell("too few answers")
    return (
        in_language(element.title, tell),
        element.code,
        count(element.n),
        official(element.nrr),
        official(element.weighted),
        official(element.index),
        grade,
    )


def _respondents(profile: Mapping[str, ProfileBlock | None], tell: Language) -> Section:
    tables: list[Block] = []
    silent: list[str] = []
    nobody: list[str] = []
    for attribute, title in ATTRIBUTES.items():
        block = profile.get(attribute)
        if block is None:
            silent.append(tell(title))
            continue
        if not block.others and {each.value for each in block.values} == {"not-given"}:
            nobody.append(tell(title))
            continue
        tables.append(_attribute(tell(title), block, tell))
    introduction = tell(
        "Of everybody who rated in the period; every answer was voluntary and is kept apart from the ratings. "
        "Values that fewer than ten gave are among “all others”, and so are as many more as it takes to protect them."
    )
    blocks: list[Block] = [Words(introduction), *tables]
    if nobody:
        blocks.append(Words(f"{tell('Nobody told:')} {', '.join(nobody)}."))
    if silent:
        words = tell("Too few answers so far to be shown:")
        blocks.append(Words(f"{words} {', '.join(silent)}."))
    return Section("respondents", tell("Respondents"), tuple(blocks))


def _attribute(title: str, block: ProfileBlock, tell: Language) -> Table:
    parts = [(_value(each.value, tell), each.n, percent(each.share)) for each in block.values]
    if block.others:
        total = block.others + sum(each.n for each in block.values)
        parts.append((tell("All others"), block.others, part_of(block.others, total, places=2)))
    return Table(
        title,
        (Column(tell("Value"), "text"), Column(tell("Respondents (n)")), Column(tell("Share"))),
        tuple((name, count(n), share) for name, n, share in parts),
        note=sum_note([share for _, _, share in parts], WHOLE, tell),
    )


def _value(value: str, tell: Language) -> str:
    return tell(VALUES[value]) if value in VALUES else value.replace("-", "–")


def _suggestions(suggestions: Sequence[str], tell: Language) -> Section:
    title = tell("Suggestions")
    if not suggestions:
        return Section("suggestions", title, (Words(tell("Comments are quoted from ten on; there are too few.")),))
    introduction = tell(
        "In the citizens' own words, without personal data, in an order that says nothing; at most 200."
    )
    return Section("suggestions", title, (Words(introduction), *(Words(each, "quote") for each in suggestions)))


def _former(document: SurveyReport, tell: Language) -> Section:
    title, index = tell("Trend"), document.figures.index
    lines = list(document.survey.former)
    if index:
        lines.append(FormerIndex(period=document.period.code, n=document.n, index=index.value, grade=index.grade))
    if len(lines) < 2:
        return Section("trend", title, (Words(tell("There is no former period to compare with.")),))
    name = document.method.index_name
    points = tuple(
        Point(place, tell.period(each.period), official(each.index), count(each.n)) for place, each in enumerate(lines)
    )
    values = "; ".join(f"{point.label}: {tell.number(point.value)}" for point in points)
    chart = Chart(
        "trend",
        tell("{name} by period", name=name),
        f"{tell('{name} by period', name=name)}. {values}.",
        points,
        label_title=tell("Period"),
        value_title=name,
        n_title=tell("Ratings (n)"),
        interval_title="",
    )
    return Section("trend", title, (chart,))


def _or(n: int | None, words: str) -> Cell:
    return words if n is None else count(n)
