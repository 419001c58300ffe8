"""What one cell, row or file of answers says: moments, answers, profiles, columns, sizes."""

import os
from datetime import UTC
from pathlib import Path

import pytest

from app.foundation.csv_records import LARGEST_FILE
from app.ratings.csv_import import csv_file as answers_csv
from app.ratings.csv_import.cells import profile_code_of, score_of
from app.ratings.csv_import.csv_file import CsvLine, FileFault, read_answers
from app.ratings.csv_import.moments import moment_of
from tests.house import NOW
from tests.ratings.csv_rows import IKL, MAKASSAR


def csv_of(folder: Path, text_or_bytes: str | bytes, name: str = "answers.csv") -> Path:
    """A file with this content."""
    file = folder / name
    file.write_bytes(text_or_bytes if isinstance(text_or_bytes, bytes) else text_or_bytes.encode())
    return file


# Cells.


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2020-07-15 13:54:00", "2020-07-15T05:54:00+00:00"),
        ("2020-07-15T13:54", "2020-07-15T05:54:00+00:00"),
        ("2020-07-15 13:54:00.250", "2020-07-15T05:54:00.250000+00:00"),
        ("2020-07-15T13:54:00Z", "2020-07-15T13:54:00+00:00"),
        ("2020-07-15T13:54:00+07:00", "2020-07-15T06:54:00+00:00"),
        ("2020-07-15 13:54:00 +0700", "2020-07-15T06:54:00+00:00"),
        ("2020-07-15 13:54:00+09", "2020-07-15T04:54:00+00:00"),
        ("2020-07-15", "2020-07-15T04:00:00+00:00"),
        # Today, whose noon is still to come: it is 11:00 in Makassar.
        ("2026-11-18", "2026-11-18T04:00:00+00:00"),
        ("2026-11-18 11:00", "2026-11-18T03:00:00+00:00"),
    ],
)
def test_a_time_without_offset_is_the_offices_and_a_day_alone_its_noon(written: str, moment: str) -> None:
    assert moment_of(written, MAKASSAR, NOW).astimezone(UTC).isoformat() == moment


@pytest.mark.parametrize(
    ("written", "what_to_change"),
    [
        ("", "write the time as"),
        ("-", "write the time as"),
        ("15/07/2020 13:54", "write the time as"),
        ("2020-07-15 1pm", "write the time as"),
        ("2020-07-15 13:54:00 WITA", "write the time as"),
        ("2020-07-15+08:00", "write the time as"),
        ("2020-02-30", "no such day"),
        ("2020-07-15 25:00", "no such day"),
        ("1969-12-31 08:00", "before 2000"),
        ("1980-01-01 00:00:00", "anonymous, export the real ones"),
        ("1999-12-31T23:59:59+08:00", "before 2000"),
        ("0001-01-01T00:00:00+08:00", "no such day"),
        ("0001-01-02", "before 2000"),
        ("9999-12-31T23:00:00Z", "no such day"),
        ("2026-11-18 11:01", "in the future"),
        ("2026-11-18T03:00:01Z", "in the future"),
        ("2026-11-19", "in the future"),
        ("9999-12-31", "in the future"),
    ],
)
def test_a_time_that_cannot_be_is_refused(written: str, what_to_change: str) -> None:
    with pytest.raises(ValueError, match=what_to_change):
        moment_of(written, MAKASSAR, NOW)


def test_an_answer_is_a_digit_of_the_scale_or_nothing() -> None:
    assert [score_of(cell, IKL) for cell in ("1", "4", "", "-")] == [1, 4, None, None]
    assert [score_of(cell, IKL) for cell in ("4.0", "3,00", "1.000")] == [4, 3, 1]
    for cell in ("0", "5", "44", "4.5", "4.", "5.0", ".0", "four", "³"):
        with pytest.raises(ValueError, match="write 1 to 4, or nothing"):
            score_of(cell, IKL)


def test_a_label_is_the_answer_it_is_said_to_be_and_nothing_else() -> None:
    labels = {(None, "sangat cepat"): 4, ("speed", "a1"): 1, (None, "a1"): 2, (None, "tidak tahu"): None}
    cells = ("Sangat  cepat", "SANGAT CEPAT", "a1", "Tidak tahu", "3")
    assert [score_of(cell, IKL, "speed", labels) for cell in cells] == [4, 4, 1, None, 3]
    assert score_of("A1", IKL, "friendliness", labels) == 2
    with pytest.raises(ValueError, match="what a word means can be said with --labels"):
        score_of("cepat", IKL, "speed", labels)


