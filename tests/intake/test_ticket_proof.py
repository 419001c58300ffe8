"""What tickets promise, at full size: one rating each, nothing for guesses, nothing twice however it is repeated."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.access.guesses import BUDGET, PER_SECOND
from app.foundation.storage.database import Database, metadata
from app.tickets.attempts import TicketAttempts
from app.tickets.reconciliation import reconcile_tickets
from app.tickets.rules.codes import ALPHABET, MARKED, UNMARKED, check_character, printed
from tests.effort import sized
from tests.house import NOW, House, problem, uuid7
from tests.loopback import serving
from tests.threads import Threads

# Long, and of lines that other tests walk through as well.
pytestmark = pytest.mark.untraced

SCORES = {"speed": 4, "transparency": 3, "friendliness": 4}
CLIENTS, TICKETS, TRIES = 64, 1_000, 3
GUESSES = 10_000
# What is sent on the recorded day: with tickets, without (of three kinds), in batches of twenty.
TICKETED, SINGLE, BATCHES = sized((10, 8, 2), (50, 40, 5))


def armed(client: httpx.Client, key: str, n: int) -> list[str]:
    """Tickets ready to be spent."""
    headers = {"Authorization": f"Bearer {key}"}
    codes: list[str] = []
    while len(codes) < n:
        body = {"office": "dukcapil", "service": "ktp-el", "count": min(200, n - len(codes))}
        issued = client.post("/v1/tickets", json=body, headers=headers)
        fresh = [each["code"] for each in issued.json()["tickets"]]
        wishes = [{"ticket": code, "employee": "E001"} for code in fresh]
        results = client.post("/v1/tickets/arm", json={"tickets": wishes}, headers=headers).json()["results"]
        assert set(results) == {"armed"}
        codes += fresh
    return codes


def attempts_of(address: str, number: int, work: list[tuple[str, int]]) -> list[tuple[int, bytes]]:
    """What one client with an address of its own is answered; busy is asked again, as every client does."""
    answers: list[tuple[int, bytes]] = []
    # As the proxy says it from where a request comes.
    headers = {"X-Forwarded-For": f"10.0.0.{number}"}
    with httpx.Client(base_url=address, headers=headers, timeout=30) as client:
        for code, serial in work:
            sheet = {"ticket": code, "id": uuid7(NOW, serial), "scores": SCORES}
            answer = client.post("/v1/ratings", json=sheet)
            for _ in range(50):
                if answer.status_code != 503:
                    break
                answer = client.post("/v1/ratings", json=sheet)
            answers.append((answer.status_code, answer.content))
    return answers


@pytest.mark.campaign
def test_64_clients_spend_1_000_tickets_exactly_1_000_times(furnished: tuple[str, dict[str, str]]) -> None:
    url, keys = furnished
    with serving(url, trusted_proxies="127.0.0.1") as address:
        with httpx.Client(base_url=address, timeout=30) as queue:
            codes = armed(queue, keys["queue"], TICKETS)
        # Every ticket is tried by several clients at about the same time, each with a rating of its own.
        work: list[list[tuple[str, int]]] = [[] for _ in range(CLIENTS)]
        for place, code in enumerate(codes):
            for attempt in range(TRIES):
                work[(place * TRIES + attempt) % CLIENTS].append((code, place * TRIES + attempt))
        with Threads(CLIENTS) as clients:
            found = clients.map(attempts_of, [address] * CLIENTS, range(1, CLIENTS + 1), work)
            answers = [answer for each in found for answer in each]
    assert Counter(status for status, _ in answers) == {201: TICKETS, 410: TICKETS * (TRIES - 1)}
    assert len({body for status, body in answers if status == 410}) == 1
    database = Database(url)
    try:
        with database.reading() as session:
            rated = session.execute(text("SELECT count(*) FROM rating WHERE ticketed")).scalar_one()
            live = session.execute(text("SELECT count(*) FROM ticket")).scalar_one()
            [counted] = session.execute(text("SELECT sum(issued), sum(armed), sum(spent) FROM ticket_count")).all()
        assert (rated, live, tuple(map(int, counted))) == (TICKETS, 0, (TICKETS,) * 3)
        assert reconcile_tickets(database).faults == []
    finally:
        database.dispose()


def guesses(n: int) -> Iterator[str]:
    """Codes as somebody would guess them: well-formed, never issued."""
    draw = Random(5)
    for place in range(n):
        drawn = "".join(draw.choices(ALPHABET, k=11))
        # Half of them as codes were before they carried their agency, which are still taken.
        yield drawn + check_character(drawn, (MARKED, UNMARKED)[place % 2])


# Whoever is over the budget is answered from memory: the store makes no difference.
@pytest.mark.campaign
@pytest.mark.sqlite_daily
def test_10_000_guesses_meet_nothing_and_wait_after_the_budget_however_many_come_at_once(house: House) -> None:
    body = {"office": "dukcapil", "service": "ktp-el", "count": 200}
    codes = [each["code"] for each in house.post("/v1/tickets", body, "queue").json()["tickets"]]
    house.post("/v1/tickets/arm", {"tickets": [{"ticket": code} for code in codes]}, "queue")
    sheets = [{"ticket": code, "id": house.new_id(), "scores": SCORES} for code in guesses(GUESSES)]

    async def all_at_once(some: list[dict[str, Any]]) -> list[httpx.Response]:
        return list(await asyncio.gather(*(house.client.post("/v1/ratings", json=sheet) for sheet in some)))

    answers = [
        answer for start in range(0, GUESSES, 100) for answer in house.portal.call(all_at_once, sheets[start:][:100])
    ]
    counts = Counter(answer.status_code for answer in answers)
    # So many at once may be too many for a busy machine, too.
    assert (counts[410], counts[429] + counts[503]) == (BUDGET, GUESSES - BUDGET)
    waits = {int(answer.headers["retry-after"]) for answer in answers if answer.status_code == 429}
    assert waits == {1}
    problem(answers[-1], 429, "too-many-tickets")
    assert reconcile_tickets(house.database).spent == 0
    # Whoever holds a ticket behind the same address rates, after a moment.
    house.clock.now += timedelta(seconds=1)
    honest = {"ticket": codes[0], "id": house.new_id(), "scores": SCORES}
    assert house.post("/v1/ratings", honest, None).status_code == 201


@pytest.mark.sized
@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("trusted", "said", "refused"),
    [(None, "10.1.{}.{}", 5), ("127.0.0.1", "10.1.{}.{}", 0), ("127.0.0.1", "unknown-{}-{}", 5)],
)
def test_who_is_no_proxy_gets_no_other_budget_by_saying_another_address(
    furnished: tuple[str, dict[str, str]], trusted: str | None, said: str, refused: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    budget = sized(20, BUDGET)
    monkeypatch.setattr(TicketAttempts.__init__, "__defaults__", (budget, PER_SECOND))
    with serving(furnished[0], trusted_proxies=trusted) as address, httpx.Client(base_url=address) as client:
        headers = ({"X-Forwarded-For": said.format(n // 250, n % 250)} for n in range(budget + 5))
        answers = [client.post("/v1/tickets/look", json={"ticket": ""}, headers=each) for each in headers]
    assert Counter(answer.status_code for answer in answers) == Counter({410: budget + 5 - refused, 429: refused})


Request = tuple[str, Any, str | None]


def recorded_day(house: House) -> list[Request]:
    """Everything that was sent on one day: by kiosks, apps, phones with and without tickets, and a guesser."""
    draw, day = Random(11), list[Request]()
    wanted = {"office": "dukcapil", "service": "ktp-el", "count": TICKETED + 10}
    issued = house.post("/v1/tickets", wanted, "queue").json()
    codes = [each["code"] for each in issued["tickets"]]
    for start in range(0, TICKETED, 10):
        wishes = [{"ticket": printed(code), "employee": "E001"} for code in codes[start : start + 10]]
        day.append(("/v1/tickets/arm", {"tickets": wishes}, "queue"))
    for place, code in enumerate(codes[: TICKETED + 5]):
        sheet = {"ticket": code, "id": house.new_id(), "scores": SCORES, "comment": f"Baik {place}"}
        day.append(("/v1/ratings", sheet, draw.choice((None, "app"))))
    for _ in range(SINGLE):
        day.append(("/v1/ratings", house.sheet(profile={"sex": "F"}, comment="Cepat"), "app"))
        kiosk = {"id": house.new_id(), "service": "kk", "scores": SCORES}
        day.append(("/v1/ratings", kiosk, "device"))
        day.append(("/v1/ratings", house.sheet(agency="kota", channel="web"), None))
    for _ in range(BATCHES):
        sheets = [house.sheet(employee=draw.choice((None, "E001"))) for _ in range(20)]
        day.append(("/v1/ratings/batch", {"ratings": [*sheets, house.sheet(office="tiada")]}, "app"))
    day.append(("/v1/ratings", {"ticket": next(guesses(1)), "id": house.new_id(), "scores": SCORES}, None))
    return day


def tables(house: House) -> dict[str, list[str]]:
    """Every row of every table."""
    with house.database.reading() as session:
        return {
            table.name: sorted(str(tuple(row)) for row in session.execute(table.select()))
            for table in metadata.sorted_tables
        }


@pytest.mark.campaign
@pytest.mark.sized
def test_a_recorded_day_replayed_twice_and_shuffled_leaves_every_table_as_it_was(house: House) -> None:
    day, draw = recorded_day(house), Random(3)
    first = {place: house.post(path, body, key) for place, (path, body, key) in enumerate(day)}
    assert Counter(answer.status_code for answer in first.values()) == {
        200: TICKETED // 10 + BATCHES,
        201: TICKETED + 3 * SINGLE,
        410: 6,
    }
    before = tables(house)
    assert len(before["rating"]) == TICKETED + 3 * SINGLE + 20 * BATCHES
    for _ in range(2):
        places = list(first)
        draw.shuffle(places)
        for place in places:
            path, body, key = day[place]
            if path.endswith("batch"):
                draw.shuffle(body["ratings"])
            again = house.post(path, body, key)
            if first[place].status_code == 201:
                assert (again.status_code, again.content) == (200, first[place].content)
            else:
                assert again.status_code == first[place].status_code
        assert tables(house) == before


def test_one_id_is_two_ratings_in_two_agencies(house: House) -> None:
    rating_id = house.new_id()
    for key in ("queue", "desa queue"):
        body = {"office": "dukcapil", "service": "ktp-el"}
        code = house.post("/v1/tickets", body, key).json()["tickets"][0]["code"]
        house.post("/v1/tickets/arm", {"tickets": [{"ticket": code, "employee": "E001"}]}, key)
        sheet = {"ticket": code, "id": rating_id, "scores": SCORES}
        assert [house.post("/v1/ratings", sheet, None).status_code for _ in range(2)] == [201, 200]
    with house.database.reading() as session:
        stored = session.execute(text("SELECT agency_id, ticketed FROM rating ORDER BY agency_id")).all()
    assert [tuple(row) for row in stored] == [("desa", True), ("kota", True)]


@pytest.mark.parametrize("key", ["queue", "desa queue"])
def test_a_retry_is_recognised_in_whichever_agency_it_was_stored(house: House, key: str) -> None:
    code = house.post("/v1/tickets", {"office": "dukcapil", "service": "kk"}, key).json()["tickets"][0]["code"]
    house.post("/v1/tickets/arm", {"tickets": [{"ticket": code}]}, key)
    sheet = {"ticket": code, "id": house.new_id(), "scores": SCORES}
    stored, again = (house.post("/v1/ratings", sheet, None) for _ in range(2))
    assert (stored.status_code, again.status_code, again.content) == (201, 200, stored.content)
