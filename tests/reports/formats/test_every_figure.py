"""Whatever the format and the language, every figure of a report is that of its signed JSON, to the last digit."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from decimal import Decimal
from itertools import cycle
from typing import Any

import pytest

from app.reports.formats.printable import Printable
from app.reports.formats.registry import FORMATS
from app.reports.sections.language import Language, language
from app.seals.signing import SigningKey
from tests.closing.documents import agency_document, employee_document, office_document, survey_document
from tests.effort import sized
from tests.reports.formats.expected_figures import Expected, Row, leaves
from tests.reports.formats.printed_figures import Reading, numbers_in, of_csv, of_page, of_paper, of_workbook
from tests.reports.formats.samples import sealed

Drafts = dict[str, dict[str, Any]]

# Halves, which the even rounds down and a binary float stores as less; and what is 0 to two decimals.
AWKWARD = {
    4: ("3.1250", "2.6750", "1.0050", "3.9995", "2.0005", "3.6050"),
    2: ("72.35", "61.45", "99.95", "66.25", "85.05", "100.00"),
    1: ("3.7", "84.5", "2.0"),
}
ESTIMATES = (3.125, 2.675, 1.005, 3.9995, 2.0005, -0.0005, 0.0045, 1.0)
SHARES = (0.0005, 0.3335, 0.6665, 0.125, 0.9995, 1)
# Figures that no report prints: they are there to check others, or for machines.
UNPRINTED = "|".join(
    (
        r"(offices/\d+|figures)/index/interval/confidence",
        r"offices/\d+/index/(mean|mean_interval/\d|interval/n)",
        r"offices/\d+/(comparison/.*|incomplete_percent)",
        r"figures/dimensions/\d+/top/[kn]",
        r"figures/(dimensions/\d+/)?change/p",
        r"figures/comparison/funnel/.*",
        r"funnel/(centre|dispersion|between|limits/.*)",
        r"integrity/rated",
        r"survey/scale/.*",
        r"method/.*",
        r"(services|subject|agency)/.*",
        r"trend/\d+/n",
        "n",
    )
)
# Figures inside of sentences and lists.
IN_WORDS = r"figures/collection/sample|integrity/(offices|offices_told)|survey/sample/channels/\w+"
# An agency has no peers here, an office no use in an appraisal, and a survey elements instead of dimensions.
UNPRINTED_IN: Mapping[str, str] = {
    "agency": r"figures/comparison/.*",
    "office": "figures/comparison/reliability",
    "skm": r"(figures/(dimensions|comparison|collection|change|held)|trend|held_reasons|tickets|realisation/done).*",
}


def documents(drafts: Drafts) -> dict[str, dict[str, Any]]:
    """Real reports of every kind, and one each with everything that can stand in it; both with awkward figures, too."""
    found = {unit: drafts[unit] for unit in ("E001", "E002", "dukcapil", "kota", "skm dukcapil")}
    found |= {
        "employee": employee_document(tickets={"issued": 60, "armed": 50, "spent": 40, "coverage": 0.8}),
        "office": office_with_halves(),
        "agency": agency_with_channels(),
        "survey": survey_with_others(),
        "few ratings": few_ratings(drafts["E001"]),
    }
    return found | {f"awkward {name}": awkward(document) for name, document in found.items()}


def office_with_halves() -> dict[str, Any]:
    """An office with shares of 1.25 and 98.75 per cent."""
    document = deepcopy(office_document(n=80, tickets={"issued": 60, "armed": 50, "spent": 40, "coverage": 0.8}))
    document["figures"]["n"] = 80
    document["figures"]["collection"] |= {"channels": {"kiosk": 79, "mobile": 1}, "services": {"kk": 60}}
    return document


def agency_with_channels() -> dict[str, Any]:
    """An agency whose offices have several channels, and findings."""
    document = deepcopy(agency_document())
    [line] = document["offices"]
    document["offices"] = [
        {**line, "channels": {"kiosk": 28, "mobile": 12}},
        {**line, "code": "setda", "name": "Setda", "n": 80, "channels": {"kiosk": 79, "mobile": 1}, "held": 17},
    ]
    known = {"bursts": 12, "held_reasons": {"burst": 19}, "findings": {"held": 12, "noted": None, "released": 0}}
    known |= {"tickets": {"issued": 60, "armed": 50, "spent": 40, "coverage": 0.8}}
    document["integrity"] = {**document["integrity"], **known}
    return document


def survey_with_others() -> dict[str, Any]:
    """A survey with values of its respondents' profile that are told together."""
    document = deepcopy(survey_document())
    values = [{"value": "SMA", "n": 31, "share": 0.5167}, {"value": "S1", "n": 17, "share": 0.2833}]
    document["survey"]["profile"] = {"education": {"values": values, "others": 12}, "sex": None}
    document["realisation"] |= {"on_time": 1, "median_days": 63}
    document["realisation"]["items"][0] |= {"days": 63, "proof_address": "Surat", "proof_sha256": "a" * 64}
    return document


