"""The sheets of an appraiser's pack and its paragraphs: every figure, every reason, every column in words."""

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from app.closing.rules.feedback import core_values
from app.closing.rules.report_documents.parts import Words
from app.closing.rules.report_documents.reports import EmployeeReport, parse_report
from app.disclosure.rules.calendar import Span
from app.instruments.loading import shipped
from app.reports.formats.pack_files import PACK_FORMATS, PackedFiles
from app.reports.rules.feedback_paragraphs import paragraph, without_figures
from app.reports.rules.pack import Pack, PackedPerson, Question, standing
from app.reports.rules.pack_sheets import PackCell, PackSheet, sheets_of
from app.reports.sections.blocks import Number
from app.reports.sections.language import language
from app.seals.signing import SigningKey
from tests.reports.formats.samples import ADDRESS, HOSTILE, sealed

Drafts = dict[str, dict[str, Any]]
ID, EN = language("id"), language("en")
VALUES = {"speed": "berorientasi_pelayanan", "transparency": "akuntabel", "friendliness": None}


def report_of(document: Mapping[str, Any]) -> EmployeeReport:
    """The document as it is once it is final."""
    report = parse_report({**document, "state": "final", "final_on": "2026-10-12", "id": "R1"})
    assert isinstance(report, EmployeeReport)
    return report


def person(document: Mapping[str, Any], **more: Any) -> PackedPerson:
    report = report_of(document)
    known: dict[str, Any] = {"position": None, "grade": None, "nip": None, "report_id": "R1", "digest": "abc"}
    subject = report.subject
    return PackedPerson(
        subject.code, more.pop("name", subject.name), **known | {"report": report, "address": ADDRESS} | more
    )


def absent(code: str, absent: Any) -> PackedPerson:
    return PackedPerson(code, f"Orang {code}", "Analis", "III/b", "***", absent=absent)


def pack_of(*people: PackedPerson, codes: tuple[str, ...] = ("speed", "transparency", "friendliness")) -> Pack:
    questions = tuple(Question(code, Words(id=f"Tanya {code}", en=f"Ask {code}"), VALUES.get(code)) for code in codes)
    span = Span("2026-Q3", date(2026, 7, 1), date(2026, 9, 30), 3)
    return Pack("Kota", "Pak Penilai", span, "ikl-1", "IKL", questions, people)


def told(sheet: PackSheet) -> list[dict[str, PackCell]]:
    """The rows of a sheet by their headings."""
    return [dict(zip((each.title for each in sheet.columns), row, strict=True)) for row in sheet.rows]


def without(document: Mapping[str, Any], **figures: Any) -> dict[str, Any]:
    """The document with other figures."""
    return {**document, "figures": {**document["figures"], **figures}}


def test_what_there_is_about_each_is_counted(drafts: Drafts) -> None:
    people = (person(drafts["E001"]), person(drafts["E004"]), absent("E005", "draft"), absent("E006", "none"))
    assert [standing(each) for each in people] == ["figures", "withheld", "draft", "none"]
    assert pack_of(*people).reported == {"figures": 1, "withheld": 1, "draft": 1, "none": 1}
    people_sheet, feedback, words, targets, legend = sheets_of(pack_of(*people), ID)
    rows = told(people_sheet)
    why = [str(each["Yang tersedia"])[:13] for each in rows]
    assert why == ["final, dengan", "Laporan ini t", "Belum final: ", "Tidak ada lap"]
    first = rows[0]
    figures = drafts["E001"]["figures"]
    index = first["IKL: indeks"]
    assert isinstance(index, Number)
    assert str(index.shown) == figures["index"]["value"]
    assert all(each["IKL: indeks"] is None and each["Boleh digunakan untuk"] is None for each in rows[1:])
    # Three questions of one, a reason for each of the others.
    assert [each["Kode pegawai"] for each in told(feedback)] == ["E001"] * 3 + ["E004", "E005", "E006"]
    assert [each["Nilai dasar (BerAKHLAK)"] for each in told(feedback)][:3] == [
        "Berorientasi Pelayanan",
        "Akuntabel",
        None,
    ]
    assert [each["Kode pegawai"] for each in told(words)] == ["E001", "E004"]
    # One row for each figure that the person or the office has a target for.
    assert [(each["Kode pegawai"], each["Pencapaian"]) for each in told(targets)] == [
        ("E001", "tercapai"),
        ("E001", None),
        ("E001", "belum tercapai"),
        ("E004", None),
        ("E004", "belum dapat dipastikan"),
    ]
    explained = (people_sheet, feedback, words, targets)
    assert [each.name for each in explained] == list(dict.fromkeys(row[0] for row in legend.rows))
    assert all(row[1] and row[2] for row in legend.rows)


