"""One reader takes CSV as spreadsheets and survey tools write it, and says in words why it cannot go on."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation import csv_records
from app.foundation.csv_records import MOST_CELLS, CsvProblem, column_name, read_bytes, records

ROWS = [["waktu", "Cepat,\nramah?", "q3"], ["2026-09-01", "4", "é“x”"], ["", "", ""], ["2026-09-02", 'a "b"', "-"]]


def written(delimiter: str = ",", end: str = "\r\n", *, all_quoted: bool = False) -> str:
    """The rows as a program writes them."""

    def cell(text: str) -> str:
        quoted = all_quoted or any(each in text for each in (delimiter, "\n", '"'))
        return f'"{text.replace(chr(34), chr(34) * 2)}"' if quoted else text

    return "".join(delimiter.join(map(cell, row)) + end for row in ROWS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_encoding_delimiter_and_line_end_gives_the_same_records(delimiter: str, end: str, encoding: str) -> None:
    for all_quoted in (False, True):
        data = written(delimiter, end, all_quoted=all_quoted).encode(encoding)
        assert list(records(data, ["waktu", "q3"])) == ROWS


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;"])
def test_a_line_may_name_the_delimiter_and_counts_for_no_row(line: str, end: str) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert list(records(f"{line}{end}{written(';', end)}".encode(encoding))) == ROWS
    assert list(records(b"sep=~\na~b,c\n")) == [["a", "b,c"]]
    assert list(records(b"sep=\na,b\n")) == [["sep="], ["a", "b"]]


def test_the_delimiter_is_the_one_that_finds_the_columns_even_in_a_heading_with_commas() -> None:
    data = b'time;"q1";a,b,c,d,e\n1;2;3\n'
    assert next(records(data, ["time", "q1"])) == ["time", "q1", "a,b,c,d,e"]
    assert next(records(data)) == ['time;"q1";a', "b", "c", "d", "e"]
    # A delimiter with which the header is no CSV at all is none.
    assert list(records(b'"a, b";c\n', ["c"])) == [["a, b", "c"]]
    assert list(records(b"")) == []


@pytest.mark.parametrize(
    ("data", "row", "words"),
    [
        (b"a,b\n1,2\n\xe9,4\n", 3, "not UTF-8, nor UTF-16"),
        (b'a,b\n1,"x\ny"\nz\n' * 3_000 + b"1,\xff\n", 9_001, "not UTF-8"),
        ("a;b\n".encode("utf-16") + b"\x00\xdc", 2, "not UTF-8"),
        # Before what is no text stands more than the csv module takes for a cell.
        (b"a,b\n1," + b"x" * 140_000 + b"\xff\n", 2, "not UTF-8"),
        (b'a,b\n1,"4"4\n', 2, "after a closing quote comes neither"),
        (b'a,b\n1,2\n3,"4\n', 3, "a quote is opened and never closed"),
        (b"a,b\n1," + b"x" * 140_000, 2, "a cell has more than 131072 characters"),
    ],
)
def test_what_cannot_be_read_on_is_said_in_words_by_record(data: bytes, row: int, words: str) -> None:
    with pytest.raises(CsvProblem, match=words) as caught:
        list(records(data))
    assert caught.value.row == row
    # The csv module speaks to programmers.
    assert not any(word in str(caught.value) for word in ("newline=", "Error", "'"))


@pytest.mark.parametrize(
    "heading",
    ["Cepat,  ramah?", "cepat,\nRamah?", "cepat,\r\n ramah?", "\ufeffCepat,\u00a0ramah?", "Ce\u200bpat, ramah? "],
)
def test_a_heading_is_the_same_in_capitals_blanks_and_line_breaks(heading: str) -> None:
    assert column_name(heading) == "cepat, ramah?"
    assert column_name("Cafe\u0301") == column_name("café")


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_records_or_a_problem_in_words(data: bytes) -> None:
    read: list[list[str]] = []
    with suppress(CsvProblem):
        read.extend(records(data, ["a"]))
    assert all(isinstance(cell, str) for cells in read for cell in cells)


def test_a_file_has_a_largest_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"abc")
    assert read_bytes(file) == b"abc"
    monkeypatch.setattr(csv_records, "LARGEST_FILE", 2)
    with pytest.raises(CsvProblem, match="at most 0 MiB; split it"):
        read_bytes(file)


def test_more_cells_than_a_spreadsheet_has_columns_are_no_row() -> None:
    header = ",".join("abc")
    assert len(list(records(f"{header}\n{',' * (MOST_CELLS - 1)}".encode()))) == 2
    with pytest.raises(CsvProblem, match="more cells than a spreadsheet has columns") as caught:
        list(records(f"{header}\n{',' * MOST_CELLS}".encode()))
    assert caught.value.row == 2