def few_ratings(document: dict[str, Any]) -> dict[str, Any]:
    """A person's report with one decimal throughout."""
    few = deepcopy(document)
    few["n"] = few["figures"]["n"] = 29
    for path, value in leaves(few["figures"]):
        if isinstance(value, str):
            put(few["figures"], path, f"{float(value):.1f}")
        elif isinstance(value, float) and path[-1] not in ("confidence", "coverage"):
            put(few["figures"], path, round(value, 1))
    for dimension in few["figures"]["dimensions"]:
        dimension |= {"top": None, "histogram": None}
    return few


def awkward(document: dict[str, Any]) -> dict[str, Any]:
    """The document with figures that are easily printed wrongly in the place of its own; counts stay."""
    made = deepcopy(document)
    texts = {places: cycle(figures) for places, figures in AWKWARD.items()}
    estimates, shares = cycle(ESTIMATES), cycle(SHARES)
    for path, value in list(leaves(made)):
        name = name_of(path)
        if isinstance(value, str) and "." in value:
            put(made, path, next(texts[len(value.partition(".")[2])]))
        elif re.fullmatch(r".*(share|(top|time|steps)/(lower|upper)|coverage)", name):
            put(made, path, next(shares))
        elif isinstance(value, float) and not re.fullmatch(UNPRINTED, name):
            put(made, path, next(estimates))
    return made


def put(document: Any, path: tuple[str | int, ...], value: object) -> None:
    """Set what stands at a place."""
    for step in path[:-1]:
        document = document[step]
    document[path[-1]] = value


NAMES = ("E001", "E002", "dukcapil", "kota", "skm dukcapil", "employee", "office", "agency", "survey", "few ratings")
AWKWARDLY = tuple(f"awkward {name}" for name in NAMES)
# Every day the awkward ones in one language; in the campaign all of them in both.
EVERY, LANGUAGES = sized((AWKWARDLY, ("id",)), ((*NAMES, *AWKWARDLY), ("id", "en")))
pytestmark = pytest.mark.sized


@pytest.fixture(scope="module")
def reports(drafts: Drafts, key: SigningKey) -> dict[str, Printable]:
    """All of them, sealed."""
    return {name: sealed(document, key) for name, document in documents(drafts).items()}


@pytest.fixture(params=EVERY)
def report(request: pytest.FixtureRequest, reports: dict[str, Printable]) -> Printable:
    """One sealed report."""
    return reports[request.param]


@pytest.fixture(params=LANGUAGES)
def tell(request: pytest.FixtureRequest) -> Language:
    """Its language."""
    return language(request.param)


def signed(report: Printable, tell: Language) -> Any:
    """The document of the signed JSON."""
    return json.loads(FORMATS["json"].write(report, tell.code))["document"]


def test_every_figure_of_the_json_is_printed_somewhere(report: Printable, tell: Language) -> None:
    document = signed(report, tell)
    expected = Expected(document, tell)
    assert expected.rows()
    left = [path for path, _ in leaves(document) if path not in expected.read and not known_unprinted(document, path)]
    assert left == []


