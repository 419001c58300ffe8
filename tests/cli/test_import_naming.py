"""Any column of any survey can be named on the command line, or in a mapping file."""

from pathlib import Path

import pytest
import typer

from app.cli.naming import attributes_of, labels_of, questions_of, split
from app.instruments.loading import shipped

IKL = shipped()["ikl-1"]
NAMED = {"cepat, tepat?": "speed", "b": "transparency", "c": "friendliness"}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a=x,b=y", ["a=x", "b=y"]),
        (" a = x , b=y,", ["a = x", "b=y"]),
        # A comma before which no = stands belongs to the heading.
        ("Cepat, tepat, ramah?=x,b=y", ["Cepat, tepat, ramah?=x", "b=y"]),
        ('"Apakah 1+1=2, ya?"=x,b=y', ["Apakah 1+1=2, ya?=x", "b=y"]),
        ('"Apakah 1+1=2, ya?=x",b=y', ["Apakah 1+1=2, ya?=x", "b=y"]),
        ('"kata ""baik"", ya"=x', ['kata "baik", ya=x']),
        ("a", ["a"]),
        ("a=x,b", ["a=x", "b"]),
        ("", []),
    ],
)
def test_pairs_are_parted_at_commas_that_are_no_part_of_a_heading(text: str, parts: list[str]) -> None:
    assert split(text) == parts


@pytest.mark.parametrize(
    "columns",
    [
        ["Cepat, tepat?=speed,b=transparency,c=friendliness"],
        ["Cepat,\ntepat?=speed", "b=transparency", "c=friendliness"],
        ['"Cepat, tepat?"=speed,b=transparency', "c=friendliness"],
    ],
)
def test_a_heading_may_hold_commas_and_line_breaks(columns: list[str]) -> None:
    assert questions_of(columns, IKL) == NAMED


def test_a_mapping_file_names_columns_and_labels(tmp_path: Path) -> None:
    columns, labels = tmp_path / "kolom.csv", tmp_path / "jawaban.csv"
    columns.write_text('sep=;\nItem;Column;catatan\nspeed;"Cepat,\ntepat?";x\n\ntransparency;b\nfriendliness;c\n')
    assert questions_of([f"@{columns}"], IKL) == NAMED
    labels.write_text("label,score,item\nSangat cepat,4,speed\nA1,1\nA1,2,friendliness\nTidak tahu,-,\n")
    read = labels_of([f"@{labels}", "Cepat=3,Cukup, ya=2"], IKL)
    assert read == {
        ("speed", "sangat cepat"): 4,
        (None, "a1"): 1,
        ("friendliness", "a1"): 2,
        (None, "tidak tahu"): None,
        (None, "cepat"): 3,
        (None, "cukup, ya"): 2,
    }
    assert attributes_of(["Jenis kelamin, L/P=sex"]) == {"jenis kelamin, l/p": "sex"}


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["Cepat=5"], "“Cepat=5” does not say LABEL=one of 1, 2, 3, 4, -."),
        (["Cepat"], "“Cepat” does not say LABEL=one of"),
        (["Cepat=3", "CEPAT=4"], "“CEPAT=4” gives a label another meaning"),
        (["@{}/tiada.csv"], "tiada.csv cannot be read: No such file or directory."),
        (["@{}/salah.csv"], "salah.csv has no column score; it needs label and score."),
        (["@{}/butir.csv"], "“Cepat=3” does not say LABEL=one of"),
        (["@{}/rusak.csv"], "rusak.csv, row 2: this is not well-formed CSV: a quote is opened and never closed."),
    ],
)
def test_what_names_nothing_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], texts: list[str], words: str
) -> None:
    (tmp_path / "salah.csv").write_text("label,nilai\nCepat,3\n")
    (tmp_path / "butir.csv").write_text("label,score,item\nCepat,3,kecepatan\n")
    (tmp_path / "rusak.csv").write_text('label,score\n"Cepat,3\n')
    with pytest.raises(typer.Exit):
        labels_of([text.format(tmp_path) for text in texts], IKL)
    # The terminal breaks lines, also within the name of a file.
    assert "".join(words.split()) in "".join(capsys.readouterr().err.split())
