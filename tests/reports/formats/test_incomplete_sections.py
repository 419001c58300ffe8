"""What a report says where sheets skip questions: the share beside the index, and a sentence above 20 per cent."""

from typing import Any

import pytest

from app.reports.sections.blocks import Headline, Number, Words
from app.reports.sections.language import language
from app.reports.sections.view import view
from tests.reports.formats.samples import draft

Drafts = dict[str, dict[str, Any]]
UNITS = ("E001", "dukcapil", "kota", "skm dukcapil")


def with_share(document: dict[str, Any], share: int | None, **index: Any) -> dict[str, Any]:
    """The document with another share of sheets that are not told as complete."""
    figures = {**document["figures"], "incomplete_percent": share}
    return {**document, "figures": {**figures, "index": {**figures["index"], **index}}}


def result(document: dict[str, Any], code: str = "en") -> tuple[dict[str, str], list[str]]:
    """What stands beside the index, and the sentences below it."""
    [section] = [each for each in view(draft(document), code).sections if each.name == "result"]
    headline, *others = section.blocks
    assert isinstance(headline, Headline)
    beside = {name: language(code).cell(cell) for name, cell in headline.beside}
    return beside, [block.text for block in others if isinstance(block, Words)]


@pytest.mark.parametrize("unit", UNITS)
def test_the_share_stands_beside_the_index_and_is_said_in_words_above_twenty_per_cent(
    drafts: Drafts, unit: str
) -> None:
    assert result(drafts[unit])[0]["Not told as complete"] == "0\u00a0%"
    assert result(with_share(drafts[unit], 20))[1] == []
    beside, words = result(with_share(drafts[unit], 21))
    assert beside["Not told as complete"] == "21\u00a0%"
    assert len(words) == 1
    assert words[0].startswith(
        "21\u00a0% of the sheets leave a question unanswered (skipped, or not applicable), or are"
    )
    beside, words = result(with_share(drafts[unit], 21), "id")
    assert beside["Tidak disampaikan sebagai lengkap"] == "21\u00a0%"
    assert words[0].startswith("21\u00a0% lembar tidak menjawab sebuah pertanyaan")


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(("code", "told"), [("en", "The index has no interval"), ("id", "Indeks tidak punya interval")])
def test_an_index_without_an_interval_says_why(drafts: Drafts, unit: str, code: str, told: str) -> None:
    _, [words] = result(with_share(drafts[unit], 100, interval=None, mean_interval=None), code)
    assert words.startswith(told)


def test_a_report_of_an_older_version_says_nothing_of_it(drafts: Drafts) -> None:
    older = with_share(drafts["E001"], None)
    del older["figures"]["incomplete_percent"]
    beside, words = result(older)
    assert "Not told as complete" not in beside
    assert words == []


def test_without_an_index_nothing_is_said_of_its_interval(drafts: Drafts) -> None:
    document = with_share(drafts["E001"], 100)
    without = {**document, "figures": {**document["figures"], "index": None}}
    [section] = [each for each in view(draft(without), "en").sections if each.name == "result"]
    assert [block.title for block in section.blocks if isinstance(block, Words)] == ["IKL"]


def test_the_agency_names_the_offices_in_which_many_sheets_skip_questions(drafts: Drafts) -> None:
    lines = [
        {**line, "incomplete_percent": share} for line, share in zip(drafts["kota"]["offices"], (20, 35), strict=True)
    ]
    told = {}
    for code in ("en", "id"):
        document = {**drafts["kota"], "offices": lines}
        [section] = [each for each in view(draft(document), code).sections if each.name == "offices"]
        told[code] = [block.text for block in section.blocks if isinstance(block, Words)][-1]
    assert told["en"].endswith(f"may be too narrow: {lines[1]['name']}.")
    assert told["id"].endswith(f"bisa terlalu sempit: {lines[1]['name']}.")
    assert not any(
        "may be too narrow" in block.text
        for each in view(draft(drafts["kota"]), "en").sections
        for block in each.blocks
        if isinstance(block, Words)
    )


def test_the_share_is_a_figure_like_others_in_every_format(drafts: Drafts) -> None:
    [section] = [each for each in view(draft(with_share(drafts["E001"], 7)), "en").sections if each.name == "result"]
    headline = section.blocks[0]
    assert isinstance(headline, Headline)
    cell = dict(headline.beside)["Not told as complete"]
    assert isinstance(cell, Number)
    assert (float(cell.value), cell.percent, cell.places) == (0.07, True, 0)
