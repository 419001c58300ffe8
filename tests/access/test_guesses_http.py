"""Whoever guesses is told to wait, whatever it is; whoever holds the right thing behind the same address is not."""

from collections.abc import Callable, Iterator
from random import Random
from uuid import UUID, uuid4

import httpx
import pytest

from app.access.guesses import BUDGET, PER_SECOND, Guesses
from app.access.rules.secret_texts import new_secret
from app.devices import pairing
from app.devices.rules.pairing_codes import new_code
from app.tickets.attempts import TicketAttempts
from app.tickets.rules import codes
from tests.effort import sized
from tests.house import House, problem

pytestmark = [pytest.mark.sized, pytest.mark.sqlite_daily]

ENOUGH = sized(40, BUDGET)
Ask = Callable[[House], httpx.Response]


@pytest.fixture(autouse=True)
def smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    """Budgets that are used up sooner."""
    monkeypatch.setattr(Guesses.__init__, "__defaults__", (ENOUGH, PER_SECOND))
    monkeypatch.setattr(TicketAttempts.__init__, "__defaults__", (ENOUGH, PER_SECOND))
    monkeypatch.setattr(pairing, "BUDGET", ENOUGH)


def key(house: House) -> httpx.Response:
    return house.get("/v1/offices", new_secret("kota").text("crm_reader"))


def rating_key(house: House) -> httpx.Response:
    return house.post("/v1/ratings", house.sheet(), new_secret("kota").text("crm_device"))


def malformed_key(house: House) -> httpx.Response:
    return house.get("/v1/offices", f"crm_reader_{house.new_id()}")


def link(house: House) -> httpx.Response:
    return house.post("/v1/replies/read", {"token": new_secret("kota").text("crm_reply")}, None)


def reply(house: House) -> httpx.Response:
    return house.post("/v1/replies", {"token": new_secret("kota").text("crm_reply"), "text": "x"}, None)


def report(house: House) -> httpx.Response:
    return house.get(f"/v1/reports/{uuid4()}/verification", None)


def page(house: House) -> httpx.Response:
    return house.get(f"/v1/open/kota/{house.new_id()}", None)


def ticket(house: House) -> httpx.Response:
    return house.post("/v1/tickets/look", {"ticket": codes.new_code(b"guess", "kota")}, None)


def pairing_code(house: House) -> httpx.Response:
    return house.post("/v1/devices/pair", {"code": new_code(b"guess", "kota")}, None)


WRONG: dict[Ask, tuple[int, str]] = {
    key: (401, "too-many-keys"),
    rating_key: (401, "too-many-keys"),
    malformed_key: (401, "too-many-keys"),
    link: (404, "too-many-links"),
    reply: (404, "too-many-links"),
    report: (404, "too-many-links"),
    page: (404, "too-many-links"),
    ticket: (410, "too-many-tickets"),
    pairing_code: (410, "too-many-codes"),
}


def honest(house: House) -> Iterator[httpx.Response]:
    """What people ask for who hold the right thing."""
    yield house.get("/v1/offices")
    yield house.post("/v1/ratings", house.sheet())
    yield house.get("/v1/open/kota/dukcapil", None)
    issued = house.post("/v1/tickets", {"office": "dukcapil", "service": "ktp-el"}, "queue").json()["tickets"][0]
    house.post("/v1/tickets/arm", {"tickets": [{"ticket": issued["code"]}]}, "queue")
    yield house.post("/v1/tickets/look", {"ticket": issued["code"]}, None)
    added = {"office": "dukcapil", "counter": "loket-1", "label": "x"}
    code = house.post("/v1/devices", added, "admin").json()["code"]
    yield house.post("/v1/devices/pair", {"code": code}, None)


@pytest.mark.long
@pytest.mark.parametrize("guess", WRONG)
def test_guesses_meet_a_429_and_nobody_else_does(house: House, guess: Ask) -> None:
    status, code = WRONG[guess]
    for _ in range(ENOUGH):
        assert guess(house).status_code == status
    for _ in range(5):
        refused = guess(house)
        problem(refused, 429, code)
        assert int(refused.headers["retry-after"]) >= 1
    assert [answer.status_code for answer in honest(house)] == [200, 201, 200, 200, 201]


def test_the_same_wrong_ticket_again_and_again_costs_no_other(house: House) -> None:
    wrong = codes.new_code(b"guess", "kota")
    statuses = {house.post("/v1/tickets/look", {"ticket": wrong}, None).status_code for _ in range(35)}
    assert statuses == {410, 429}
    # Another wrong one is just wrong.
    assert ticket(house).status_code == 410


@pytest.mark.long
def test_a_key_that_reads_may_ask_so_often_an_hour_whatever_it_asks_for(furnished: tuple[str, dict[str, str]]) -> None:
    draw = Random(3)
    with House.open(*furnished, reads_per_hour=20) as house:
        paths = ("/v1/offices", "/v1/employees", "/v1/periods", "/v1/instruments/tiada-1", "/v1/reports?period=2026-09")
        asked = [house.get(draw.choice(paths)).status_code for _ in range(19)]
        assert 429 not in asked
        unknown = f"/v1/reports/{UUID(int=draw.getrandbits(128))}"
        problem(house.get(unknown), 404, "report-unknown")
        for path in (*paths, unknown, "/v1/indices"):
            refused = house.get(path)
            problem(refused, 429, "too-many-reads")
            assert int(refused.headers["retry-after"]) >= 1
        # Other keys have their own, and what takes ratings has none.
        assert house.get("/v1/offices", "admin").status_code == 200
        for _ in range(25):
            assert house.post("/v1/ratings", house.sheet()).status_code == 201
            assert house.get("/v1/devices/me", "device").status_code == 200
