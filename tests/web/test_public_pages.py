"""The public page: what an agency decided to show, for everybody, equal to the signed reports, and nothing else."""

import csv
import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from app.closing.tables import Period, PublicClosing
from app.web.public_answers import PublicAnswers
from tests.closing.fixtures import key_file, office
from tests.closing.steps import close, finalise
from tests.desk.browsing import text_of
from tests.disclosure.shown import Page
from tests.house import House

__all__ = ["key_file", "office"]
PAGE, HALL = {"Accept": "text/html"}, "/p/kota/dukcapil"
EVERY = (
    "/p/kota",
    "/p/kota/data.csv",
    "/p/kota/data.json",
    "/p/kota/data.jsonld",
    HALL,
    f"{HALL}/screen",
    f"{HALL}/badge.svg",
)
# PostgreSQL has its turn with the store's own statements, each night.
pytestmark = pytest.mark.sqlite_daily


@pytest.fixture
def final(office: House, key_file: Path) -> House:
    """October, signed and not shown."""
    close(office)
    finalise(office, key_file)
    return office


@pytest.fixture
def public(final: House) -> House:
    """October, shown."""
    assert final.post("/v1/periods/2026-10/publish", {}, "supervisor").status_code == 200
    return final


def see(house: House, address: str, **headers: str) -> Any:
    return house.get(address, None, headers=headers)


def reports(house: House) -> dict[str, dict[str, Any]]:
    """The signed documents of October by id."""
    items = house.get("/v1/reports", "admin", params={"period": "2026-10"}).json()["items"]
    return {each["id"]: house.get(f"/v1/reports/{each['id']}", "admin").json() for each in items}


def test_what_is_not_shown_is_answered_like_what_there_is_not(final: House) -> None:
    nothing = see(final, "/p/tiada", **PAGE)
    assert nothing.status_code == 404
    for address in (*EVERY, "/p/desa", "/p/" + "x" * 41, "/p/kota?period=x%00"):
        for headers in ({}, PAGE):
            answer = see(final, address, **headers)
            assert answer.status_code == 404, address
            if headers:
                assert answer.text == nothing.text
            else:
                assert answer.json()["code"] == "not-found"
    final.post("/v1/periods/2026-10/publish", {}, "supervisor")
    for address in EVERY:
        assert see(final, address).status_code == 200, address
    for address in ("/p/desa", "/p/kota/tiada", "/p/kota?period=2026-09", "/p/kota/data.csv?instrument=skm-2017"):
        assert see(final, address, **PAGE).text == nothing.text, address
    final.post("/v1/periods/2026-10/withdraw", {}, "supervisor")
    for address in EVERY:
        assert see(final, address, **PAGE).text == nothing.text, address


@pytest.mark.parametrize(("language", "words"), [("id", "Cara menghitung"), ("en", "How it was counted")])
def test_the_page_says_what_was_signed_how_it_was_counted_and_where_to_check(
    public: House, language: str, words: str
) -> None:
    page = see(public, f"/p/kota?lang={language}")
    text = text_of(page)
    assert words in text
    for report in reports(public).values():
        document = report["document"]
        if document["kind"] not in ("agency", "office"):
            continue
        index = document["figures"]["index"]
        if index is not None:
            value = index["value"] if language == "en" else index["value"].replace(".", ",")
            assert value in text
        if document["kind"] == "agency":
            assert f'/verify/{document["id"]}"' in page.text
    assert "noindex" not in page.text
    assert "<script" not in page.text
    assert page.headers["content-language"] == language


def test_nothing_about_persons_is_anywhere(public: House) -> None:
    for address in EVERY:
        text = see(public, address).text
        for word in ("E001", "E002", "Siti", "Budi", "recognis", "training", "reply", "crm_"):
            assert word not in text, (address, word)


def test_files_hold_the_figures_as_they_were_signed(public: House) -> None:
    signed = {key: each["document"] for key, each in reports(public).items()}
    text = see(public, "/p/kota/data.json").text
    [item] = json.loads(text)["items"]
    rows = list(csv.DictReader(StringIO(see(public, "/p/kota/data.csv").text.removeprefix("\ufeff"))))
    units = [item["whole"], *item["offices"]]
    assert len(rows) == len(units)
    told = 0
    for row, unit in zip(rows, units, strict=True):
        assert row["code"] == unit["code"]
        if unit["report"] is None:
            assert (row["n"], row["index"], unit["n"]) == ("", "", None)
            continue
        figures = signed[unit["report"]]["figures"]
        assert unit["n"] == figures["n"]
        assert {name: figures["index"][name] for name in unit["index"]} == unit["index"]
        index, interval = figures["index"], figures["index"]["interval"]
        assert (row["index"], row["lower"], row["upper"]) == (index["value"], interval["lower"], interval["upper"])
        assert (row["n"], row["grade"]) == (str(figures["n"]), index["grade"])
        told += 1
    assert told >= 2


