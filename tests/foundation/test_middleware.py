"""Bodies are bounded in length and time whoever sends them, and every request ends in one counted answer."""

import asyncio
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text

from app.intake.with_key import Intake
from app.pages.files import FOLDER
from tests.house import House
from tests.route_access import TAKES, address
from tests.route_problems import TAKE_BODIES

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

BATCH = "/v1/ratings/batch"
KIB = 1_024
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
}


@dataclass(frozen=True)
class Answer:
    """What came back over the bare ASGI interface, and how many pieces of the body were taken until then."""

    status: int
    headers: dict[str, str]
    document: Any
    taken: int


def speak(
    house: House,
    pieces: Iterable[bytes],
    *,
    path: str = "/v1/ratings",
    method: str = "POST",
    pause: float = 0,
    hang_up: bool = False,
    headers: Sequence[tuple[str, str]] = (),
    key: str | None = "app",
) -> Answer:
    """Say exactly these pieces, with a pause before each; afterwards wait, or hang up."""
    waiting = iter(pieces)
    given = [("content-type", "application/json"), *headers]
    if key is not None:
        given.append(("authorization", f"Bearer {house.keys[key]}"))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in given],
        "server": ("cermin.test", 80),
        "client": ("127.0.0.1", 1),
    }
    sent: list[dict[str, Any]] = []
    taken: list[bytes] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(pause)
        piece = next(waiting, None)
        if piece is not None:
            taken.append(piece)
            return {"type": "http.request", "body": piece, "more_body": True}
        if hang_up:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    house.portal.call(house.app, scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    kept = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], kept, json.loads(body) if body else None, len(taken))


def declared(length: object) -> list[tuple[str, str]]:
    """A Content-Length header."""
    return [("content-length", str(length))]


def cut(body: Any, length: int = 50) -> Iterator[bytes]:
    """The JSON of a body in pieces."""
    content = json.dumps(body).encode()
    for start in range(0, len(content), length):
        yield content[start : start + length]


def stored(house: House) -> int:
    """How many ratings are on disk."""
    with house.database.reading() as session:
        n: int = session.execute(text("SELECT count(*) FROM rating")).scalar_one()
        return n


def answers(house: House) -> dict[tuple[str, str, str], float]:
    """Method, route and status of the answers counted so far."""
    lines = re.findall(
        r'^cermin_http_answers_total\{method="(.*?)",route="(.*?)",status="(.*?)"\} (.*)$',
        house.get("/metrics", None).text,
        re.MULTILINE,
    )
    return {(method, route, status): float(n) for method, route, status, n in lines}


def test_a_length_that_lies_is_believed_only_when_it_is_too_great(house: House) -> None:
    assert speak(house, cut(house.sheet()), headers=declared(1)).status == 201
    assert speak(house, cut(house.sheet()), headers=declared(16 * KIB)).status == 201
    assert speak(house, cut(house.sheet()), headers=declared(0)).status == 201
    refused = speak(house, cut(house.sheet()), headers=declared(16 * KIB + 1))
    assert (refused.status, refused.document["code"]) == (413, "body-too-large")
    # The limit holds for what really comes, whatever was declared.
    longer = speak(house, (b" " * KIB for _ in range(17)), headers=declared(10))
    assert (longer.status, longer.headers["connection"]) == (413, "close")
    assert stored(house) == 3


@pytest.mark.quiet
def test_a_body_without_end_is_read_to_the_limit_and_no_further(house: House) -> None:
    for path, limit in (("/v1/ratings", 16), (BATCH, 1_024)):
        taken = 0

        def endless() -> Iterator[bytes]:
            nonlocal taken
            while True:
                taken += 1
                yield b" " * KIB

        assert speak(house, endless(), path=path).status == 413
        assert taken <= limit + 1


