"""What a report says, whatever its format."""

import json
from typing import Any

import pytest

from app.reports.formats.printable import Printable
from app.reports.formats.printed import printed
from app.reports.sections.blocks import Chart, Code, Facts, Headline, Number, Range, Section, Table, View, Words
from app.reports.sections.language import language
from app.reports.sections.view import view
from app.seals.signing import SigningKey
from tests.reports.formats.samples import ADDRESS, NOTE, REPLY, draft, sealed

Drafts = dict[str, dict[str, Any]]


def section(told: View, name: str) -> Section:
    [found] = [each for each in told.sections if each.name == name]
    return found


def texts(told: View) -> str:
    return json.dumps(printed(told), ensure_ascii=False)


def changed(document: dict[str, Any], **comparison: Any) -> Printable:
    """The draft with another comparison."""
    figures = document["figures"]
    told = None if comparison.get("comparison", "") is None else {**figures["comparison"], **comparison}
    return draft({**document, "figures": {**figures, "comparison": told}})


def test_the_employee_report_names_the_person_and_masks_the_nip(drafts: Drafts) -> None:
    [facts] = section(view(draft(drafts["E001"])), "subject").blocks
    assert isinstance(facts, Facts)
    told = dict(facts.items)
    assert (told["Nama"], told["NIP (disamarkan)"]) == ("Siti Kenari E001", "***************004")
    assert (told["Jabatan"], told["Pangkat/golongan"], told["Unit kerja"]) == ("Analis", "III/b", "Dukcapil")
    assert told["Periode"] == "Triwulan III 2026 (1 Juli 2026 sampai dengan 30 September 2026)"


def test_every_figure_of_the_document_stands_in_the_result(drafts: Drafts) -> None:
    document = drafts["E001"]
    headline, dimensions, changes, histograms = section(view(draft(document)), "result").blocks
    assert isinstance(headline, Headline)
    assert (str(headline.value.value), headline.grade) == (
        document["figures"]["index"]["value"],
        document["figures"]["index"]["grade"],
    )
    assert isinstance(dimensions, Table)
    for row, dimension in zip(dimensions.rows, document["figures"]["dimensions"], strict=False):
        name, n, mean, index, interval, grade = row
        assert isinstance(n, Number)
        assert isinstance(mean, Number)
        assert isinstance(index, Number)
        assert isinstance(interval, Range)
        assert (name, n.value, str(mean.value)) == (dimension["title"]["id"], dimension["n"], dimension["mean"])
        assert (str(index.value), str(interval.lower.value)) == (dimension["index"], dimension["interval"][0])
        assert str(grade).startswith(f"{dimension['grade']} (")
    assert isinstance(changes, Table)
    assert isinstance(histograms, Table)
    assert len(changes.rows) == len(histograms.rows) + 1 == 4


def test_raw_estimated_and_adjusted_means_stand_beside_each_other(drafts: Drafts) -> None:
    table = section(view(draft(drafts["E001"])), "comparison").blocks[0]
    assert isinstance(table, Table)
    comparison = drafts["E001"]["figures"]["comparison"]
    shown = {str(row[0]): row[1] for row in table.rows}
    assert shown["Rata-rata mentah"] == Number(comparison["case_mix"]["raw"], 4)
    assert shown["Taksiran (disusutkan)"] == Number(comparison["estimate"]["value"], 4)
    assert shown["Disesuaikan menurut layanan"] == Number(comparison["case_mix"]["adjusted"], 4)


@pytest.mark.parametrize(
    ("use", "words"),
    [
        ("nothing", "Tidak untuk apa pun"),
        ("coaching", "Hanya untuk pembinaan"),
        ("appraisal", "Sebagai salah satu bukti dukung"),
        ("consequence", "hanya setelah diperiksa oleh manusia"),
    ],
)
def test_every_step_of_the_ladder_is_told_in_plain_words(drafts: Drafts, use: str, words: str) -> None:
    assert words in texts(view(changed(drafts["E001"], use=use)))


def test_without_peers_nothing_is_compared_and_the_figures_are_for_coaching(drafts: Drafts) -> None:
    told = texts(view(changed(drafts["E001"], comparison=None)))
    assert "Tidak ada pembanding" in told
    assert "Hanya untuk pembinaan" in told
    assert "tidak dapat dihitung" in told


