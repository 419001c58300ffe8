"""The two surveys of the integrity zones: eight and five statements, six answers, both thresholds off by default."""

from decimal import Decimal

import pytest

from app.disclosure.rules.cells import cell_of
from app.indices.rules.official import official_index
from app.instruments.loading import shipped
from app.instruments.model import Instrument

IPKP, IPAK = shipped()["ipkp-2021"], shipped()["ipak-2021"]
BOTH = pytest.mark.parametrize("one", [IPKP, IPAK], ids=["ipkp-2021", "ipak-2021"])


def index(one: Instrument, sheets: dict[str, int], bands: str | None = None) -> tuple[str, str]:
    """The published index and its grade."""
    composite = official_index(one, cell_of(one, sheets), None, bands).composite
    assert composite is not None
    return str(composite.rounded), composite.band.grade


def test_the_elements_are_those_of_the_rule() -> None:
    assert IPKP.codes == (
        "INFORMASI", "PERSYARATAN", "PROSEDUR", "WAKTU", "BIAYA", "SARPRAS", "RESPONS", "PENGADUAN",
    )  # fmt: skip
    assert IPAK.codes == ("DISKRIMINASI", "KECURANGAN", "IMBALAN", "PUNGLI", "PERCALOAN")


@BOTH
def test_six_answers_from_disagreement_to_agreement(one: Instrument) -> None:
    assert (one.low, one.high) == (1, 6)
    assert {len(item.answers[language]) for item in one.items for language in ("id", "en")} == {6}
    assert {item.answers["id"][-1] for item in one.items} == {"Sangat setuju"}


def test_every_statement_about_corruption_says_that_there_is_none() -> None:
    assert {item.question["id"].split()[0] for item in IPAK.items} == {"Tidak"}
    assert {item.question["id"].split()[1] for item in IPAK.items} == {"ada"}


def test_an_index_worked_out_by_hand() -> None:
    # Eight means of 5.5, 5, 5, 4.5, 5, 5.5, 6 and 5.5 sum to 42: 42/8 ÷ 1.5 × 25 = 87.50.
    assert index(IPKP, {"65545665": 1, "55555566": 1}) == ("87.50", "B")
    # Thirty sheets of five: (20 × 30 + 9 × 25 + 1 × 10) / 150 = 5.5667, ÷ 1.5 × 25 = 92.7778.
    assert index(IPAK, {"66666": 20, "55555": 9, "22222": 1}) == ("92.78", "A")


@BOTH
def test_division_by_one_and_a_half_brings_the_mean_to_the_scale_of_the_ikm(one: Instrument) -> None:
    for score in range(1, 7):
        expected = Decimal(score) / Decimal("1.5") * 25
        assert index(one, {str(score) * len(one.items): 7})[0] == str(expected.quantize(Decimal("0.01")))


@pytest.mark.parametrize(
    ("one", "table", "met", "missed"),
    [
        (IPKP, "wbk", "4.80", "4.79"),
        (IPKP, "wbbm", "5.40", "5.39"),
        (IPAK, "wbk", "5.40", "5.39"),
        (IPAK, "wbbm", "5.40", "5.39"),
    ],
    ids=["IPKP WBK", "IPKP WBBM", "IPAK WBK", "IPAK WBBM"],
)
def test_both_thresholds_are_recorded(one: Instrument, table: str, met: str, missed: str) -> None:
    def with_mean(mean: str) -> dict[str, int]:
        low, rest = int(mean[0]), int(mean[2:])
        return {str(low) * len(one.items): 100 - rest, str(low + 1) * len(one.items): rest}

    assert index(one, with_mean(met), table)[1] == "Y"
    assert index(one, with_mean(missed), table)[1] == "T"


@BOTH
def test_a_threshold_counts_only_where_somebody_asks_for_it(one: Instrument) -> None:
    assert one.default_bands == "2017"
    assert index(one, {"6" * len(one.items): 10}) == ("100.00", "A")
