"""Signing out at the provider ends what began there in every process, and no step under way brings it back."""

from asyncio import run
from contextlib import ExitStack
from datetime import timedelta
from threading import Event

import pytest

from app.access.principals import Role
from app.foundation.problems import Problem
from tests.effort import sized
from tests.people.oidc.fake_provider import FakeProvider, fake_provider
from tests.people.oidc.through import Through
from tests.people.persons import Door, visit
from tests.people.test_session_proof import PROCESSES, ask_until, opens
from tests.threads import Threads


@pytest.mark.long
@pytest.mark.sized
@pytest.mark.sqlite_daily
def test_who_signed_out_there_is_in_nowhere_while_others_ask(furnished: tuple[str, dict[str, str]]) -> None:
    with ExitStack() as stack:
        # Nothing but the database is shared between them, as between processes.
        doors = [stack.enter_context(Door.open(furnished[0])) for _ in range(PROCESSES)]
        for door in doors[1:]:
            door.clock = doors[0].clock
            door.sessions._clock = doors[0].clock
        first, provider = doors[0], stack.enter_context(fake_provider(doors[0].clock))
        through, other = Through(first, provider), Through(doors[1], provider)
        through.join("Ani", Role.supervisor)
        with Threads(PROCESSES) as pool:
            for n in range(sized(4, 1_000)):
                provider.claims = {"sid": f"s-{n}"}
                browser = through.sign_in()
                # So old that each request also writes when it was seen.
                first.clock.now += timedelta(minutes=2)
                over = Event()
                asking = [pool.submit(ask_until, door, browser, over) for door in doors]
                named = {"sid": f"s-{n}"} if n % 2 else {"sub": "u-1"}
                try:
                    ended = other.log_out(jti=f"p-{n}", **named)
                    after = [opens(door, browser) for door in doors]
                finally:
                    over.set()
                assert ended >= 1
                assert after == [False] * PROCESSES
                assert [each.result() for each in asking] == [False] * PROCESSES


@pytest.mark.sized
def test_a_code_that_is_given_meanwhile_does_not_outlive_it(
    through: Through, door: Door, provider: FakeProvider
) -> None:
    provider.claims = {"sid": "s-1", "auth_time": int(door.clock().timestamp())}
    door.enrolled(through.join("Siti", Role.administrator))
    through.log_out(sub="u-1")
    with Threads(2) as pool:
        for n in range(sized(3, 300)):
            door.clock.now += timedelta(minutes=1)
            provider.claims = {"sid": f"s-{n}", "auth_time": int(door.clock().timestamp())}
            half = through.sign_in()
            owed, code = door.who(half), door.code("siti@kota")
            giving = pool.submit(door.sign_in.with_code, half, owed, code)
            named = {"sid": f"s-{n}"} if n % 2 else {"sub": "u-1"}
            told = pool.submit(run, through.oidc.log_out(provider.logout_token(jti=f"p-{n}", **named)))
            assert told.result() == 1
            refused = giving.exception()
            if refused is None:
                assert door.sessions.find(visit(giving.result())) is None
            else:
                assert isinstance(refused, Problem)
                assert refused.code == "session-ended"
            assert door.sessions.find(half) is None
