"""What each process limits for itself: with four of them at most four times as much, as docs/operating.md says."""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from app.access.principals import Role
from app.foundation.ids import new_id
from app.foundation.problems import Problem
from app.people.faults import PeopleFault
from app.people.rules.budgets import PASSPHRASES
from tests.conftest import Lend
from tests.people.persons import PASSPHRASE, Door, visit
from tests.postgres import owners_address
from tests.processes.four import PROCESSES, four_services

BURST, READS = 5, 6


def until_refused(ask: Callable[[], httpx.Response]) -> int:
    """How many requests are taken until one is refused as one too many."""
    taken = 0
    while (answer := ask()).status_code != 429:
        assert answer.is_success, answer.text
        taken += 1
        assert taken < 100, "nothing bounds it"
    assert int(answer.headers["Retry-After"]) > 0
    return taken


@pytest.mark.campaign
def test_a_device_and_a_reader_get_at_most_as_many_times_their_limit_as_there_are_processes(
    lend: Lend, tmp_path: Path
) -> None:
    limits = {"device_burst": str(BURST), "device_per_hour": "1", "reads_per_hour": str(READS)}
    with lend("postgresql") as (url, keys), four_services(url, keys, tmp_path, **limits) as four:

        def rate(place: int) -> httpx.Response:
            scores = {"speed": 4, "transparency": 3, "friendliness": 4}
            body = {"id": str(new_id()), "service": "kk", "scores": scores}
            return httpx.post(f"{four.urls[place]}/v1/ratings", headers=four.headers("device"), json=body, timeout=30)

        ratings = [until_refused(partial(rate, place)) for place in range(PROCESSES)]
        reads = [until_refused(partial(four.get, place, "/v1/agency", "reader")) for place in range(PROCESSES)]
        assert ratings == [BURST] * PROCESSES
        assert reads == [READS] * PROCESSES
        with psycopg.connect(owners_address(url)) as connection:
            assert connection.execute("SELECT count(*) FROM rating").fetchone() == (PROCESSES * BURST,)


@pytest.mark.long
def test_guesses_at_a_passphrase_are_bounded_by_as_many_times_the_tries_as_there_are_processes(
    furnished: tuple[str, dict[str, str]],
) -> None:
    with ExitStack() as stack:
        doors = [stack.enter_context(Door.open(furnished[0])) for _ in range(PROCESSES)]
        known = doors[0].join("Ani", Role.supervisor)
        found = Counter[str]()
        for door in doors:
            for number in range(20):
                # From another network each time, so that the account's own tries are what bounds them.
                stranger = visit(address=f"10.0.{number}.9", scheme="https", host="cermin.example")
                found[_refusal(door, stranger)] += 1
        assert found == {"wrong": PROCESSES * PASSPHRASES.account.tries, "too-many-sign-ins": 48}
        # The browser that has signed in before is shut out by none of them.
        for door in doors:
            assert door.sign_in.with_passphrase(replace(known), "ani@kota", PASSPHRASE).cookie


def _refusal(door: Door, stranger: Any) -> str:
    try:
        door.sign_in.with_passphrase(stranger, "ani@kota", "salah sama sekali")
    except PeopleFault:
        return "wrong"
    except Problem as problem:
        return problem.code
    raise AssertionError("a wrong passphrase opened")
