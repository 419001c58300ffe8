"""Every format writes every kind of report, in both languages, as a draft and final."""

import json
from typing import Any

import pytest

from app.foundation.translations import catalogues
from app.reports.formats.registry import FORMATS
from app.reports.sections.view import view
from app.seals.rules.canonical_json import canonical
from app.seals.signing import SigningKey
from tests.reports.formats.samples import HOSTILE, draft, named, sealed
from tests.reports.formats.texts import texts_of_reports

UNITS = ("E001", "E002", "E004", "dukcapil", "kota")
BEGINNINGS = {
    "json": b"{",
    "csv": b"\xef\xbb\xbf",
    "csv-semicolon": b"\xef\xbb\xbf",
    "xlsx": b"PK",
    "pdf": b"%PDF-1.7",
    "html": b"<!doctype html>",
}


@pytest.mark.long
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("unit", UNITS)
def test_every_format_writes_every_kind_the_same_every_time(
    drafts: dict[str, dict[str, Any]], key: SigningKey, unit: str, name: str
) -> None:
    for report in (draft(drafts[unit]), sealed(drafts[unit], key)):
        for language in ("id", "en"):
            made = FORMATS[name].write(report, language)
            assert made.startswith(BEGINNINGS[name])
            assert FORMATS[name].write(report, language) == made


def test_json_is_what_was_signed_and_a_draft_stays_a_draft(drafts: dict[str, dict[str, Any]], key: SigningKey) -> None:
    final = sealed(drafts["E001"], key)
    assert FORMATS["json"].write(final, "id") == canonical(final.envelope)
    assert json.loads(FORMATS["json"].write(draft(drafts["E001"]), "en")) == {"document": drafts["E001"]}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("form", FORMATS)
def test_no_name_can_break_a_format(drafts: dict[str, dict[str, Any]], key: SigningKey, form: str, name: str) -> None:
    assert FORMATS[form].write(sealed(named(drafts["E001"], name), key), "id")


def test_every_text_is_there_in_both_languages() -> None:
    assert sorted(texts_of_reports() - catalogues()["id"].keys() - {"Web"}) == []


@pytest.mark.parametrize("unit", UNITS)
def test_both_languages_say_the_same_things(drafts: dict[str, dict[str, Any]], key: SigningKey, unit: str) -> None:
    report = sealed(drafts[unit], key)
    indonesian, english = view(report, "id"), view(report, "en")
    assert [section.name for section in indonesian.sections] == [section.name for section in english.sections]
    for one, other in zip(indonesian.sections, english.sections, strict=True):
        assert list(map(type, one.blocks)) == list(map(type, other.blocks))
        assert one.title != other.title


def test_an_unknown_language_is_english(drafts: dict[str, dict[str, Any]]) -> None:
    assert view(draft(drafts["E001"]), "xx") == view(draft(drafts["E001"]), "en")
