"""Whatever becomes of the database, every answer comes within three seconds and is a 503 or a good one."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import pytest
from sqlalchemy import text

from app.foundation.storage import engines
from app.ratings import writer
from tests.conftest import Lend
from tests.effort import sized
from tests.house import House
from tests.postgres import owning
from tests.silent_proxy import silent_proxy

# How long an answer takes is not asked of a traced service.
pytestmark = [pytest.mark.sized, pytest.mark.untraced]

# Longest statement and lock in milliseconds, longest wait in the writer's queue and until its answer, longest wait for
# a connection, and the longest answer that is allowed, all in seconds: a fifth of what the service has, or all of it.
STATEMENT, LOCK, WAIT, ANSWER, POOL, ALLOWED = sized((500, 300, 0.2, 0.55, 0.2, 2), (2_200, 1_500, 0.8, 2.4, 1.0, 3))
# More than there are threads.
AT_ONCE = sized(45, 60)
Stall = Callable[[House], AbstractContextManager[object]]


@contextmanager
def locked(house: House) -> Iterator[None]:
    """Somebody else holds everything."""
    if house.database.is_sqlite:
        with house.database.writer.connect() as connection, connection.begin():
            yield
        return
    with owning(house.database) as session:
        tables = "rating, trace, office, api_key, ticket, block, alembic_version, pairing"
        session.execute(text(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE"))
        yield


@contextmanager
def exhausted(house: House) -> Iterator[None]:
    """Every connection of the service's pool is in use."""
    database, size = house.services.database, house.services.settings.pool_size
    with ExitStack() as stack:
        # One of the writing ones is the rating writer's own; PostgreSQL's is none of the pool's.
        for engine, n in {database.reader: size, database.writer: size - 1}.items():
            for _ in range(n if database.is_sqlite or engine is database.writer else 0):
                stack.enter_context(engine.connect())
        yield


@pytest.fixture(autouse=True)
def smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    """The times of this file."""
    monkeypatch.setattr(writer, "LONGEST_WAIT", WAIT)
    monkeypatch.setattr(writer, "LONGEST_ANSWER", ANSWER)
    monkeypatch.setattr(engines, "HURRIED_POOL_SECONDS", POOL)


def opened(url: str, keys: dict[str, str]) -> AbstractContextManager[House]:
    return House.open(url, keys, statement_timeout_ms=STATEMENT, lock_timeout_ms=LOCK)


def asked(house: House) -> dict[str, list[tuple[int, float]]]:
    """Ask many things at once; status and seconds of each answer."""
    given: dict[str, list[tuple[int, float]]] = {}

    async def ask(method: str, path: str, key: str | None, body: object = None) -> None:
        headers = {"Authorization": f"Bearer {house.keys[key]}"} if key else {}
        began = time.monotonic()
        answer = await house.client.request(method, path, headers=headers, json=body)
        given.setdefault(path, []).append((answer.status_code, time.monotonic() - began))

    async def all_at_once() -> None:
        await asyncio.gather(
            *(ask("POST", "/v1/ratings", "app", house.sheet()) for _ in range(AT_ONCE)),
            *(ask("GET", "/v1/offices", "reader") for _ in range(AT_ONCE)),
            ask("POST", "/v1/ratings", "desa app", house.sheet(office="setda")),
            ask("POST", "/v1/ratings/batch", "device", {"ratings": [house.sheet(office=None, channel=None)]}),
            ask("POST", "/v1/ratings", None, house.sheet(ticket="0" * 12, office=None, service=None, channel=None)),
            ask("POST", "/v1/tickets/look", None, {"ticket": "0" * 12}),
            ask("POST", "/v1/devices/pair", None, {"code": "0" * 10}),
            ask("GET", "/v1/indices", "reader"),
            ask("GET", "/readyz", None),
            ask("GET", "/healthz", None),
        )

    house.portal.call(all_at_once)
    return given


def check(given: dict[str, list[tuple[int, float]]]) -> None:
    """Nothing took too long, and nothing broke."""
    slow = {path: seconds for path, answers in given.items() for _, seconds in answers if seconds > ALLOWED}
    assert not slow
    # The wrong ticket and the wrong code may have been looked at, and nothing has been released.
    assert {status for answers in given.values() for status, _ in answers} <= {200, 201, 404, 410, 503}
    assert [status for status, _ in given["/healthz"]] == [200]


@pytest.mark.long
@pytest.mark.parametrize("stall", [locked, exhausted])
def test_everybody_is_answered_in_time_however_the_database_stalls(
    furnished: tuple[str, dict[str, str]], stall: Stall
) -> None:
    with opened(*furnished) as house:
        assert house.post("/v1/ratings", house.sheet()).status_code == 201
        with stall(house):
            check(asked(house))
        assert house.post("/v1/ratings", house.sheet()).status_code == 201


@pytest.mark.long
def test_behind_a_connection_that_went_silent_everybody_is_answered_and_a_new_one_is_made(lend: Lend) -> None:
    with lend("postgresql") as (url, keys), silent_proxy(url) as proxy, opened(proxy.url, keys) as house:
        assert house.post("/v1/ratings", house.sheet()).status_code == 201
        for time_of in range(sized(1, 3)):
            proxy.be_silent()
            given = asked(house)
            check(given)
            assert {status for status, _ in given["/v1/offices"] + given["/v1/ratings"]} == {503}, time_of
            proxy.speak()
            began = time.monotonic()
            while house.post("/v1/ratings", house.sheet()).status_code != 201:
                assert time.monotonic() - began < 5
            assert house.get("/v1/offices").status_code == 200
