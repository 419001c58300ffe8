"""Whatever ends a session ends it in every process at once, and no request that is under way brings it back."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from threading import Event

import pytest

from app.access.principals import Role
from app.foundation.http.visits import Visit
from app.foundation.problems import Problem
from app.people import store
from app.people.faults import PeopleFault
from app.people.granting import Asked, grant, revoke
from app.people.signing_in import WRONG
from tests.effort import sized
from tests.people.persons import OPERATOR, PASSPHRASE, Door, visit
from tests.threads import Threads

PROCESSES = 4


def sign_out(door: Door, browser: Visit) -> None:
    """The person leaves."""
    door.sessions.end(door.who(browser))


def sign_out_everywhere(door: Door, browser: Visit) -> None:
    """The person leaves everywhere."""
    door.sessions.end_all(door.who(browser))


def take_role(door: Door, browser: Visit) -> None:
    """Somebody takes the role away."""
    active = door.who(browser).active
    assert active is not None
    with door.database.writing() as session:
        revoke(session, "kota", active.grant_id, OPERATOR, door.clock())


def wait_too_long(door: Door, browser: Visit) -> None:
    """Nobody uses it for half an hour."""
    door.clock.now += timedelta(minutes=31)


ENDINGS: dict[str, Callable[[Door, Visit], None]] = {
    "signed out": sign_out,
    "signed out everywhere": sign_out_everywhere,
    "role taken": take_role,
    "expired": wait_too_long,
}


@pytest.mark.long
@pytest.mark.sized
@pytest.mark.sqlite_daily
@pytest.mark.parametrize("ending", ENDINGS)
def test_what_has_ended_opens_nothing_anywhere_while_others_ask(
    furnished: tuple[str, dict[str, str]], ending: str
) -> None:
    with ExitStack() as stack:
        # Nothing but the database is shared between them, as between processes.
        doors = [stack.enter_context(Door.open(furnished[0])) for _ in range(PROCESSES)]
        for door in doors[1:]:
            door.clock = doors[0].clock
            door.sessions._clock = doors[0].clock
        first = doors[0]
        first.join("Ani", Role.supervisor)
        with first.database.reading() as session:
            ani = store.person_called(session, "kota", "ani")
        assert ani is not None
        with Threads(PROCESSES) as pool:
            for _ in range(sized(5, 1_000)):
                browser = visit(first.sign_in.with_passphrase(visit(), "ani@kota", PASSPHRASE))
                # So old that each request also writes when it was seen.
                first.clock.now += timedelta(minutes=2)
                over = Event()
                asking = [pool.submit(ask_until, door, browser, over) for door in doors]
                ENDINGS[ending](first, browser)
                after = [opens(door, browser) for door in doors]
                over.set()
                assert after == [False] * PROCESSES
                assert [each.result() for each in asking] == [False] * PROCESSES
                if ending == "role taken":
                    with first.database.writing() as session:
                        grant(session, ani, Asked(Role.supervisor), OPERATOR, first.clock())


def opens(door: Door, browser: Visit) -> bool:
    """Whether this process lets the browser in."""
    found = door.sessions.find(browser)
    return found is not None and found.principal is not None


def ask_until(door: Door, browser: Visit, over: Event) -> bool:
    """Ask without a pause, and once more after it is over: the last answer."""
    while not over.is_set():
        opens(door, browser)
    return opens(door, browser)


@pytest.mark.sized
@pytest.mark.sqlite_daily
def test_guessing_never_meets_and_is_refused_before_anything_is_compared(door: Door) -> None:
    door.join("Ani", Role.supervisor)
    told = []
    for n in range(sized(60, 10_000)):
        stranger = visit(scheme="https", host="cermin.example", address=f"10.{n % 251}.{n % 241}.9")
        with pytest.raises((PeopleFault, Problem)) as caught:
            door.sign_in.with_passphrase(stranger, "ani@kota", f"tebakan nomor {n}")
        told.append(caught.value.code if isinstance(caught.value, Problem) else str(caught.value))
    assert told[:8] == [WRONG] * 8
    assert set(told[8:]) == {"too-many-sign-ins"}
