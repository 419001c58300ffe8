"""Pages for people: both languages, nothing from elsewhere, safe headers."""

import re

import pytest

from app.pages.files import FOLDER
from tests.house import House

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

ELSEWHERE = re.compile(r"""(?:src|href)=["'](?:https?:)?//""")


@pytest.mark.quiet
@pytest.mark.once
@pytest.mark.parametrize(
    ("headers", "path", "language", "words"),
    [
        ({}, "/", "id", "Langkah pertama"),
        ({"Accept-Language": "en-GB,id;q=0.5"}, "/", "en", "First steps"),
        ({"Accept-Language": "fr"}, "/", "id", "Langkah pertama"),
        ({"Accept-Language": "id"}, "/?lang=en", "en", "First steps"),
        ({}, "/?lang=xx", "id", "Langkah pertama"),
    ],
)
def test_the_welcome_page_speaks_the_readers_language(
    house: House, headers: dict[str, str], path: str, language: str, words: str
) -> None:
    response = house.get(path, None, headers=headers)
    assert response.status_code == 200
    assert response.headers["content-language"] == language
    assert f'<html lang="{language}">' in response.text
    assert words in response.text


@pytest.mark.long
def test_the_welcome_page_leads_to_pages_that_answer(house: House) -> None:
    page = house.get("/", None).text
    links = [link for link in re.findall(r'(?:href|src)="([^"#]+)"', page) if link.startswith("/")]
    assert {"/docs", "/openapi.json", "/healthz", "/readyz", "/metrics"} <= set(links)
    assert {link: house.get(link, None).status_code for link in links} == dict.fromkeys(links, 200)


@pytest.mark.quiet
def test_pages_need_nothing_from_elsewhere(house: House) -> None:
    for path in ("/", "/docs"):
        page = house.get(path, None).text
        assert ELSEWHERE.search(page) is None, path
    files = re.findall(r'(?:href|src)="(/static[^"]+)"', house.get("/docs", None).text)
    assert len(files) >= 3
    assert all(house.get(file, None).status_code == 200 for file in files)


@pytest.mark.quiet
def test_the_api_page_is_packed_says_its_language_and_runs_no_script_of_others(house: House) -> None:
    page = house.get("/docs", None)
    assert '<html lang="en">' in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    assert "script-src" not in page.headers["content-security-policy"]
    assert not re.search(r"<script(?![^>]*src)", page.text)
    addresses = ["/docs", "/openapi.json", *re.findall(r'(?:href|src)="(/static[^"]+)"', page.text)]
    for address in addresses:
        plain = house.get(address, None, headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers, address
        packed = house.get(address, None, headers={"Accept-Encoding": "gzip, br"})
        assert packed.headers["content-encoding"] == "gzip", address
        assert "Accept-Encoding" in packed.headers["vary"]
        if address != "/openapi.json":
            assert packed.content == plain.content


@pytest.mark.quiet
def test_the_welcome_page_allows_only_its_own_files(house: House) -> None:
    headers = house.get("/", None).headers
    assert headers["content-security-policy"].startswith("default-src 'self'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.quiet
def test_the_page_for_replies_speaks_both_languages_and_keeps_the_token_out_of_addresses(house: House) -> None:
    for language, title in (("id", "Laporan Anda"), ("en", "Your report")):
        page = house.get(f"/r?lang={language}", None)
        assert (page.status_code, page.headers["content-language"]) == (200, language)
        assert f"<h1>{title}</h1>" in page.text
        assert page.headers["content-security-policy"].startswith("default-src 'self'")
        assert "<script>" not in page.text
    script = house.get(f"{FOLDER}/reply.js", None)
    assert script.headers["content-type"].startswith("text/javascript")
    assert "history.replaceState" in script.text
    assert "?token" not in script.text