def test_tables_have_the_figures_of_the_json_and_no_others(report: Printable, tell: Language) -> None:
    document = signed(report, tell)
    rows, limits = Expected(document, tell).rows(), limits_of(document, tell)
    for name, delimiter in (("csv", ","), ("csv-semicolon", ";")):
        written = FORMATS[name].write(report, tell.code)
        assert counted(figures_only(of_csv(written, tell, delimiter), tell)) == counted(rows)
        assert missing_in_words(document, written.decode()) == []
    tables = {row.table for row in (*rows, *limits) if row.table}
    found = of_workbook(FORMATS["xlsx"].write(report, tell.code), tell, tables)
    assert counted(figures_only(found, tell)) == counted([*rows, *limits])


def test_the_page_has_the_figures_of_the_json_and_no_others(report: Printable, tell: Language) -> None:
    document, written = signed(report, tell), FORMATS["html"].write(report, tell.code)
    rows, found = Expected(document, tell).rows(), of_page(written, tell)
    assert missing_in_words(document, written.decode()) == []
    charts = {row.table for row in rows if row.drawn is not None}
    in_tables = [each for each in found if each.table not in charts]
    assert counted(in_tables) == counted([row for row in rows if row.drawn is None])
    for chart in charts:
        in_chart = Counter(number for each in found if each.table == chart for number in each.figures)
        drawn = Counter(number for row in rows if row.table == chart for number in row.figures[: row.drawn])
        # Beside them a chart has those of its axes.
        assert drawn <= in_chart


@pytest.mark.long
def test_the_paper_has_the_figures_of_the_json(report: Printable, tell: Language) -> None:
    document = signed(report, tell)
    rows = Expected(document, tell).rows()
    paper = of_paper(FORMATS["pdf"].write(report, tell.code))
    assert [row for row in rows if row.drawn is None and not stands_in(paper, row, tell)] == []
    assert missing_in_words(document, paper) == []
    for row in rows:
        if row.drawn:
            assert set(row.figures[: row.drawn]) <= set(numbers_in(paper.partition(blanks(row.table))[2], tell))


def missing_in_words(document: Any, text: str) -> list[Any]:
    """The figures that stand within sentences or lists, as far as this text does not have them."""
    figures = [value for path, value in leaves(document) if re.fullmatch(IN_WORDS, name_of(path))]
    return [figure for figure in figures if not re.search(rf"\b{figure}\b", text)]


def name_of(path: tuple[str | int, ...]) -> str:
    """A place in a document as one text."""
    return "/".join(map(str, path))


def known_unprinted(document: Mapping[str, Any], path: tuple[str | int, ...]) -> bool:
    """Whether a figure is one that no report of this kind prints, or only within a sentence."""
    name = name_of(path)
    patterns = (UNPRINTED, IN_WORDS, UNPRINTED_IN.get(document["kind"], ""))
    return any(re.fullmatch(pattern, name) for pattern in patterns)


def counted(rows: list[Row] | list[Reading]) -> Counter[tuple[str, str, tuple[Decimal, ...]]]:
    """Each row as often as it is there; blanks of any kind are alike."""
    return Counter((blanks(row.table), blanks(row.name), row.figures) for row in rows)


def blanks(text: str) -> str:
    return " ".join(text.split())


def figures_only(found: list[Reading], tell: Language) -> list[Reading]:
    """Without texts that look like numbers."""
    others = {tell("Band table"), tell("Digest of the questionnaire (SHA-256)")}
    return [each for each in found if each.name not in others]


def limits_of(document: Mapping[str, Any], tell: Language) -> list[Row]:
    """The lines of a funnel, which only the workbook has as figures."""
    funnel = document.get("funnel")
    if document["kind"] != "agency" or not funnel:
        return []
    table = ", ".join(map(tell, ("95\u00a0% limits", "99.8\u00a0% limits")))
    return [
        Row(
            table,
            f"{float(each['n'])}",
            tuple(Decimal(str(value)) for value in (funnel["centre"], *each["warning"], *each["alarm"])),
        )
        for each in funnel["limits"]
    ]


def stands_in(paper: str, row: Row, tell: Language) -> bool:
    """Whether the row's name is followed by its figures, below the caption of its table."""
    below = paper.partition(blanks(row.table))[2] if row.table else paper
    for match in re.finditer(re.escape(blanks(row.name)), below):
        numbers = list(numbers_in(below[match.end() : match.end() + 300], tell))
        if tuple(numbers[: len(row.figures)]) == row.figures:
            return True
    return False