def in_cells(figures: dict[str, Any], language: str) -> list[str]:
    """A signed document's figures as the cells of a row in this language: index, interval, grade, ratings."""
    index, n = figures["index"], figures["n"]
    if index is None:
        return [{"id": "tanpa angka", "en": "no figures"}[language], "–", "", "–" if n is None else str(n)]
    ends = (index["interval"]["lower"], index["interval"]["upper"])
    cells = [index["value"], " – ".join(ends), f"{index['grade']} ({index['words'][language]})", str(n)]
    return [cell.replace(".", ",") for cell in cells] if language == "id" else cells


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_figure_of_the_pages_is_that_of_the_signed_document(public: House, language: str) -> None:
    documents = [each["document"] for each in reports(public).values()]
    signed = {each["subject"]["code"]: each for each in documents if each["kind"] == "office"}
    [whole] = [each for each in documents if each["kind"] == "agency"]
    page = Page.read(see(public, f"/p/kota?lang={language}").text)
    rows = {row[0]: row[1:] for row in page.rows if row}
    none: dict[str, Any] = {"index": None, "n": None}
    assert rows == {
        line["name"]: in_cells(signed[line["code"]]["figures"] if line["code"] in signed else none, language)
        for line in whole["offices"]
    }
    assert {len(row) for row in rows.values()} == {4}
    for document, address in ((whole, "/p/kota"), *((each, f"/p/kota/{code}") for code, each in signed.items())):
        value, interval, grade, n = in_cells(document["figures"], language)
        for place in (address, *([f"{address}/screen"] if document is not whole else [])):
            text = text_of(see(public, f"{place}?lang={language}"))
            for said in filter(None, (value, interval, grade, n)):
                assert said in text, (place, said)


def test_every_part_of_the_open_data_is_that_of_the_signed_document(public: House) -> None:
    signed = {key: each for key, each in reports(public).items() if each["document"]["kind"] in ("agency", "office")}
    [item] = see(public, "/p/kota/data.json").json()["items"]
    units = [each for each in (item["whole"], *item["offices"]) if each["report"]]
    assert {each["report"] for each in units} == signed.keys()
    [whole] = [each for each in units if signed[each["report"]]["document"]["kind"] == "agency"]
    document = signed[whole["report"]]["document"]
    assert item["final_on"] == document["final_on"]
    for part in ("agency", "period", "method"):
        assert item[part].items() <= document[part].items(), part
    for unit in units:
        envelope = signed[unit["report"]]
        figures = envelope["document"]["figures"]
        assert (unit["digest"], unit["n"]) == (envelope["digest"], figures["n"])
        assert unit["index"].items() <= figures["index"].items()
        assert {"value", "mean", "interval", "mean_interval", "grade"} <= unit["index"].keys()


def test_of_the_follow_up_there_is_the_plan_before_and_when_its_own_is_told(office: House, key_file: Path) -> None:
    action = {"element": "speed", "problem": "Antre", "action": "Loket ketiga", "due_on": "2026-11-30", "owner": "Umum"}
    done = action | {"status": "done", "done_on": "2026-10-20"}
    for period, items in (("2026-09", [done, action]), ("2026-10", [done])):
        plan = office.put(f"/v1/periods/{period}/follow-ups?instrument=ikl-1", {"items": items})
        assert plan.status_code == 200, plan.text
    close(office)
    finalise(office, key_file)
    assert office.post("/v1/periods/2026-10/publish", {}, "supervisor").status_code == 200
    [survey] = [
        each["document"]
        for each in reports(office).values()
        if (each["document"]["kind"], each["document"]["subject"]["code"]) == ("skm", "kota")
    ]
    [item] = see(office, "/p/kota/data.json").json()["items"]
    realised = survey["realisation"]
    assert item["follow_up"] == {
        "actions": len(realised["items"]),
        **{name: realised[name] for name in ("period", "done", "share", "on_time", "median_days")},
    }
    text = text_of(see(office, "/p/kota?lang=en"))
    assert "Of 2 actions planned after September 2026, 1 were done when the report was signed." in text
    assert "What follows from this period's own survey stands with the figures of the next one." in text


