"""What only the report of a survey has: its elements, who answered, what they said and what follows. Official terms."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.reports.sections.blocks import Block, Cell, Chart, Column, Facts, Number, Point, Range, Section, Table, Words
from app.reports.sections.collection import CHANNELS
from app.reports.sections.language import Language
from app.reports.sections.results import count, headline, official, said
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


def survey_title(document: Mapping[str, Any]) -> str:
    """Only the whole official survey is called by its name."""
    return TITLES["full" if document["survey"]["full"] else "other"]


def mark_section(document: Mapping[str, Any], tell: Language) -> Section | None:
    """What keeps a shorter survey apart from the official one; None for that."""
    survey = document["survey"]
    if survey["full"]:
        return None
    missing = ", ".join(f"{said(each['title'], tell)} ({each['code']})" for each in survey["missing"])
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


def survey_sections(document: Mapping[str, Any], tell: Language) -> list[Section]:
    """Everything with figures of a survey that may be shown."""
    survey, method = document["survey"], document["method"]
    results = survey["results"]
    facts: list[tuple[str, Cell]] = []
    if results["band"]:
        lower, upper = results["band"]["index"]
        from_value, to_value = results["band"]["value"]
        facts = [
            (tell("Index on the scale of the answers"), _four(results["value"])),
            (tell("Range of the grade (nilai interval)"), Range(_four(from_value), _four(to_value))),
            (tell("Range of the grade (nilai interval konversi)"), Range(official(lower), official(upper))),
            (tell("Weights of the elements"), method["weights"]),
            (tell("Band table"), method["bands"]),
        ]
    return [
        Section("result", tell("Result"), (headline(document, tell), *([Facts(tuple(facts))] if facts else []))),
        _elements(document, tell),
        _method(document, tell),
        _respondents(survey["profile"], tell),
        _suggestions(survey["suggestions"], tell),
    ]


def after_sections(document: Mapping[str, Any], tell: Language) -> list[Section]:
    """What follows from the results, whether or not they are shown."""
    return [
        _former(document, tell),
        plan_section(document, tell),
        realisation_section(document, tell),
        publications_section(document, tell),
    ]


def _method(document: Mapping[str, Any], tell: Language) -> Section:
    sample = document["survey"]["sample"]
    unknown = tell("not reported; nothing is assumed")
    sufficient = sample["sufficient"]
    reached = tell("cannot be told") if sufficient is None else tell("yes") if sufficient else tell("no")
    channels = ", ".join(
        f"{tell(CHANNELS[channel])} {tell.number(count(n))}" for channel, n in sorted(sample["channels"].items())
    )
    facts: tuple[tuple[str, Cell], ...] = (
        (tell("Population (people served)"), _or(sample["population"], unknown)),
        (tell("Sample required (Krejcie and Morgan)"), _or(sample["required"], tell("cannot be told"))),
        (tell("Respondents reached"), count(sample["reached"])),
        (tell("Sample reached"), reached),
        (tell("Offices with ratings"), count(sample["offices"])),
        (tell("By channel"), channels),
    )
    words = tell(
        "Whoever was served could answer; nobody was drawn by lot. An element's mean (NRR) is the sum of its answers "
        "divided by the number of those who answered it; the index is the sum of the weighted means (NRR tertimbang), "
        "brought to the scale of 25 to 100. It is computed from unrounded means."
    )
    return Section("method", tell("Method and sample"), (Words(words), Facts(facts)))


def _elements(document: Mapping[str, Any], tell: Language) -> Section:
    results = document["survey"]["results"]
    names = {each["code"]: said(each["title"], tell) for each in results["elements"]}
    rows = [_element(each, tell) for each in results["elements"]]
    index = document["figures"]["index"]
    if index and results["value"]:
        grade = f"{index['grade']} ({said(index['words'], tell)})"
        n = count(document["n"])
        whole = (index["name"], None, n, None, _four(results["value"]), official(index["value"]), grade)
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
            last_is_whole=bool(index and results["value"]),
        )
    ]
    if results["highest"]:
        blocks.append(
            Facts(
                (
                    (tell("Highest"), "; ".join(names[code] for code in results["highest"])),
                    (tell("Lowest"), "; ".join(names[code] for code in results["lowest"])),
                )
            )
        )
    return Section("elements", tell("Elements (unsur)"), tuple(blocks))


def _element(element: Mapping[str, Any], tell: Language) -> tuple[Cell, ...]:
    name, n = said(element["title"], tell), element["n"]
    if element["index"] is None:
        return (name, element["code"], None if n is None else count(n), None, None, None, tell("too few answers"))
    return (
        name,
        element["code"],
        count(n),
        _four(element["nrr"]),
        _four(element["weighted"]),
        official(element["index"]),
        f"{element['grade']} ({said(element['words'], tell)})",
    )


def _respondents(profile: Mapping[str, Any], tell: Language) -> Section:
    columns = (Column(tell("Value"), "text"), Column(tell("Respondents (n)")), Column(tell("Share")))
    tables: list[Block] = []
    silent: list[str] = []
    nobody: list[str] = []
    for attribute, title in ATTRIBUTES.items():
        block = profile[attribute]
        if block is None:
            silent.append(tell(title))
            continue
        if not block["others"] and {each["value"] for each in block["values"]} == {"not-given"}:
            nobody.append(tell(title))
            continue
        rows = [
            (_value(each["value"], tell), count(each["n"]), Number(each["share"], 1, percent=True))
            for each in block["values"]
        ]
        if block["others"]:
            share = 1 - sum(each["share"] for each in block["values"])
            rows.append((tell("All others"), count(block["others"]), Number(round(share, 4), 1, percent=True)))
        tables.append(Table(tell(title), columns, tuple(rows)))
    told = tell(
        "Of everybody who rated in the period; every answer was voluntary and is kept apart from the ratings. "
        "Values that fewer than ten gave are among “all others”, and so are as many more as it takes to protect them."
    )
    blocks: list[Block] = [Words(told), *tables]
    if nobody:
        blocks.append(Words(f"{tell('Nobody told:')} {', '.join(nobody)}."))
    if silent:
        words = tell("Too few answers, or too few beside those published before, to be shown:")
        blocks.append(Words(f"{words} {', '.join(silent)}."))
    return Section("respondents", tell("Respondents"), tuple(blocks))


def _value(value: str, tell: Language) -> str:
    return tell(VALUES[value]) if value in VALUES else value.replace("-", "–")


def _suggestions(suggestions: list[str], tell: Language) -> Section:
    title = tell("Suggestions")
    if not suggestions:
        return Section("suggestions", title, (Words(tell("Comments are quoted from ten on; there are too few.")),))
    told = tell("In the citizens' own words, without personal data, in an order that says nothing; at most 200.")
    return Section("suggestions", title, (Words(told), *(Words(each, "quote") for each in suggestions)))


def _former(document: Mapping[str, Any], tell: Language) -> Section:
    title, index = tell("Trend"), document["figures"]["index"]
    lines = list(document["survey"]["former"])
    if index:
        now = {"period": document["period"]["code"], "n": document["n"]}
        lines.append({**now, "index": index["value"], "grade": index["grade"]})
    if len(lines) < 2:
        return Section("trend", title, (Words(tell("There is no former period to compare with.")),))
    name = document["method"]["index_name"]
    points = tuple(
        Point(place, tell.period(each["period"]), official(each["index"]), count(each["n"]))
        for place, each in enumerate(lines)
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


def _four(text: str) -> Number:
    """A mean or a value on the scale of the answers."""
    return Number(Decimal(text), 4)