def test_a_flagged_distance_is_a_reason_to_look_and_no_verdict(drafts: Drafts) -> None:
    funnel = {**drafts["E001"]["figures"]["comparison"]["funnel"], "flagged": True}
    assert "bukan vonis" in texts(view(changed(drafts["E001"], funnel=funnel)))


def test_where_nobody_could_be_judged_it_is_told_that_it_takes_eight(drafts: Drafts) -> None:
    assert "mulai dari delapan rekan" in texts(view(changed(drafts["E001"], funnel=None)))


def test_an_index_that_nobody_could_compute_is_told_as_such(drafts: Drafts) -> None:
    figures = {**drafts["E001"]["figures"], "index": None}
    told = texts(view(draft({**drafts["E001"], "figures": figures})))
    assert "Tidak ada indeks" in told


def test_no_predikat_is_computed_and_the_report_says_so(drafts: Drafts) -> None:
    for unit in ("E001", "E004"):
        assert drafts[unit]["notice"]["id"] in texts(view(draft(drafts[unit])))
        assert drafts[unit]["notice"]["en"] in texts(view(draft(drafts[unit]), "en"))


def test_feedback_reply_and_note_are_in_the_final_report(drafts: Drafts, key: SigningKey) -> None:
    told = view(sealed(drafts["E001"], key))
    feedback = section(told, "feedback").blocks
    assert [block.title for block in feedback if isinstance(block, Words)] == ["Berorientasi Pelayanan", "Akuntabel"]
    assert [block.text for block in section(told, "words").blocks if isinstance(block, Words)] == [REPLY, NOTE]


def test_the_evidence_names_digest_key_and_address(drafts: Drafts, key: SigningKey) -> None:
    report = sealed(drafts["E001"], key)
    assert report.envelope is not None
    facts, code = section(view(report), "evidence").blocks
    assert isinstance(facts, Facts)
    assert isinstance(code, Code)
    told = dict(facts.items)
    assert told["Sidik laporan (SHA-256)"] == report.envelope["digest"]
    assert told["Nomor kunci"] == report.envelope["signature"]["key"]
    assert told["Alamat verifikasi"] == code.address == ADDRESS


def test_a_draft_is_marked_and_bears_no_digest(drafts: Drafts, key: SigningKey) -> None:
    told = view(draft(drafts["E001"]))
    assert told.mark == "DRAF"
    assert "Sidik laporan" not in texts(told)
    assert view(sealed(drafts["E001"], key)).mark is None


def test_a_suppressed_report_says_why_it_has_no_figures(drafts: Drafts) -> None:
    told = view(draft(drafts["E004"]))
    assert [each.name for each in told.sections] == ["subject", "result", "use", "targets", "words", "evidence"]
    assert "kurang dari 10" in texts(told)


def test_months_that_were_left_out_interrupt_the_line(drafts: Drafts) -> None:
    document = drafts["E001"]
    gap = [line for line in document["trend"] if line["month"] not in ("2026-04", "2026-05")]
    chart = section(view(draft({**document, "trend": gap})), "trend").blocks[0]
    assert isinstance(chart, Chart)
    assert [point.place for point in chart.points] == [0, 1, 2, 5, 6, 7, 8]
    whole = printed(view(draft(document)))
    parts = printed(view(draft({**document, "trend": gap})))
    drawn = [
        next(block["svg"] for each in told["sections"] for block in each["blocks"] if block["kind"] == "chart")
        for told in (whole, parts)
    ]
    assert [svg.count('stroke-width="2"') for svg in drawn] == [8, 5]


def test_without_any_month_there_is_no_chart(drafts: Drafts) -> None:
    assert "Tidak ada bulan" in texts(view(draft({**drafts["E001"], "trend": []})))


def test_the_agency_shows_offices_with_intervals_and_employees_only_as_classes(drafts: Drafts) -> None:
    told = view(draft(drafts["kota"]))
    chart, table, _ = section(told, "offices").blocks
    assert isinstance(chart, Chart)
    assert isinstance(table, Table)
    assert [row[1] for row in table.rows] == [line["code"] for line in drafts["kota"]["offices"]]
    assert all(point.interval for point in chart.points)
    assert "Siti" not in texts(told)


