"""The service under a path of a host (`https://…/cermin`), whether the proxy leaves the path on or takes it off."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.foundation.settings import Settings
from app.foundation.startup_errors import StartupError
from app.main import create_app
from app.seals.signing import make_key
from tests.closing.steps import AFTER_THE_WINDOW, OCTOBER, SEPTEMBER, close, rated
from tests.conftest import Lend
from tests.house import House, problem
from tests.integrity.reporting import opened
from tests.ratings.visits import put

BASE = "/cermin"


@pytest.fixture
def house(lend: Lend, tmp_path: Path) -> Iterator[House]:
    """Reached at https://kota.test/cermin."""
    options = {"public_url": f"https://kota.test{BASE}", "signing_key_file": tmp_path / "key.pem"}
    with lend("sqlite") as (url, keys), House.open(url, keys, **options) as one:
        yield one


def led_to(text: str) -> set[str]:
    """Where a page leads, and what it loads, on this host."""
    return {unescape(each) for each in re.findall(r"""(?:href|src|action|data-worker|data-scope)="(/[^"#]*)\"""", text)}


def check_leads(house: House, page: str) -> None:
    """The page reads alike whether the proxy takes the path off or leaves it on, and leads to pages that answer."""
    texts = [house.get(f"{prefix}{page}", None).text for prefix in ("", BASE)]
    assert texts[0] == texts[1]
    led = led_to(texts[0]) | set(re.findall(r"""['"](/[\w./-]+)['"]""", texts[0] if page == "/docs" else ""))
    assert led
    assert {address for address in led if not f"{address}/".startswith(f"{BASE}/")} == set(), page
    assert {house.get(address, None).status_code for address in led} == {200}, page


@pytest.mark.long
def test_every_page_leads_to_addresses_under_the_path_that_answer(house: House) -> None:
    opened(house)
    reports = ("/integrity", "/integrity/kota", "/integrity/kota/dukcapil")
    others = ("/", "/kiosk", "/t", "/o/kota/dukcapil", "/r", "/docs", "/verify/x", "/log", "/sign-in", "/sign-in/link")
    for page in (*others, *reports):
        check_leads(house, page)
    assert f"https://kota.test{BASE}/v1/ratings" in house.get(BASE, None).text


@pytest.mark.long
def test_the_public_page_leads_to_addresses_under_the_path_that_answer(house: House, tmp_path: Path) -> None:
    for start, month in ((0, OCTOBER), (1_000, SEPTEMBER)):
        put(house.database, rated("E001", 15, day=month), start=start)
    for code in ("2026-09", "2026-10"):
        close(house, code)
    make_key(tmp_path / "key.pem")
    house.clock.now += AFTER_THE_WINDOW
    for code in ("2026-09", "2026-10"):
        for step in ("finalise", "publish"):
            assert house.post(f"/v1/periods/{code}/{step}", {}, "supervisor").status_code == 200
    for page in ("/p/kota", "/p/kota/dukcapil", "/p/kota/dukcapil/screen", "/p/kota?period=2026-09&instrument=ikl-1"):
        check_leads(house, page)
    # What stands elsewhere names the whole address.
    assert f'href="https://kota.test{BASE}/p/kota/dukcapil"' in unescape(house.get("/p/kota/dukcapil", None).text)
    catalogue = house.get("/p/kota/data.jsonld", None).text
    told = re.findall(r'"(https://kota\.test[^"]*)"', catalogue)
    assert told
    assert {house.get(each.removeprefix("https://kota.test"), None).status_code for each in told} == {200}
    assert all(each.startswith(f"https://kota.test{BASE}/p/kota") for each in told)


def test_the_kiosk_works_offline_under_the_path(house: House) -> None:
    worker = house.get(f"{BASE}/kiosk-worker.js", None).text
    found = re.search(r"JSON.parse\('(.*)'\)", worker)
    assert found is not None
    kept = json.loads(found[1])
    assert {house.get(path, None).status_code for path in kept} == {200}
    assert all(path.startswith(f"{BASE}/static/") for path in kept)
    assert f'PAGE = "{BASE}/kiosk"' in worker
    manifest = house.get(f"{BASE}/kiosk.webmanifest", None).json()
    told = {manifest["id"], manifest["start_url"], manifest["scope"], *(icon["src"] for icon in manifest["icons"])}
    assert {house.get(address, None).status_code for address in told} == {200}
    assert all(address.startswith(f"{BASE}/") for address in told)


@pytest.mark.long
def test_machines_are_told_the_path_and_both_ways_take_ratings(house: House) -> None:
    assert house.get(f"{BASE}/openapi.json", None).json()["servers"][0]["url"] == BASE
    for prefix in ("", BASE):
        assert house.post(f"{prefix}/v1/ratings", house.sheet()).status_code == 201
        assert house.post(f"{prefix}/v1/ratings/batch", {"ratings": [house.sheet()]}).status_code == 200
        assert house.request("HEAD", f"{prefix}/v1/offices", "reader").status_code == 200
        assert house.get(f"{prefix}/v1/offices").status_code == 200
    problem(house.get(f"{BASE}x/v1/offices"), 404, "not-found")
    printed = house.get(
        "/v1/reports/00000000-0000-7000-8000-000000000000/verification", None, headers={"Accept": "text/html"}
    )
    assert printed.headers["location"].startswith(f"{BASE}/verify/")


@pytest.mark.parametrize("path", ["/v1", "/t", "/o/kota", "/static", "/kiosk", "/verify"])
def test_a_path_that_is_a_page_of_cermin_is_refused_at_start(empty_sqlite: object, path: str) -> None:
    address, secret = f"sqlite:///{empty_sqlite}", SecretStr("x" * 32)
    settings = Settings(database_url=address, public_url=f"https://kota.test{path}", secret=secret)
    with pytest.raises(StartupError, match="must not begin its path"):
        create_app(settings)


@pytest.mark.parametrize("rest", ["a b", "cermin/", "%2e", "../x", "/x", '"x', "a?b", "a#b"])
def test_a_path_that_somebody_would_have_to_escape_is_refused(rest: str) -> None:
    with pytest.raises(ValueError, match="public_url"):
        Settings(public_url=f"https://kota.test/{rest}")
