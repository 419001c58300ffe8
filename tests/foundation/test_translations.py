"""The best language we have is chosen, and its words are used (that none is missing: test_documentation.py)."""

import ast
import re
from importlib import resources
from importlib.resources.abc import Traversable

import pytest

from app.access.principals import Role
from app.closing import slips as personal_slips
from app.foundation.http.expected import BOUNDS, EXPECTED, PATTERNS
from app.foundation.problem_codes import FIELD_MESSAGES, KINDS
from app.foundation.translations import DEFAULT, catalogues, negotiate, translator
from app.intake.invitation import posters
from app.integrity.rules import kinds
from app.tickets.rules import slips
from tests.directory.test_directory_sentences import OF_CSV
from tests.house import House


def texts_of_problems() -> set[str]:
    """Everything a problem may say."""
    kinds = {text for kind in KINDS.values() for text in (kind.title, kind.detail)}
    expectations = {expected for _, expected in EXPECTED.values()} | set(PATTERNS.values())
    return kinds | set(FIELD_MESSAGES.values()) | expectations


def texts_of_pages() -> set[str]:
    """Everything the templates mark as a text, and what is said of public figures beside them."""
    folders = [resources.files(room).joinpath("templates") for room in ("app.web", "app.pages")]
    sources = [file.read_text("utf-8") for folder in folders for file in folder.iterdir()]
    marked = {text for source in sources for _, text in re.findall(r"""\b_\((["'])(.*?)\1\)""", source)}
    return marked | strings_in(resources.files("app.web"))


def texts_of_reports() -> set[str]:
    """Every string in the code that lays reports out."""
    folders = ("sections", "drawings", "formats", "rules")
    return strings_in(*(resources.files("app.reports").joinpath(name) for name in folders))


def texts_of_people() -> set[str]:
    """Every string in the code that deals with persons."""
    people = resources.files("app.people")
    # Roles are words in sentences.
    return strings_in(people, people.joinpath("rules"), people.joinpath("oidc"), people.joinpath("passkeys")) | set(
        Role
    )


def texts_of_desk() -> set[str]:
    """Every string in the code of signed-in pages, and what their templates say."""
    desk = resources.files("app.desk")
    folders = [desk.joinpath("templates"), desk.joinpath("templates/blocks")]
    templates = [file.read_text("utf-8") for folder in folders for file in folder.iterdir() if file.is_file()]
    told = {text for each in templates for text in re.findall(r"""\btell\((?:"|')(.*?)(?:"|')\)""", each)}
    return strings_in(desk) | told


def texts_of_directory() -> set[str]:
    """What the importer of workbooks finds wrong."""
    directory = resources.files("app.directory")
    return strings_in(directory, directory.joinpath("rules"), directory.joinpath("workbook")) | set(OF_CSV)


def texts_of_notifications() -> set[str]:
    """What letters say, and what is wrong with an address or a subscription."""
    return strings_in(resources.files("app.notifications"))


def texts_of_instruments() -> set[str]:
    """What is wrong with a questionnaire's file."""
    instruments = resources.files("app.instruments")
    return strings_in(*(each for each in (instruments, *instruments.iterdir()) if each.is_dir()))


def strings_in(*folders: Traversable) -> set[str]:
    """Every string in the code of these folders."""
    files = [file for folder in folders for file in folder.iterdir() if file.name.endswith(".py")]
    trees = [ast.parse(file.read_text("utf-8")) for file in files]
    nodes = (node for tree in trees for node in ast.walk(tree))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_there_are_the_two_languages_and_english_is_the_key() -> None:
    assert catalogues().keys() == {"id", "en"}
    assert DEFAULT == "en"
    assert catalogues()["en"] == {}


@pytest.mark.long
def test_no_translation_is_left_over_from_a_text_that_is_gone() -> None:
    # Texts that stand as values in other texts.
    values = {
        "figures about persons",
        "this person",
        "whom this employee appraises",
        "this office",
        "this report",
        "another value",
        "one value",
        "one of {choices}",
    }
    values |= set(BOUNDS.values())
    assert (
        sorted(
            catalogues()["id"].keys()
            - texts_of_problems()
            - texts_of_pages()
            - texts_of_reports()
            - texts_of_people()
            - texts_of_desk()
            - texts_of_notifications()
            - texts_of_directory()
            - texts_of_instruments()
            - slips.TEXTS
            - posters.TEXTS
            - personal_slips.TEXTS
            - kinds.TEXTS
            - values
        )
        == []
    )


def test_a_text_is_translated_with_its_values_and_so_are_values_that_are_texts() -> None:
    indonesian, english = translator("id"), translator("en")
    text = "The value has the wrong type; expected {expected}."
    assert indonesian(text, expected="a whole number") == "Jenis nilai salah; yang diharapkan: bilangan bulat."
    assert english(text, expected="a whole number") == "The value has the wrong type; expected a whole number."
    assert indonesian("The body may have at most {limit} bytes.", limit=7) == "Isi permintaan paling banyak 7 bita."


def test_braces_in_a_value_are_only_braces() -> None:
    assert translator("en")("{expected}!", expected="{limit} {") == "{limit} {!"


def test_what_has_no_translation_stays_english_rather_than_fail() -> None:
    assert translator("id")("A text nobody translated.") == "A text nobody translated."
    assert translator("xx")("Not found") == "Not found"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("id", "id"),
        ("en", "en"),
        ("id-ID", "id"),
        ("id-Latn-ID", "id"),
        ("en-US,en;q=0.9", "en"),
        ("fr, id;q=0.5", "id"),
        ("zh-Hant-TW, en;q=0.1", "en"),
        ("en;q=0.2,id;q=0.3", "id"),
        ("en;q=0.3,id;q=0.2", "en"),
        ("id;q=0,en", "en"),
        ("en,id", "en"),
        ("*, en;q=0.1", "en"),
    ],
)
def test_the_best_language_we_have_is_chosen(header: str, language: str) -> None:
    for default in ("id", "en"):
        assert negotiate(header, default) == language


@pytest.mark.parametrize(
    "header",
    [None, "", "*", "fr", "fr;q=1, de", "id;q=0", "id;q=nan", "id;q=x", ",,,", ";", "x" * 100_000, "id;q=-1", "\u00e9"],
)
def test_without_a_language_we_have_the_default_is_taken(header: str | None) -> None:
    for default in ("id", "en"):
        assert negotiate(header, default) == default


@pytest.mark.parametrize("header", ["ID", "Id-id", "ID-ID,en;q=0.5"])
def test_language_tags_are_read_in_any_case(header: str) -> None:
    assert negotiate(header, "en") == "id"


@pytest.mark.parametrize("header", ["id; q=0.9, en; q=0.5", "en ;q=0.5, id ; q=0.9", "id;Q=0.9,en;q=0.5"])
def test_weights_may_have_blanks_around_them(header: str) -> None:
    assert negotiate(header, "en") == "id"


@pytest.mark.quiet
def test_a_page_speaks_the_language_asked_for(house: House) -> None:
    asked = {
        "id": [("/", "id"), ("/?lang=id", "en"), ("/?lang=xx", "id-ID")],
        "en": [("/", "en-GB"), ("/?lang=en", "id"), ("/", "fr, en;q=0.2")],
    }
    for language, requests in asked.items():
        for path, header in requests:
            response = house.get(path, None, headers={"accept-language": header})
            assert response.headers["content-language"] == language
            assert f'<html lang="{language}">' in response.text
            assert ("Langkah pertama" in response.text) == (language == "id")