def test_services_stand_by_name(drafts: Drafts) -> None:
    named = {**drafts["dukcapil"], "services": {"ktp-el": "Perekaman KTP-el", "kk": "Kartu Keluarga"}}
    assert "Perekaman KTP-el" in texts(view(draft(named)))
    assert drafts["dukcapil"]["services"] == {"kk": "KK", "ktp-el": "KTP-EL"}


def test_a_persons_ratings_are_not_told_by_service_and_channel(drafts: Drafts) -> None:
    for unit, captions in (("E001", []), ("dukcapil", ["Menurut saluran", "Menurut layanan"])):
        blocks = section(view(draft(drafts[unit])), "collection").blocks
        assert [block.caption for block in blocks if isinstance(block, Table)] == captions


def test_what_figures_leave_out_and_few_held_ratings_are_told_in_words(drafts: Drafts) -> None:
    document = drafts["E001"]
    for waiting, held, told in (
        (None, 0, {"Penilaian yang ditahan penyaringan, tidak masuk angka": Number(0)}),
        ("<10", None, {"Penilaian yang menunggu, atau hanya masuk jumlah yang lebih besar": "<10",
                       "Penilaian yang ditahan penyaringan, tidak masuk angka": "satu sampai sembilan"}),
    ):  # fmt: skip
        figures = {**document["figures"], "waiting": waiting, "held": held}
        facts = section(view(draft({**document, "figures": figures})), "collection").blocks[0]
        assert isinstance(facts, Facts)
        assert {
            name: cell for name, cell in facts.items if name.startswith("Penilaian yang") and "dihitung" not in name
        } == told


def test_grades_have_the_words_of_the_instruments_own_bands(drafts: Drafts) -> None:
    figures = drafts["E001"]["figures"]
    own = [{**each, "grade": "X", "words": {"id": "Cemerlang", "en": "Brilliant"}} for each in figures["dimensions"]]
    told = texts(view(draft({**drafts["E001"], "figures": {**figures, "dimensions": own}}), "en"))
    assert "X (Brilliant)" in told


def test_a_revision_names_what_it_changes(drafts: Drafts) -> None:
    changes = [{"kind": "employee", "unit": "E001", "n_before": 90, "n": 106}]
    table = section(view(draft({**drafts["kota"], "changes": changes, "supersedes": 1})), "changes").blocks[0]
    assert isinstance(table, Table)
    assert table.rows == (("Pegawai", "E001", Number(90), Number(106)),)


def test_an_agency_without_rated_offices_says_so(drafts: Drafts) -> None:
    assert "Tidak ada unit kerja yang dinilai" in texts(view(draft({**drafts["kota"], "offices": []})))


@pytest.mark.parametrize(
    ("code", "indonesian", "english"),
    [
        ("2026-09", "September 2026", "September 2026"),
        ("2026-Q3", "Triwulan III 2026", "Quarter III of 2026"),
        ("2026-S2", "Semester II 2026", "Semester II of 2026"),
        ("2026", "Tahun 2026", "Year 2026"),
        ("x", "x", "x"),
    ],
)
def test_periods_have_names(code: str, indonesian: str, english: str) -> None:
    assert (language("id").period(code), language("en").period(code)) == (indonesian, english)


@pytest.mark.parametrize(
    ("number", "indonesian", "english"),
    [
        (Number(1234.5, 2), "1.234,50", "1,234.50"),
        (Number(-0.05, 2, signed=True), "−0,05", "−0.05"),
        (Number(0.05, 2, signed=True), "+0,05", "+0.05"),
        (Number(-0.004, 2, signed=True), "0,00", "0.00"),
        (Number(0.004, 2, signed=True), "0,00", "0.00"),
        (Number(0.6667, 1, percent=True), "66,7\u00a0%", "66.7\u00a0%"),
    ],
)
def test_figures_are_written_as_the_language_does(number: Number, indonesian: str, english: str) -> None:
    assert (language("id").cell(number), language("en").cell(number)) == (indonesian, english)


def test_control_characters_of_people_are_left_out(drafts: Drafts) -> None:
    told = view(draft({**drafts["E001"], "reply": "satu\x00\x1b[31m\ndua\ufffe"}))
    reply = section(told, "words").blocks[0]
    assert isinstance(reply, Words)
    assert reply.text == "satu[31m\ndua"
