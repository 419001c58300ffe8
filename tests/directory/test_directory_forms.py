"""The form of codes, numbers and cells."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest

from app.directory.workbook import forms
from app.directory.workbook.cells import Broken, Cell, day_of, moment_of, required_text_of, text_of

TODAY = date(2026, 11, 18)


@pytest.mark.parametrize("text", ["a", "7", "dinas-dukcapil", "x" * 40, "a--b", "123456789012345678"])
def test_codes_are_small_letters_digits_and_hyphens(text: str) -> None:
    assert forms.code(text) == text


@pytest.mark.parametrize("text", ["", "-a", "A", "a_b", "a b", "x" * 41, "é", "a\n", "٣", "198503122010012004"])
def test_other_codes_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        forms.code(text)


@pytest.mark.parametrize("text", ["E001", "e-1", "7", "X" * 40])
def test_employee_codes_may_have_capital_letters(text: str) -> None:
    assert forms.employee_code(text) == text


@pytest.mark.parametrize("text", ["", "-E", "E.1", "X" * 41, "198503122010012004", "19850312-201001-2-004"])
def test_an_employee_code_is_never_a_nip(text: str) -> None:
    with pytest.raises(ValueError):
        forms.employee_code(text)


@pytest.mark.parametrize("text", ["Budi 19850312 201001 2 004", "NIP.198503122010012004", "19850312.201001.2.004"])
def test_a_nip_does_not_hide_in_a_public_text(text: str) -> None:
    with pytest.raises(ValueError, match="NIP"):
        forms.without_nip(text)


@pytest.mark.parametrize("text", ["Budi", "Loket 12", "0811 2222 3333", "99999999999999999999", "123456789012345678"])
def test_other_numbers_may_stand_in_a_public_text(text: str) -> None:
    assert forms.without_nip(text) == text


@pytest.mark.parametrize("text", ["73", "73.71", "73.71.09", "73.71.09.1001"])
def test_region_codes_have_two_four_six_or_ten_digits(text: str) -> None:
    assert forms.region_code(text) == text


@pytest.mark.parametrize("text", ["7", "7371", "73.7", "73.71.9", "73.71.09.100", "73.71.09.10011", "73.", "aa"])
def test_other_region_codes_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"PP\.KK"):
        forms.region_code(text)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Asia/Jakarta", "Asia/Jakarta"),
        ("WIB", "Asia/Jakarta"),
        ("wita", "Asia/Makassar"),
        ("WIT", "Asia/Jayapura"),
        ("Asia/Jayapura", "Asia/Jayapura"),
    ],
)
def test_zones_go_by_two_names(text: str, zone: str) -> None:
    assert forms.zone(text) == zone


@pytest.mark.parametrize("text", ["", "UTC", "asia/jakarta", "Asia/Singapore", "GMT+7"])
def test_other_zones_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Asia/Jakarta"):
        forms.zone(text)


@pytest.mark.parametrize(
    "text",
    [
        "199001012015011001",
        "19900101 201501 1 001",
        "199001012023211001",  # PPPK: 21 stands where others have a month.
        "199001012023992001",
        "200012312025042999",
    ],
)
def test_a_nip_is_kept_without_its_spaces(text: str) -> None:
    assert forms.nip(text, TODAY) == text.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("19900101201501100", "18 digits"),
        ("1990010120150110011", "18 digits"),
        ("19900101201501100x", "18 digits"),
        ("١٩٩٠٠١٠١٢٠١٥٠١١٠٠١", "18 digits"),
        ("199013012015011001", "birth date"),
        ("199002302015011001", "birth date"),
        ("000001012015011001", "birth date"),
        ("192901012015011001", "birth date"),
        ("201501012015011001", "birth date"),
        ("199001012015010001", "digit 15"),
        ("199001012015013001", "digit 15"),
        ("199001012015011000", "lost the last digits"),
    ],
)
def test_what_cannot_be_a_nip_is_refused_without_repeating_it(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem) as raised:
        forms.nip(text, TODAY)
    assert text not in str(raised.value)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  Loket\xa0", "Loket"),
        ("", None),
        ("   ", None),
        ("007", "007"),
        (7.0, "7"),
        (7, "7"),
        (73.71, "73.71"),
        (999_999_999_999_999.0, "999999999999999"),
        ("e\u0301", "é"),
    ],
)
def test_a_cell_as_text(cell: Cell, text: str | None) -> None:
    assert text_of(cell) == text


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        (1.98501012010011e17, "15 digits"),
        (198501012010011001, "15 digits"),
        ("1,98501E+17", "15 digits"),
        ("1.98501012010011e+17", "15 digits"),
        (True, "TRUE or FALSE"),
        (date(2026, 1, 1), "a date or time"),
        (datetime(2026, 1, 1), "a date or time"),  # noqa: DTZ001 - a spreadsheet knows no zones - as the reader gives it
        (time(8), "a date or time"),
        (timedelta(hours=30), "a date or time"),
        ("two\nlines", "line break"),
        ("a\x00b", "control"),
        (Broken.formula, "formula"),
    ],
)
def test_a_cell_that_is_no_text(cell: Cell, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        text_of(cell)


def test_a_required_cell_is_not_empty() -> None:
    assert required_text_of("a") == "a"
    with pytest.raises(ValueError, match="required"):
        required_text_of(" ")


@pytest.mark.parametrize("cell", [date(2026, 1, 31), datetime(2026, 1, 31), "2026-01-31", " 2026-01-31 "])  # noqa: DTZ001 - a spreadsheet knows no zones
def test_a_cell_as_a_day(cell: Cell) -> None:
    found = day_of(cell)
    assert found == date(2026, 1, 31)
    assert not isinstance(found, datetime)


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        (datetime(2026, 1, 31, 8), "2026-01-31T08:00:00"),  # noqa: DTZ001 - a spreadsheet knows no zones
        (datetime(2026, 1, 31, 7, 59, 59, 999_600), "2026-01-31T08:00:00"),  # noqa: DTZ001 - a spreadsheet knows no zones
        (date(2026, 1, 31), "2026-01-31T00:00:00"),
        ("2026-01-31 08:00", "2026-01-31T08:00:00"),
        ("2026-01-31T08:00:30", "2026-01-31T08:00:30"),
    ],
)
def test_a_cell_as_a_moment(cell: Cell, moment: str) -> None:
    assert moment_of(cell).isoformat() == moment


@pytest.mark.parametrize(
    ("read", "cell", "problem"),
    [
        (day_of, "", "required"),
        (day_of, "31/01/2026", "2025-01-31"),
        (day_of, "2026-02-30", "no such day"),
        (day_of, datetime(2026, 1, 31, 8), "without a time"),  # noqa: DTZ001 - a spreadsheet knows no zones
        (day_of, 46_053.0, "no date"),
        (day_of, True, "no date"),
        (day_of, time(8), "no date"),
        (day_of, Broken.formula, "formula"),
        (day_of, "1905-01-01", "between 1950 and 2099"),
        (day_of, date(2100, 1, 1), "between 1950 and 2099"),
        (moment_of, "", "required"),
        (moment_of, "2026-01-31", "local time"),
        (moment_of, "2026-01-31 08:00+07:00", "local time"),
        (moment_of, "2026-01-31 24:00", "no such day or time"),
        (moment_of, 46_053.5, "no date"),
        (moment_of, time(8), "no date"),
        (moment_of, Broken.formula, "formula"),
        (moment_of, datetime(1905, 1, 1, 8), "between 1950 and 2099"),  # noqa: DTZ001 - a spreadsheet knows no zones
    ],
)
def test_a_cell_that_is_no_day_or_moment(read: Callable[[Cell], date], cell: Cell, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read(cell)