def test_rows_are_as_long_as_their_header_whatever_a_report_lacks(drafts: Drafts) -> None:
    figures = drafts["E001"]["figures"]
    bare = {"words": None, "index": None, "grade": None, "interval": None, "change": None, "mean": None}
    lacking = (
        drafts["E001"],
        without(drafts["E001"], index=None),
        without(drafts["E001"], index={**figures["index"], "interval": None}, incomplete_percent=None),
        without(drafts["E001"], dimensions=[{**figures["dimensions"][0], **bare}]),
    )
    for codes in ((), ("speed",), ("speed", "other")):
        for tell in (ID, EN):
            for sheet in sheets_of(pack_of(*map(person, lacking), codes=codes), tell):
                assert {len(row) for row in sheet.rows} <= {len(sheet.columns)}
                titles = [each.title for each in sheet.columns]
                assert len(titles) == len(set(titles))


def test_a_paragraph_has_the_figure_its_interval_change_use_and_evidence(drafts: Drafts) -> None:
    report = report_of(drafts["E001"])
    speed = (report.figures.dimensions or ())[0]
    assert speed.interval is not None
    said = paragraph(report, speed, ADDRESS, ID)
    lower, upper = (each.replace(".", ",") for each in speed.interval)
    assert said.startswith("Triwulan III 2026 (1 Juli 2026 sampai dengan 30 September 2026), Kecepatan: indeks ")
    assert f"interval kepercayaan 95 % {lower} sampai {upper}, dari {speed.n} jawaban" in said
    assert "Dibanding periode sebelumnya tidak ada perubahan yang dapat dibedakan dari kebetulan." in said
    assert "Boleh digunakan: sebagai salah satu bukti dukung" in said
    assert "bukan predikat kinerja" in said
    assert said.endswith(f"Bukti dukung: laporan R1, revisi 1, dapat diperiksa di {ADDRESS}")
    assert "{" not in said


@pytest.mark.parametrize("tell", [ID, EN])
def test_a_paragraph_leaves_out_what_is_not_known(drafts: Drafts, tell: Any) -> None:
    report = report_of(drafts["E001"])
    speed = (report.figures.dimensions or ())[0]
    bare = paragraph(report, speed.model_copy(update={"interval": None, "change": None}), None, tell)
    assert "95" not in bare
    assert ADDRESS not in bare
    assert bare.endswith(("revisi 1.", "revision 1."))
    few = paragraph(report, speed.model_copy(update={"index": None}), None, tell)
    assert "indeks" not in few
    assert ("terlalu sedikit jawaban" in few) or ("too few answers" in few)


def test_no_figures_are_explained_and_say_nothing_about_the_person(drafts: Drafts) -> None:
    said = without_figures(report_of(drafts["E004"]), ADDRESS, EN)
    assert "fewer than 10 ratings" in said
    assert "says nothing about the service" in said
    assert ADDRESS in said


def test_other_readers_get_the_paragraph_to_paste_and_the_same_in_english(drafts: Drafts) -> None:
    _, feedback, *_ = sheets_of(pack_of(person(drafts["E001"]), person(drafts["E004"]), absent("E5", "draft")), EN)
    for row in told(feedback):
        assert row["Paragraph to paste"] != row["The same in English"]
    first = told(feedback)[0]
    assert "bukan predikat" in str(first["Paragraph to paste"])
    assert "no performance rating" in str(first["The same in English"])


def test_speed_and_friendliness_speak_to_one_core_value_and_transparency_to_another() -> None:
    assert core_values(shipped()["ikl-1"]) == {
        "speed": "berorientasi_pelayanan",
        "transparency": "akuntabel",
        "friendliness": "berorientasi_pelayanan",
    }
    assert set(core_values(shipped()["skm-2017"]).values()) == {"berorientasi_pelayanan"}


@pytest.mark.long
def test_the_workbook_runs_nothing_ranks_nobody_and_keeps_a_nip_as_text(drafts: Drafts, key: SigningKey) -> None:
    hostile = {**drafts["E001"], "reply": HOSTILE[0], "note": HOSTILE[1]}
    people = (person(hostile, name=HOSTILE[0], nip="198503122010012004"), absent("E006", "none"))
    files = PackedFiles(pack_of(*people), "pack", [("a.pdf", sealed(drafts["E001"], key))])
    made: dict[str, bytes] = {}
    for name, form in PACK_FORMATS.items():
        for _ in range(2):
            target = BytesIO()
            form.write(files, "id", target)
            assert made.setdefault(name, target.getvalue()) == target.getvalue()
    workbook = CalamineWorkbook.from_filelike(BytesIO(made["xlsx"]))
    rows = workbook.get_sheet_by_name("Orang yang dinilai").to_python()
    assert rows[1][:2] == [HOSTILE[0], "198503122010012004"]
    assert workbook.get_sheet_by_name("Tanggapan dan catatan").to_python()[1][2] == HOSTILE[0]
    with ZipFile(BytesIO(made["xlsx"])) as archive:
        for name in archive.namelist():
            assert b"<f>" not in archive.read(name)
    with ZipFile(BytesIO(made["zip"])) as archive:
        assert archive.namelist() == ["pack.xlsx", "a.pdf"]
        assert {each.date_time for each in archive.infolist()} == {(2026, 9, 30, 0, 0, 0)}
