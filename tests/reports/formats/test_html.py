"""The page: well-formed, self-contained, for keyboard and screen reader."""

from typing import Any
from xml.etree import ElementTree

import pytest

from app.reports.formats.as_html import POLICY, html_bytes
from app.seals.signing import SigningKey
from tests.reports.formats.samples import ADDRESS, HOSTILE, draft, named, sealed

Drafts = dict[str, dict[str, Any]]
SVG = "{http://www.w3.org/2000/svg}"


def parsed(content: bytes) -> ElementTree.Element:
    """The page as XML: stricter than HTML demands."""
    return ElementTree.fromstring(content.decode().removeprefix("<!doctype html>"))  # noqa: S314 - Made here.


@pytest.mark.parametrize("unit", ["E001", "E004", "dukcapil", "kota"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_a_page_is_well_formed_and_has_one_first_heading(
    drafts: Drafts, key: SigningKey, unit: str, language: str
) -> None:
    for report in (draft(drafts[unit]), sealed(drafts[unit], key)):
        page = parsed(html_bytes(report, language))
        assert page.get("lang") == language
        assert len(page.findall(".//h1")) == 1
        assert [each.tag for each in page.iter() if each.tag in ("h1", "h2", "h3")][:2] == ["h1", "h2"]
        identifiers = [each.get("id") for each in page.iter() if each.get("id")]
        assert len(identifiers) == len(set(identifiers))
        assert {link.get("href", "")[1:] for link in page.findall("./body/nav//a")} <= set(identifiers)


def test_tables_and_pictures_have_names_for_who_cannot_see_them(drafts: Drafts, key: SigningKey) -> None:
    page = parsed(html_bytes(sealed(drafts["kota"], key)))
    assert all(table.find("caption") is not None for table in page.iter("table"))
    assert all(cell.get("scope") for cell in page.iter("th"))
    pictures = [each for each in page.iter() if each.get("role") == "img"]
    # Two of the four have a narrow twin for phones, which says the same; a style sheet shows one of them.
    assert len(pictures) == len(list(page.iter(f"{SVG}svg"))) == 6
    twins = [each for each in page.iter() if each.get("class") in ("broad", "narrow")]
    assert [each.get("class") for each in twins] == ["broad", "narrow"] * 2
    assert [each.get("aria-label") for each in twins[::2]] == [each.get("aria-label") for each in twins[1::2]]
    assert all(picture.get("aria-label") for picture in pictures)


def test_nothing_comes_from_elsewhere_and_no_style_stands_in_the_text(drafts: Drafts, key: SigningKey) -> None:
    page = parsed(html_bytes(sealed(drafts["E001"], key)))
    assert not [each for each in page.iter() if each.tag in ("script", "img", "link", "iframe")]
    assert not [each for each in page.iter() if each.get("src") or each.get("style")]
    assert "default-src 'none'; style-src 'sha256-" in POLICY
    outside = [link.get("href") for link in page.iter("a") if not link.get("href", "").startswith("#")]
    assert outside == [ADDRESS]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_text_and_nothing_else(drafts: Drafts, name: str) -> None:
    page = parsed(html_bytes(draft(named(drafts["E001"], name))))
    assert name in "".join(page.find(".//h1").itertext())  # type: ignore[union-attr]  # there is one
    assert not list(page.iter("script"))


def test_a_hostile_office_is_text_in_the_chart_too(drafts: Drafts) -> None:
    offices = [{**line, "name": "<script>&\x01"} for line in drafts["kota"]["offices"]]
    page = parsed(html_bytes(draft({**drafts["kota"], "offices": offices})))
    assert "<script>&" in {text.text for text in page.iter(f"{SVG}text")}


def test_a_draft_is_marked_on_the_page(drafts: Drafts, key: SigningKey) -> None:
    assert b"<strong>DRAF</strong>" in html_bytes(draft(drafts["E001"]))
    assert b"DRAF" not in html_bytes(sealed(drafts["E001"], key))