@pytest.mark.long
def test_every_route_has_limits_and_says_which_was_exceeded(furnished: tuple[str, dict[str, str]]) -> None:
    url, keys = furnished
    with House.open(url, keys, receive_seconds=0.1) as house:
        for method, template in sorted(TAKE_BODIES):
            where: dict[str, Any] = {
                "method": method,
                "path": address(template, method),
                "key": next(iter(TAKES.get((method, template), [None]))),
            }
            lying = speak(house, [b"{}"], headers=declared(2 * KIB * KIB), **where)
            endless = speak(house, (b" " * 8 * KIB for _ in range(1_000)), **where)
            for refused in (lying, endless):
                assert (refused.status, refused.document["code"]) == (413, "body-too-large"), where
            # Read no further than the piece that exceeds the limit.
            assert lying.taken == 0
            [limit] = re.findall(r"\d+", endless.document["detail"])
            assert (endless.taken - 1) * 8 * KIB <= int(limit) <= KIB * KIB
            slow = speak(house, [b"{"], pause=0.08, **where)
            assert (slow.status, slow.document["code"]) == (408, "body-too-slow"), where
            for refused in (lying, endless, slow):
                assert refused.headers["connection"] == "close"


def test_a_length_that_is_no_number_is_no_fault_of_ours(house: House) -> None:
    for length in ("abc", "", "1.5", "0x10", "1 2", "\u00b2", "9" * 5_000, "-", "--1", "1,1"):
        answer = speak(house, cut(house.sheet()), headers=declared(length))
        assert answer.status != 500, length


def test_a_negative_length_lifts_no_limit(house: House) -> None:
    assert speak(house, cut(house.sheet()), headers=declared(-5)).status < 500
    assert speak(house, (b" " * KIB for _ in range(17)), headers=declared(-5)).status == 413


def test_a_body_that_trickles_is_ended_after_the_time_allowed(furnished: tuple[str, dict[str, str]]) -> None:
    url, keys = furnished
    with House.open(url, keys, receive_seconds=0.2) as house:
        for path in ("/v1/ratings", BATCH):
            # Every piece comes soon, but the whole takes too long.
            pieces = list(cut(house.sheet(), 1))
            slow = speak(house, pieces, path=path, pause=0.05)
            assert (slow.status, slow.document["code"]) == (408, "body-too-slow")
            assert slow.headers["connection"] == "close"
            assert 0 < slow.taken < len(pieces)
        # Whoever says nothing at all would be waited for longer than any test runs.
        assert speak(house, (), pause=10_000).status == 408
        assert stored(house) == 0
        assert answers(house)["POST", "/v1/ratings", "408"] == 2
        # What is whole in time may be answered later.
        assert speak(house, cut(house.sheet(), 200), pause=0.01).status == 201


def test_a_client_that_hangs_up_in_the_middle_stores_nothing(house: House) -> None:
    pieces = list(cut(house.sheet()))
    assert speak(house, pieces[:-1], hang_up=True).status == 400
    assert speak(house, (), hang_up=True).status == 400
    assert stored(house) == 0


@pytest.mark.quiet
def test_a_body_where_none_is_read_is_no_matter(house: House) -> None:
    for path in ("/v1/offices", "/healthz", "/tiada"):
        assert house.request("GET", path, "reader", content=b"x" * 40 * KIB).status_code in (200, 404)
    for path in ("/tiada", "/v1/offices"):
        assert house.request("POST", path, "app", content=b"x" * 40 * KIB).status_code in (404, 405)