def test_an_answer_is_written_once_until_something_else_is_decided(public: House) -> None:
    first = {address: see(public, address).content for address in EVERY}
    other = public.get("/p/kota", None, headers={"host": "elsewhere.test"}).text
    with public.database.writing() as session:
        [row] = session.exec(select(PublicClosing)).all()
        row.figures = row.figures.replace("Dukcapil", "Kantor lain")
        session.add(row)
    assert {address: see(public, address).content for address in EVERY} == first
    # Readers in another language, and at another address of the service, get theirs.
    assert "Kantor lain" in see(public, "/p/kota?lang=en").text
    assert other == public.get("/p/kota", None, headers={"host": "elsewhere.test"}).text
    public.clock.now += timedelta(days=1)
    assert public.post("/v1/periods/2026-10/publish", {}, "supervisor").status_code == 200
    again = {address: see(public, address).text for address in EVERY}
    assert "Kantor lain" not in see(public, "/p/kota?lang=en").text
    assert again["/p/kota/data.json"] != first["/p/kota/data.json"].decode()
    public.post("/v1/periods/2026-10/withdraw", {}, "supervisor")
    assert {see(public, address).status_code for address in EVERY} == {404}


def test_answers_take_no_more_memory_than_they_may(public: House) -> None:
    answers = PublicAnswers(5_000)
    public.put_instead(PublicAnswers, answers)
    before = {address: see(public, address).content for address in EVERY}
    assert sum(len(body) for body in before.values()) > 5_000
    assert {address: see(public, address).content for address in EVERY} == before


def test_a_catalogue_of_open_data_finds_the_files(public: House) -> None:
    answer = see(public, "/p/kota/data.jsonld")
    assert answer.headers["content-type"] == "application/ld+json"
    catalogue = answer.json()
    assert catalogue["@type"] == "dcat:Catalog"
    [dataset] = catalogue["dcat:dataset"]
    temporal = dataset["dct:temporal"]
    assert (temporal["dcat:startDate"]["@value"], temporal["dcat:endDate"]["@value"]) == ("2026-10-01", "2026-10-31")
    forms = [each["dcat:downloadURL"]["@id"] for each in dataset["dcat:distribution"]]
    assert len(forms) == 2
    for address in forms:
        path = address[address.index("/p/") :]
        assert see(public, path).status_code == 200


def test_unchanged_answers_are_not_sent_again(public: House) -> None:
    for address in EVERY:
        first = see(public, address)
        assert first.headers["cache-control"] == "public, no-cache"
        again = see(public, address, **{"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        public.post("/v1/periods/2026-10/withdraw", {}, "supervisor")
        assert see(public, address, **{"If-None-Match": first.headers["etag"]}).status_code == 404
        public.post("/v1/periods/2026-10/publish", {}, "supervisor")


def test_whoever_tries_addresses_has_to_wait(final: House) -> None:
    statuses = {see(final, f"/p/tiada-{each}").status_code for each in range(700)}
    assert statuses == {404, 429}


def test_a_badge_is_a_picture_with_its_interval_that_loads_nothing(public: House) -> None:
    answer = see(public, f"{HALL}/badge.svg?lang=en")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["content-security-policy"] == "default-src 'none'"
    [document] = [
        each["document"]
        for each in reports(public).values()
        if each["document"]["kind"] == "office" and each["document"]["subject"]["code"] == "dukcapil"
    ]
    index = document["figures"]["index"]
    interval = f"({index['interval']['lower']} – {index['interval']['upper']})"
    assert f"{index['value']} {interval} {index['grade']}" in answer.text
    assert answer.text == see(public, f"{HALL}/badge.svg?lang=en&instrument=ikl-1").text


def test_where_several_questionnaires_are_shown_a_badge_is_of_one_that_is_named(public: House) -> None:
    with public.database.writing() as session:
        [figures] = session.exec(select(PublicClosing)).all()
        other = json.loads(figures.figures)
        period = session.get_one(Period, ("kota", "", "2026-10", "ikl-1", 1))
        session.add(Period(**period.model_dump() | {"instrument": "skm-2017"}))
        session.flush()
        session.add(PublicClosing(**figures.model_dump() | {"instrument": "skm-2017", "figures": json.dumps(other)}))
    answer = see(public, f"{HALL}/badge.svg")
    assert (answer.status_code, answer.json()["code"]) == (409, "instrument-ambiguous")
    assert "ikl-1, skm-2017" in answer.json()["detail"]
    assert see(public, f"{HALL}/badge.svg?instrument=skm-2017").status_code == 200
    assert see(public, f"{HALL}/screen").text.count('class="figure"') == 2


def test_an_office_without_figures_says_so(public: House) -> None:
    with public.database.writing() as session:
        [row] = session.exec(select(PublicClosing)).all()
        figures = json.loads(row.figures)
        figures["offices"][0] |= {"report": None, "digest": None, "n": None, "index": None}
        row.figures = json.dumps(figures)
        session.add(row)
    for address in (HALL, f"{HALL}/screen", f"{HALL}/badge.svg", "/p/kota"):
        assert "tanpa angka" in see(public, f"{address}?lang=id").text, address
