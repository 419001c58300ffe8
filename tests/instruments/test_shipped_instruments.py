"""The shipped questionnaires say what the rules say, in both languages, and never change."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from app.foundation.startup_errors import StartupError
from app.instruments import registry
from app.instruments.loading import shipped
from app.instruments.model import Instrument, UnknownChoice
from app.instruments.store import all_shipped_digests
from tests.house import House

IKL, SKM = shipped()["ikl-1"], shipped()["skm-2017"]

# PermenPANRB 14/2017, annex.
SKM_ANSWERS = {
    "PERSYARATAN": "Tidak sesuai · Kurang sesuai · Sesuai · Sangat sesuai",
    "PROSEDUR": "Tidak mudah · Kurang mudah · Mudah · Sangat mudah",
    "WAKTU": "Tidak cepat · Kurang cepat · Cepat · Sangat cepat",
    "BIAYA": "Sangat mahal · Cukup mahal · Murah · Gratis",
    "PRODUK": "Tidak sesuai · Kurang sesuai · Sesuai · Sangat sesuai",
    "KOMPETENSI": "Tidak kompeten · Kurang kompeten · Kompeten · Sangat kompeten",
    "PERILAKU": "Tidak sopan dan ramah · Kurang sopan dan ramah · Sopan dan ramah · Sangat sopan dan ramah",
    "PENGADUAN": "Tidak ada · Ada tetapi tidak berfungsi · Berfungsi kurang maksimal · Dikelola dengan baik",
    "SARPRAS": "Buruk · Cukup · Baik · Sangat baik",
}


def test_a_version_in_use_is_never_edited() -> None:
    # A failure here means: make a new version instead. Databases pin these digests.
    assert {name: instrument.digest for name, instrument in shipped().items()} == {
        "a11-2024": "88066369bf86ab99842029253c04887c7e67891b9a602e6cb3bfdfd4aa2c0626",
        "csm-2022": "169e54e7be281ee4a972d97c534a1216a9f93b87597a3aea6a0246dc78d60329",
        "ikl-1": "99008fc9974e04a8abed30daee32ae4e1eb89a4c3798eb4016a22ae9d60e5d24",
        "ipak-2021": "d9ac72a5d4cdb8bc82d58d17cb03cb6b050a61025f5a7b5a7d73b1742979f0b4",
        "ipkp-2021": "444ed9b696d6ca4ded31eb38f78c18df72f437805fd25b36f598701c35f3c1f8",
        "kepercayaan-2025": "36005cc2467f1abc72fc137637f55ddad0773d12b0d91424bb760a27913f3aeb",
        "maladministrasi-2025": "f0435089fd6321c5eafd653b1fac97a1e157e31d439a554a71cc99d6dc85fb8c",
        "pekppp-f03": "6580ca67f1c8fd5e4b8827e244c22779cd6f115c2d262915cfe163cd91f24107",
        "skm-2017": "c5ad435b8d25843711454f739cff5dce7dc85c4d946b5e7b4f95836ee3f24f83",
    }


def test_skm_has_the_nine_elements_with_the_official_answers() -> None:
    assert {item.code: " · ".join(item.answers["id"]) for item in SKM.items} == SKM_ANSWERS


def test_speed_and_friendliness_are_asked_in_the_words_of_waktu_and_perilaku() -> None:
    elements = {item.dimension: item for item in SKM.items}
    speed, transparency, friendliness = IKL.items
    for item in (speed, friendliness):
        assert item.question == elements[item.dimension].question
        assert item.answers == elements[item.dimension].answers
    assert transparency.dimension not in elements


def test_the_two_indices_keep_their_own_names() -> None:
    assert (IKL.index_name, IKL.index_title["id"]) == ("IKL", "Indeks Kepuasan Layanan")
    assert (SKM.index_name, SKM.index_title["id"]) == ("IKM", "Indeks Kepuasan Masyarakat")


@pytest.mark.parametrize(
    ("instrument", "exact", "rounded"),
    [(IKL, Fraction(1, 3), {"0.333", "0.33"}), (SKM, Fraction(1, 9), {"0.111", "0.11"})],
    ids=["ikl-1", "skm-2017"],
)
def test_the_default_weights_are_exact_and_the_rounded_ones_recorded(
    instrument: Instrument, exact: Fraction, rounded: set[str]
) -> None:
    count = len(instrument.items)
    assert instrument.weights() == instrument.weights("exact") == (exact,) * count
    assert set(instrument.weight_modes) == {"exact"} | rounded
    for mode in rounded:
        assert instrument.weights(mode) == (Fraction(mode),) * count


@pytest.mark.parametrize("instrument", [IKL, SKM], ids=["ikl-1", "skm-2017"])
def test_both_band_tables_hold_the_published_bounds(instrument: Instrument) -> None:
    def bounds(table: str | None) -> list[tuple[str, str, Decimal]]:
        return [(band.grade, band.words["id"], band.lower) for band in instrument.bands(table)]

    words = [("A", "Sangat Baik"), ("B", "Baik"), ("C", "Kurang Baik"), ("D", "Tidak Baik")]
    published = {"2017": ("88.31", "76.61", "65.00", "25.00"), "2004": ("81.26", "62.51", "43.76", "25.00")}
    for table, lowers in published.items():
        assert bounds(table) == [(*word, Decimal(lower)) for word, lower in zip(words, lowers, strict=True)]
    assert bounds(None) == bounds("2017")


@pytest.mark.parametrize("name", sorted(shipped().keys() - {"ikl-1", "skm-2017"}))
def test_what_is_not_the_official_wording_says_so_in_both_languages(name: str) -> None:
    source = shipped()[name].source
    assert source is not None
    assert "bukan rumusan resmi" in source["id"]
    assert "not the official wording" in source["en"]


def test_an_unknown_mode_or_table_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownChoice, match=r"skm-2017 has no weight mode '0.12'; it has exact, 0.111, 0.11"):
        SKM.weights("0.12")
    with pytest.raises(UnknownChoice, match=r"ikl-1 has no band table '1999'; it has 2017, 2004"):
        IKL.bands("1999")


@pytest.mark.parametrize("instrument", shipped().values(), ids=shipped())
def test_an_instrument_cannot_be_changed_in_memory(instrument: Instrument) -> None:
    with pytest.raises(TypeError, match="does not support item assignment"):
        instrument.weight_modes["exact"] = ()  # type: ignore[index] # exactly what must fail
    with pytest.raises(AttributeError):
        instrument.high = 5  # type: ignore[misc] # exactly what must fail


def test_an_instrument_of_a_new_release_is_recorded_for_agencies_that_are_there_already(
    furnished: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, keys = furnished
    with House.open(url, keys):
        pass
    newer = {**shipped(), "baru-1": replace(IKL, id="baru-1")}
    monkeypatch.setattr(registry, "shipped", lambda: newer)
    for _ in range(2):
        with House.open(url, keys) as house:
            with house.database.reading() as session:
                recorded = {(agency, instrument) for agency, instrument, _ in all_shipped_digests(session)}
            assert {("kota", "baru-1"), ("desa", "baru-1")} <= recorded
    changed = {**newer, "baru-1": replace(newer["baru-1"], digest="0" * 64)}
    monkeypatch.setattr(registry, "shipped", lambda: changed)
    with pytest.raises(StartupError, match="baru-1"), House.open(url, keys):
        pass
