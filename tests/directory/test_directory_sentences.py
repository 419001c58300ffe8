"""Whatever the importer finds wrong can be told in both languages, and never repeats what stood in a cell."""

import ast
from importlib import resources
from re import findall

import pytest

from app.directory.faults import DirectoryFault, Sentence, in_words, phrase, sentence_of
from app.directory.workbook.outcome import StoredSentence
from app.foundation.translations import catalogues, translator

# Of the reader of CSV files, which knows no rooms.
OF_CSV = (
    "a row has more cells than a spreadsheet has columns; this is no table",
    "the text is not UTF-8, nor UTF-16; save it as “CSV UTF-8”",
    "this is not well-formed CSV: a quote is opened and never closed",
    "this is not well-formed CSV: a cell has more than 131072 characters; a quote is missing",
    "this is not well-formed CSV: after a closing quote comes neither a delimiter nor the end of the row",
)


def sentences() -> set[str]:
    """Every sentence of the importer: what looks like one, and is neither a docstring nor a piece of another text."""
    found: set[str] = set()
    files = [
        *resources.files("app.directory.workbook").iterdir(),
        resources.files("app.directory.rules") / "postings.py",
    ]
    for file in files:
        if file.name.endswith(".py"):
            tree = ast.parse(file.read_text("utf-8"))
            apart = (node for node in ast.walk(tree) if isinstance(node, ast.Expr | ast.JoinedStr | ast.Assert))
            pieces = {id(each) for node in apart for each in ast.iter_child_nodes(node)}
            found |= {
                str(node.value)
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant) and id(node) not in pieces and _is_one(node.value)
            }
    return found


def _is_one(value: object) -> bool:
    return (
        isinstance(value, str)
        and value.count(" ") > 2
        and "|" not in value
        and (value[0].islower() or value.startswith(("{", "TRUE")))
    )


def test_every_sentence_has_indonesian_words() -> None:
    found = sentences()
    assert len(found) > 55
    assert {"a value is required", "this column is missing", "a NIP has exactly 18 digits"} <= found
    assert (found | set(OF_CSV)) - set(catalogues()["id"]) == set()


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_value_that_somebody_wrote_is_no_text_of_ours(language: str) -> None:
    # `office` has a translation of its own.
    sentence = Sentence("the office {office} has no counter {code}", office="Office", code="{n}")
    assert sentence == "the office Office has no counter {n}"
    assert "Office" in in_words(sentence, translator(language))
    assert "{n}" in in_words(sentence, translator(language))


def test_a_sentence_within_a_sentence_is_told_as_well() -> None:
    inner = Sentence("this is already in row {row}", row=3)
    whole = Sentence("row {row}: {problem}", row=7, problem=inner)
    assert whole == "row 7: this is already in row 3"
    assert in_words(whole, translator("id")) == "baris 7: ini sudah ada di baris 3"
    assert in_words("a value is required", translator("id")) == "wajib diisi"
    assert phrase("{x} without values") == ("{x} without values", {})


@pytest.mark.parametrize(
    "sentence",
    [
        "a value is required",
        "braces {in} a text of its own",
        Sentence("this is already in row {row}", row=3),
        Sentence("row {row}: {problem}", row=7, problem=Sentence("this is already in row {row}", row=3)),
        Sentence("the office {office} has no counter {code}", office="{office}", code="x"),
    ],
)
def test_what_is_kept_is_told_the_same(sentence: str) -> None:
    again = StoredSentence.model_validate_json(StoredSentence.of(sentence).model_dump_json()).sentence
    assert again == sentence
    for language in ("id", "en"):
        assert in_words(again, translator(language)) == in_words(sentence, translator(language))


def test_an_error_gives_its_sentence_back() -> None:
    sentence = Sentence("this is already in row {row}", row=3)
    assert sentence_of(DirectoryFault(sentence)) is sentence
    assert sentence_of(ValueError()) == ""
    assert findall(r"\{\w+\}", sentence) == []
