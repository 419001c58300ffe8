"""The pages on which citizens rate: their files, their texts, and what an old browser understands of them."""

import json
import re
from string import Formatter

import pytest

from app.foundation.translations import catalogues
from app.instruments.loading import shipped
from app.pages.files import FILES, FOLDER, VERSION
from app.web.rating_files import LANGUAGES
from tests.house import House, problem

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

CATALOGUES = {language: json.loads(FILES[f"texts/{language}.json"].content) for language in LANGUAGES}
# What came into browsers after 2018 (Chrome 66): a script that has it does not even load in an older one.
TOO_NEW = {
    "optional chaining": r"\?\.[A-Za-z_(\[]",
    "nullish coalescing": r"\?\?",
    "optional catch binding": r"catch \{",
    "private field": r"[ .]#[a-z]",
    "logical assignment": r"(\|\||&&)=",
    "replaceAll and others": r"\.(replaceAll|flat|flatMap|at|replaceChildren|fromEntries|allSettled)\(",
    "regular expression with lookbehind": r"\(\?<[=!]",
}


def test_each_language_is_one_file_and_says_everything() -> None:
    assert set(LANGUAGES) >= {"id", "en", "jv", "su"}
    for language, catalogue in CATALOGUES.items():
        assert catalogue.keys() == {"words", "durations", "instruments"}
        assert catalogue["words"].keys() == CATALOGUES["id"]["words"].keys(), language
        for name, sentence in catalogue["words"].items():
            assert sentence.strip(), (language, name)
            assert places(sentence) == places(CATALOGUES["id"]["words"][name]), (language, name)


# Words of the familiar registers, in which nobody speaks to a citizen, and words that earlier texts mistook.
FAMILIAR = {
    "jv": "iki iku kuwi ora wis durung sing karo saka saiki maneh bisa banget kanggo enggo dienggo anyar bali wacakna "
    "liya liyane kakehan enteni ngenteni nganti sedhela sajrone anggone cepete blakane kepriye panemu menehi jeneng "
    "luwih lawas metu mlaku dudu mung marang tulisane priksa titi blaka sumanak karcis",
    "su": "jeung méré waktu loba kodeu ngaran paripolah bisa tuluy nepi can lain heubeul leuwih robah balik liwat "
    "diliwat pikeun pariksa sapoé sarta salah kabuka karcis",
}


@pytest.mark.parametrize("language", FAMILIAR)
def test_javanese_and_sundanese_are_polite_throughout(language: str) -> None:
    # Without the codes of the questions, which are nobody's words.
    asked = [list(items.values()) for items in CATALOGUES[language]["instruments"].values()]
    catalogue = json.dumps([CATALOGUES[language]["words"], asked], ensure_ascii=False)
    assert set(re.findall(r"\w+", catalogue.lower())) & set(FAMILIAR[language].split()) == set()


def test_indonesian_has_one_word_for_one_thing() -> None:
    said = " ".join([*catalogues()["id"].values(), *CATALOGUES["id"]["words"].values()]).lower()
    for word in ("carik", "karcis", "peladen", "kanal", "rancangan", "selang", "pemasangan", "diandaikan"):
        assert not re.search(rf"\b{word}\b", said), word
    # It would sound as if the citizen had served.
    assert "pelayanan anda" not in said


def places(sentence: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("name", ["ikl-1", "skm-2017"])
@pytest.mark.parametrize("language", [language for language in LANGUAGES if language not in ("id", "en")])
def test_languages_the_instruments_do_not_have_ask_their_questions_themselves(language: str, name: str) -> None:
    own = CATALOGUES[language]["instruments"][name]
    instrument = shipped()[name]
    assert list(own) == [item.code for item in instrument.items]
    for item in instrument.items:
        said = own[item.code]
        assert said.keys() == {"title", "question", "answers"}
        assert len(set(said["answers"])) == len(item.answers["id"])
        assert said["question"] != item.question["id"]


def test_every_text_a_script_asks_for_is_in_the_catalogues_and_none_is_left_over() -> None:
    scripts = " ".join(file.content.decode() for name, file in FILES.items() if name.endswith(".js"))
    named = set(re.findall(r"[\"'`]([a-z_]+)[\"'`]|(?<=[{ ,])([a-z_]+): (?:async )?\(\)", scripts))
    said = set().union(*named)
    warnings = {f"warning_{name}" for name in re.findall(r'warn\("(\w+)"', scripts)}
    words = set(CATALOGUES["id"]["words"])
    assert words - said - warnings == set()
    asked = set(re.findall(r'say\("([a-z_]+)"', scripts)) | warnings
    assert asked - words == set()


def test_what_citizens_phones_load_needs_no_new_browser() -> None:
    shared = {
        name: file for name, file in FILES.items() if name.startswith(("rating/", "citizen/")) and name.endswith(".js")
    }
    assert len(shared) > 8
    for name, file in shared.items():
        code = re.sub(r"//.*", "", file.content.decode())
        for what, pattern in TOO_NEW.items():
            assert re.search(pattern, code) is None, (name, what)


@pytest.mark.quiet
def test_the_worker_keeps_the_page_and_all_it_is_made_of(house: House) -> None:
    worker = house.get("/kiosk-worker.js", None)
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["cache-control"] == "no-cache"
    assert f'const VERSION = "{VERSION}"' in worker.text
    found = re.search(r"JSON.parse\('(.*)'\)", worker.text)
    assert found is not None
    kept = json.loads(found[1])
    assert {house.get(path, None).status_code for path in kept} == {200}
    page = house.get("/kiosk", None).text
    assert set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page)) <= set(kept)
    # What the kept scripts import is kept, too.
    for path in kept:
        if path.endswith(".js"):
            for name in re.findall(r'from "(\.[^"]+)"', house.get(path, None).text):
                folder = path.rpartition("/")[0]
                other = f"{folder.rpartition('/')[0]}{name[2:]}" if name.startswith("../") else f"{folder}{name[1:]}"
                assert other in kept, (path, name)


@pytest.mark.quiet
def test_files_are_kept_for_ever_under_the_name_of_their_version_only(house: House) -> None:
    response = house.get(f"{FOLDER}/rating/sheet.js", None)
    assert "immutable" in response.headers["cache-control"]
    for path in (
        "/static/000000000000/rating/sheet.js",
        f"{FOLDER}/kiosk/worker.js",
        f"{FOLDER}/../pages.py",
        f"{FOLDER}/none.js",
    ):
        problem(house.get(path, None), 404, "not-found")


@pytest.mark.quiet
def test_the_manifest_makes_the_kiosk_an_app(house: House) -> None:
    response = house.get("/kiosk.webmanifest", None)
    assert response.headers["content-type"] == "application/manifest+json"
    manifest = response.json()
    assert (manifest["start_url"], manifest["display"]) == ("/kiosk", "fullscreen")
    assert [house.get(icon["src"], None).status_code for icon in manifest["icons"]] == [200]


@pytest.mark.quiet
@pytest.mark.parametrize("path", ["/kiosk", "/t", "/o/kota/dukcapil"])
def test_the_pages_run_nothing_but_this_servers_scripts(house: House, path: str) -> None:
    page = house.get(path, None)
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    assert "style=" not in page.text
    assert not re.search(r"<script(?![^>]* src=)", page.text)
    assert re.search(r"""(?:src|href)=["'](?:https?:)?//""", page.text) is None
