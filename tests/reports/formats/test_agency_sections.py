"""The agency's report: the funnel with the values it draws, and how the ratings were collected."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from pypdf import PdfReader

from app.reports.drawings.charts import svg
from app.reports.drawings.labels import Box, overlap, shortened
from app.reports.formats.as_pdf import pdf_bytes
from app.reports.formats.as_xlsx import xlsx_bytes
from app.reports.sections.blocks import Chart, Facts, Number, Range, Section, Table
from app.reports.sections.language import language
from app.reports.sections.view import view
from app.seals.signing import SigningKey
from tests.reports.formats.samples import draft, sealed

Drafts = dict[str, dict[str, Any]]


def section(document: dict[str, Any], name: str, code: str = "id") -> Section:
    [found] = [each for each in view(draft(document), code).sections if each.name == name]
    return found


def placed(document: dict[str, Any], number: int = 2, **own: Any) -> dict[str, Any]:
    """The agency with so many offices in its funnel, the last of them at this place."""
    [line] = [each for each in document["offices"] if each["code"] == "dukcapil"]
    offices = []
    for place in range(number):
        funnel = {**line["comparison"]["funnel"], "n": 100 + 7 * place}
        name = f"Dinas Kependudukan dan Pencatatan Sipil Kabupaten {place}"
        offices.append(
            {**line, "code": f"o{place}", "name": name, "comparison": {**line["comparison"], "funnel": funnel}}
        )
    offices[-1]["comparison"]["funnel"] |= own
    return {**document, "offices": offices}


@pytest.mark.long
def test_the_values_drawn_stand_in_the_table_beside_the_chart(drafts: Drafts) -> None:
    chart, _, table = section(drafts["kota"], "funnel").blocks
    assert isinstance(chart, Chart)
    assert isinstance(table, Table)
    assert [(point.label, point.n, point.value) for point in chart.points] == [row[:3] for row in table.rows]
    for row, line in zip(table.rows, drafts["kota"]["offices"], strict=True):
        place = line["comparison"]["funnel"]
        assert row[2] == Number(place["mean"], 4)
        assert row[3] == Range(*(Number(end, 4) for end in place["warning"]))
        assert row[4] == Range(*(Number(end, 4) for end in place["alarm"]))


@pytest.mark.parametrize(
    ("beyond", "indonesian", "english"),
    [
        ("nothing", "di dalam batas", "within"),
        ("warning", "di luar batas 95\u00a0%", "beyond 95\u00a0%"),
        ("alarm", "di luar batas 99,8\u00a0%", "beyond 99.8\u00a0%"),
    ],
)
def test_the_place_of_an_office_is_told_in_words(drafts: Drafts, beyond: str, indonesian: str, english: str) -> None:
    document = placed(drafts["kota"], beyond=beyond)
    for code, words in (("id", indonesian), ("en", english)):
        chart, _, table = section(document, "funnel", code).blocks
        assert isinstance(chart, Chart)
        assert isinstance(table, Table)
        assert table.rows[-1][-2] == words
        assert not any(point.is_unusual or point.label in chart.alternative for point in chart.points)


@pytest.mark.parametrize("beyond", ["nothing", "alarm"])
def test_only_who_is_unusual_among_so_many_is_marked_and_named(drafts: Drafts, beyond: str) -> None:
    document = placed(drafts["kota"], beyond=beyond, flagged=True)
    for code, words in (("id", ["wajar", "tidak lazim"]), ("en", ["as expected", "unusual"])):
        chart, _, table = section(document, "funnel", code).blocks
        assert isinstance(chart, Chart)
        assert isinstance(table, Table)
        assert [row[-1] for row in table.rows] == words
        assert [point.is_unusual for point in chart.points] == [False, True]
        assert [point.label in chart.alternative for point in chart.points] == [False, True]
        offices = section(document, "offices", code).blocks[-2]
        assert isinstance(offices, Table)
        assert [row[-1] for row in offices.rows] == words


def test_where_nobody_could_be_judged_the_table_says_so(drafts: Drafts) -> None:
    document = placed(drafts["kota"])
    document["offices"][0]["comparison"]["funnel"] = None
    offices = section(document, "offices").blocks[-2]
    assert isinstance(offices, Table)
    assert [row[-1] for row in offices.rows] == ["tidak dapat ditentukan", "wajar"]


def test_where_nothing_can_be_compared_there_is_no_funnel(drafts: Drafts) -> None:
    document = {**drafts["kota"], "funnel": None}
    assert "funnel" not in [each.name for each in view(draft(document)).sections]


def test_labels_of_a_funnel_lie_on_nothing_and_what_finds_no_room_is_in_the_table(drafts: Drafts) -> None:
    chart = section(placed(drafts["kota"], 30), "funnel").blocks[0]
    assert isinstance(chart, Chart)
    crowded = replace(chart, points=tuple(replace(point, is_unusual=True) for point in chart.points))
    drawn = ElementTree.fromstring(svg(crowded, language("id")))  # noqa: S314 - Made here.
    spot = "{http://www.w3.org/2000/svg}"
    dots = [(float(each.get("cx", "")), float(each.get("cy", ""))) for each in drawn.iter(f"{spot}circle")]
    labels = [each for each in drawn.iter(f"{spot}text") if each.get("font-weight")]
    boxes = []
    for label in labels:
        left, base = float(label.get("x", "")), float(label.get("y", ""))
        boxes.append(Box(left, base - 9, left + 6 * len(label.text or ""), base + 2))
    assert len(dots) == 30
    assert 1 <= len(labels) < 30
    assert not any(overlap(one, other) for place, one in enumerate(boxes) for other in boxes[:place])
    assert not any(overlap(box, Box(x - 4, y - 4, x + 4, y + 4)) for box in boxes for x, y in dots)


def test_long_names_are_cut_in_the_middle_so_that_they_still_differ() -> None:
    assert shortened("Kecamatan Selaru", 20) == "Kecamatan Selaru"
    cut = [shortened(f"Dinas Kependudukan dan Pencatatan Sipil Distrik {name}", 30) for name in ("Abun", "Mare")]
    assert cut == ["Dinas Kependudu…l Distrik Abun", "Dinas Kependudu…l Distrik Mare"]


def test_the_workbook_draws_the_funnel_from_its_cells(drafts: Drafts) -> None:
    with ZipFile(BytesIO(xlsx_bytes(draft(drafts["kota"]), "en"))) as parts:
        charts = [parts.read(part).decode() for part in parts.namelist() if part.startswith("xl/charts/chart")]
    [funnel] = [chart for chart in charts if "<c:scatterChart>" in chart]
    assert funnel.count("<c:ser>") == 6
    assert "&apos;Funnel plot&apos;!" in funnel or "'Funnel plot'!" in funnel


def test_many_offices_are_drawn_in_charts_that_fit_a_page(drafts: Drafts) -> None:
    for number, parts in ((45, 1), (46, 2), (100, 3)):
        blocks = section(placed(drafts["kota"], number), "offices").blocks
        drawn = [each for each in blocks if isinstance(each, Chart)]
        assert len(drawn) == parts
        assert sum(len(each.points) for each in drawn) == number
        for each in drawn:
            height = float(ElementTree.fromstring(svg(each, language("id"))).get("height", ""))  # noqa: S314 - Ours.
            assert height < 850


def test_the_agency_tells_how_its_ratings_were_collected(drafts: Drafts) -> None:
    document = drafts["kota"]
    channels = {"kiosk": 60, "mobile": 38}
    lines = [{**line, "n": 98, "held": 2, "served": 392, "coverage": 0.25, "channels": channels}
             for line in document["offices"]]  # fmt: skip
    known = {"offices": 2, "offices_told": 1, "rated": 98, "served": 392, "coverage": 0.25, "bursts": None}
    known |= {"held_reasons": None}
    together, table, _, mix = section({**document, "offices": lines, "integrity": known}, "integrity").blocks
    assert isinstance(together, Facts)
    assert isinstance(table, Table)
    assert isinstance(mix, Table)
    told = dict(together.items)
    assert told["Unit kerja yang melaporkan jumlah yang dilayani"] == "1 dari 2"
    assert told["Cakupan di sana (dinilai dari dilayani)"] == Number(0.25, 0, percent=True)
    assert str(told["Lonjakan penilaian"]).startswith("belum diperiksa")
    shares = Number(Decimal("0.020"), 1, percent=True), Number(392), Number(0.25, 0, percent=True)
    assert table.rows[0][2:] == (Number(98), Number(2), *shares, None)
    assert [column.title for column in mix.columns] == ["Unit kerja", "Kios", "Aplikasi ponsel"]
    assert mix.rows[0][1] == Number(Decimal("0.612"), 1, percent=True)


def test_the_agency_tells_why_ratings_were_held_and_what_was_decided(drafts: Drafts) -> None:
    document = drafts["kota"]
    first, *others = document["offices"]
    lines = [
        {**first, "held_reasons": {"burst": 40, "one-hour": 12}},
        *({**each, "held_reasons": {}} for each in others),
    ]
    found = {"held": 0, "noted": 12, "released": 13, "confirmed": None}
    known = document["integrity"] | {"bursts": None, "held_reasons": {"burst": 40, "one-hour": 12}, "findings": found}
    together, *rest = section({**document, "offices": lines, "integrity": known}, "integrity").blocks
    assert isinstance(together, Facts)
    told = dict(together.items)
    assert told["Lonjakan penilaian"] == told["Temuan yang ditegaskan auditor"] == "satu sampai sembilan"
    assert told["Ditahan: lonjakan penilaian"] == Number(40)
    assert told["Temuan yang dilepas auditor"] == Number(13)
    [why] = [each for each in rest if isinstance(each, Table) and each.caption == "Mengapa penilaian ditahan"]
    assert why.rows == ((first["name"], Number(40), Number(12)),)


@pytest.mark.parametrize(("withheld", "words"), [("few", "kurang dari 10"), ("difference", "beberapa warga")])
def test_a_withheld_office_says_why(drafts: Drafts, withheld: str, words: str) -> None:
    first, *others = drafts["kota"]["offices"]
    hidden = {**first, "n": None, "held": None, "index": None, "comparison": None, "withheld": withheld}
    [table] = [
        each
        for each in section({**drafts["kota"], "offices": [hidden, *others]}, "offices").blocks
        if isinstance(each, Table)
    ]
    assert words in str(table.rows[0][-1])


def test_classes_of_use_are_explained(drafts: Drafts) -> None:
    [table] = section(drafts["kota"], "employees").blocks
    assert isinstance(table, Table)
    assert all(len(str(row[2])) > 30 for row in table.rows)


@pytest.mark.long
def test_the_mean_of_the_answers_and_its_interval_stand_beside_the_index(drafts: Drafts, key: SigningKey) -> None:
    for unit in ("E001", "dukcapil", "kota"):
        index = drafts[unit]["figures"]["index"]
        pages = PdfReader(BytesIO(pdf_bytes(sealed(drafts[unit], key)))).pages
        text = " ".join(" ".join(page.extract_text() for page in pages).split())
        lower, upper = (end.replace(".", ",") for end in index["mean_interval"])
        assert f"{lower} – {upper}" in text
        assert "Interval kepercayaan 95\u00a0% rata-rata" in text or "Interval kepercayaan 95 % rata-rata" in text


@pytest.mark.long
def test_the_paper_of_the_agency_shows_funnel_and_integrity_in_both_languages(drafts: Drafts, key: SigningKey) -> None:
    for code, words in (
        ("id", ("Diagram corong", "Integritas pengumpulan", "Lembar lengkap (n)", "KTP-EL")),
        ("en", ("Funnel plot", "Integrity of collection", "Complete sheets (n)", "KTP-EL")),
    ):
        pages = PdfReader(BytesIO(pdf_bytes(sealed(drafts["kota"], key), code))).pages
        text = " ".join(" ".join(page.extract_text() for page in pages).split())
        assert [each for each in words if each not in text] == []