@pytest.mark.parametrize(
    ("attribute", "written", "code"),
    [
        ("sex", "L", "M"),
        ("sex", "P", "F"),
        ("sex", "Perempuan", "F"),
        ("sex", "f", "F"),
        ("sex", "", None),
        ("age_band", "55-64", "55+"),
        ("age_band", "17–24", "17-24"),
        ("education", "D3", "D1-D3"),
        ("education", "sma", "SMA"),
        ("occupation", "Wirausaha", "WIRAUSAHA"),
        ("occupation", "-", None),
    ],
)
def test_profiles_are_read_in_codes_and_in_the_words_of_forms(attribute: str, written: str, code: str | None) -> None:
    assert profile_code_of(written, attribute) == code


def test_a_profile_that_is_not_understood_names_the_codes() -> None:
    with pytest.raises(ValueError, match="write one of F, M, or nothing"):
        profile_code_of("X", "sex")


# Files.


@pytest.mark.parametrize(
    "content",
    [
        "Time,Q1,note\n2020-07-15,4,x\n\n,,\n2020-07-16\n",
        "\ufeffTime,Q1\r\n2020-07-15,4\r\n\r\n\r\n2020-07-16,\r\n",
        '"no, or none";q1 ; TIME\n1;4;2020-07-15\n;;\n;\n2;"";2020-07-16\n',
        "\ufeffa;q1;time;q1,x\n;4;2020-07-15\n\n\n;;2020-07-16;;;\n",
    ],
    ids=["commas", "byte order mark", "semicolons", "comma in a header"],
)
def test_rows_are_found_by_the_names_of_columns_however_the_file_was_saved(tmp_path: Path, content: str) -> None:
    file = read_answers(csv_of(tmp_path, content), ["time", "q1"])
    assert list(file.lines) == [
        CsvLine(2, {"time": "2020-07-15", "q1": "4"}),
        CsvLine(5, {"time": "2020-07-16", "q1": ""}),
    ]
    assert (file.faults, len(file.digest)) == ([], 64)


def test_a_row_longer_than_the_header_is_a_fault_of_its_own(tmp_path: Path) -> None:
    file = read_answers(csv_of(tmp_path, "time,q1\n2020-07-15,a,4\n2020-07-15,4\n"), ["time", "q1"])
    assert [(fault.row, fault.column) for fault in file.faults] == [(2, None)]
    assert "more cells than the header's 2" in file.faults[0].problem
    assert [line.row for line in file.lines] == [3]


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        ("", [(1, "time", "the columns are: none"), (1, "q1", "the columns are: none")]),
        ("time,a\n", [(1, "q1", "there is no such column; the columns are: time, a")]),
        ("time,q1,Q1 \n", [(1, "q1", "twice")]),
        (b"time,q1\n2020-07-15,4\n\xe9,4\n", [(3, None, "not UTF-8")]),
        ('time,q1\n2020-07-15,"4"4\n', [(2, None, "not well-formed CSV")]),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(
    tmp_path: Path, content: str | bytes, faults: list[tuple[int, str | None, str]]
) -> None:
    with pytest.raises(FileFault) as caught:
        read_answers(csv_of(tmp_path, content), ["time", "q1"])
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [fault[:2] for fault in faults]
    for fault, (_, _, words) in zip(caught.value.faults, faults, strict=True):
        assert words in fault.problem


def test_a_file_has_a_largest_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = csv_of(tmp_path, "time,q1\n" + "2020-07-15,4\n" * 4)
    monkeypatch.setattr(answers_csv, "MOST_ROWS", 4)
    assert len(list(read_answers(file, ["time", "q1"]).lines)) == 4
    monkeypatch.setattr(answers_csv, "MOST_ROWS", 3)
    with pytest.raises(FileFault, match="at most 3 rows; split it"):
        read_answers(file, ["time", "q1"])
    os.truncate(file, LARGEST_FILE + 1)
    with pytest.raises(FileFault, match="at most 64 MiB"):
        read_answers(file, ["time", "q1"])


def test_of_very_many_columns_the_first_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileFault, match=r"columns are: k0, .*, k29 and 70 more$"):
        read_answers(csv_of(tmp_path, ",".join(f"k{n}" for n in range(100)) + "\n"), ["q1"])