@pytest.mark.long
def test_every_answer_has_the_headers_that_protect_a_browser(house: House) -> None:
    responses = [
        house.post("/v1/ratings", house.sheet()),
        house.post("/v1/ratings", {}),
        house.post("/v1/ratings", {}, None),
        house.post(BATCH, {"ratings": [None]}),
        house.request(
            "POST", "/v1/ratings", "app", content=b"x" * 17 * KIB, headers={"content-type": "application/json"}
        ),
        *(house.get(path) for path in ("/", "/docs", "/openapi.json", "/healthz", "/readyz", "/metrics", "/tiada")),
        *(house.get(path) for path in ("/v1/offices", "/v1/indices", "/v1/offices?limit=x", f"{FOLDER}/page.css")),
        house.request("DELETE", "/v1/offices", "admin"),
        house.get("/v1/offices/", follow_redirects=False),
    ]
    house.put_instead(Intake, None)
    responses.append(house.post("/v1/ratings", house.sheet()))
    assert responses[-1].status_code == 500
    for response in responses:
        for name, value in HEADERS.items():
            assert response.headers.get_list(name) == [value], response.request.url
        assert len(response.headers.get_list("cache-control")) == 1
        assert "access-control-allow-origin" not in response.headers


@pytest.mark.long
def test_what_is_read_or_refused_is_kept_by_no_cache(house: House) -> None:
    for path in ("/v1/offices", "/v1/employees", "/v1/indices", "/v1/indices?by=x", "/tiada"):
        assert house.get(path).headers["cache-control"] == "no-store", path
    assert house.post("/v1/ratings", house.sheet()).headers["cache-control"] == "no-store"


@pytest.mark.quiet
def test_the_welcome_page_may_be_framed_by_nobody_and_runs_nothing_from_elsewhere(house: House) -> None:
    policy = house.get("/", None).headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.quiet
def test_the_address_in_the_welcome_page_cannot_be_made_to_run_anything(house: House) -> None:
    page = house.get("/", None, headers={"host": '"><script>alert(1)</script>'}).text
    assert "<script>" not in page


@pytest.mark.long
def test_every_request_is_counted_once_by_its_route_and_status(house: House) -> None:
    sheet = house.sheet()
    for _ in range(2):
        house.post("/v1/ratings", sheet)
    house.post("/v1/ratings", {})
    house.post("/v1/ratings", {}, None)
    house.post(BATCH, {"ratings": [None]})
    house.get("/v1/instruments/ikl-1")
    house.get("/v1/instruments/tiada-1")
    house.get("/tiada/sama/sekali")
    speak(house, (b" " * KIB for _ in range(17)))
    assert answers(house) == {
        ("POST", "/v1/ratings", "201"): 1,
        ("POST", "/v1/ratings", "200"): 1,
        ("POST", "/v1/ratings", "422"): 1,
        ("POST", "/v1/ratings", "401"): 1,
        ("POST", "/v1/ratings", "413"): 1,
        ("POST", BATCH, "200"): 1,
        ("GET", "/v1/instruments/{instrument}", "200"): 1,
        ("GET", "/v1/instruments/{instrument}", "404"): 1,
        ("GET", "unknown", "404"): 1,
    }


@pytest.mark.long
def test_head_sends_no_byte_of_a_body_and_is_counted_as_itself(house: House) -> None:
    for path, status in (("/healthz", 200), ("/v1/offices", 200), ("/tiada", 404), ("/v1/ratings", 405)):
        answer = speak(house, (), method="HEAD", path=path)
        assert (answer.status, answer.document) == (status, None)
        assert int(answer.headers["content-length"]) > 0
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
    counted = answers(house)
    assert counted["HEAD", "/healthz", "200"] == 1
    assert counted["HEAD", "/v1/offices", "200"] == 1
    assert counted["HEAD", "unknown", "404"] == 1


@pytest.mark.long
def test_a_method_that_nobody_knows_does_not_become_a_label(house: House) -> None:
    for n in range(5):
        assert speak(house, (), method=f"SITI{n}", path="/healthz").status == 405
    assert "SITI" not in house.get("/metrics", None).text


@pytest.mark.quiet
def test_other_protocols_are_left_to_the_framework(house: House) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message["type"])

    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "path": "/v1/ratings",
        "root_path": "",
        "headers": [],
        "query_string": b"",
    }
    house.portal.call(house.app, scope, receive, send)
    assert sent == ["websocket.close"]
