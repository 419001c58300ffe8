"""Where the printed parts of a whole do not add up to it, the table says so, in every format."""

import json
from copy import deepcopy
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from app.reports.formats.registry import FORMATS
from app.reports.sections.blocks import Number, Table
from app.reports.sections.language import language
from app.reports.sections.results import part_of
from app.reports.sections.sums import WHOLE, add_up, sum_note
from app.reports.sections.view import view
from tests.closing.documents import survey_document
from tests.reports.formats.printed_figures import of_paper
from tests.reports.formats.samples import draft

Drafts = dict[str, dict[str, Any]]
THIRDS = "Every figure is rounded by itself: the parts add up to 99.9\u00a0%, the whole is 100\u00a0%."


def test_shares_are_rounded_once_and_half_up() -> None:
    assert [str(part_of(n, 80).shown) for n in (1, 79)] == ["0.013", "0.988"]
    assert str(part_of(1, 3, places=2).shown) == "0.3333"


def test_thirds_do_not_add_up_and_quarters_do() -> None:
    tell = language("en")
    assert sum_note([part_of(1, 3)] * 3, WHOLE, tell) == THIRDS
    assert sum_note([part_of(1, 4)] * 4, WHOLE, tell) is None
    assert add_up([Number(Decimal("1.0700"), 4), Number(Decimal("2.4300"), 4)], Number(Decimal("3.5"), 4))
    assert sum_note([Number(Decimal("1.0700"), 4)] * 3, Number(Decimal("3.2101"), 4), language("id")) == (
        "Setiap angka dibulatkan sendiri: bagian-bagiannya berjumlah 3,2100, keseluruhannya 3,2101."
    )


def in_thirds(document: dict[str, Any]) -> dict[str, Any]:
    """The document with as many ratings in each of three channels."""
    made = deepcopy(document)
    made["n"] = made["figures"]["n"] = 90
    made["figures"]["collection"] |= {"channels": {"kiosk": 30, "mobile": 30, "web": 30}, "services": {"kk": 45}}
    return made


@pytest.mark.parametrize("form", ["csv", "csv-semicolon", "html", "pdf"])
def test_every_format_says_so(drafts: Drafts, form: str) -> None:
    content = FORMATS[form].write(draft(in_thirds(drafts["dukcapil"])), "en")
    text = of_paper(content) if form == "pdf" else content.decode()
    assert text.replace("\u00a0", " ").count(THIRDS.replace("\u00a0", " ")) == 1


def test_the_workbook_says_so_below_the_table(drafts: Drafts) -> None:
    content = FORMATS["xlsx"].write(draft(in_thirds(drafts["dukcapil"])), "en")
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    rows = book.get_sheet_by_name("How the ratings came about").to_python()
    [place] = [place for place, row in enumerate(rows) if row[0] == THIRDS]
    assert rows[place - 1][0] == "Web"


def test_weighted_means_that_do_not_add_up_to_the_index_are_said_to(drafts: Drafts) -> None:
    def note(document: dict[str, Any]) -> str | None:
        [section] = [each for each in view(draft(document), "en").sections if each.name == "elements"]
        table = section.blocks[0]
        assert isinstance(table, Table)
        return table.note

    document = deepcopy(survey_document())
    results = document["survey"]["results"]
    results["elements"] = [{**results["elements"][0], "weighted": each} for each in ("1.2223", "1.2222", "1.2222")]
    results["value"] = "3.6668"
    assert note(document) == "Every figure is rounded by itself: the parts add up to 3.6667, the whole is 3.6668."
    results["value"] = "3.6667"
    assert note(document) is None
    # Where a part is not told, nobody can miss it in the sum.
    results["elements"][0]["weighted"] = None
    assert note(document) is None
    results["elements"][0]["weighted"], results["value"] = "9.0000", None
    assert note(document) is None


def test_shares_of_channels_that_are_told_together_are_explained(drafts: Drafts) -> None:
    lines = [{**line, "n": 90, "channels": {"kiosk": 45, "mobile": 45}} for line in drafts["kota"]["offices"]]
    told = []
    for channels in ({"kiosk": 45, "mobile": 45}, {"kiosk": 45, "mobile": 30}):
        shown = view(draft({**drafts["kota"], "offices": [{**lines[0], "channels": channels}, *lines[1:]]}), "en")
        [section] = [each for each in shown.sections if each.name == "integrity"]
        tables = [block for block in section.blocks if isinstance(block, Table)]
        told.append(json.dumps([table.note for table in tables]))
    assert "told of several channels together" not in told[0]
    assert "told of several channels together" in told[1]
