"""kill -9 of whoever tells and whoever sends: nothing that happened is forgotten, and what comes twice is the same."""

import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.outbox.store import newest_events
from app.outbox.tables import OutboxEvent
from tests.house import House
from tests.notifications.dying import ACTION, NOTED_FIRST, TOLD_APART, sender
from tests.notifications.messages import told_of_all
from tests.screening.office import rows

pytestmark = pytest.mark.crash
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Found:
    """What a campaign found: `lost` was done or told and never came, `altered` came twice and not alike."""

    kills: int
    done: int
    untold: int
    lost: int
    phantoms: int
    twice: int
    altered: int


@pytest.fixture
def kills() -> int:
    """How often both processes are killed: 30 times in CI, 300 before a release."""
    return int(os.environ.get("CERMIN_CRASH_KILLS", "30"))


def campaign(teller: House, kills: int, mutant: str = "") -> Found:
    """Kill so often, send the rest in peace, and compare."""
    url = teller.database.url.render_as_string(hide_password=False)
    with told_of_all(teller) as (receiver, _):
        program = [sys.executable, "-m", "tests.notifications.dying", url, str(kills), mutant]
        subprocess.run(program, cwd=ROOT, timeout=600, check=True)
        last = sender(teller.database)
        while rows(teller, "SELECT 1 FROM delivery WHERE state = 'waiting'") or rows(
            teller, "SELECT 1 FROM outbox_event WHERE spread_at IS NULL"
        ):
            last.run_if_due()
        came = defaultdict(list)
        for each in receiver.got:
            came[each.headers["webhook-id"]].append(each.body)
    done = {subject for (subject,) in rows(teller, f"SELECT subject FROM audit_event WHERE action = '{ACTION}'")}
    written = _events(teller)
    events, told = {str(each.event_id) for each in written}, {each.about["finding"] for each in written}
    return Found(
        kills=kills,
        done=len(done),
        untold=len(done ^ told),
        lost=len(events - came.keys()),
        phantoms=len(came.keys() - events),
        twice=sum(len(bodies) > 1 for bodies in came.values()),
        altered=sum(len(set(bodies)) > 1 for bodies in came.values()),
    )


def _events(teller: House) -> list[OutboxEvent]:
    with teller.database.reading() as session:
        return list(newest_events(session, "kota", limit=1_000_000))


def test_nothing_is_lost_and_what_comes_twice_has_one_id(teller: House, kills: int, store: str) -> None:
    found = campaign(teller, kills)
    sys.stdout.write(f"telling on {store}: {found}\n")
    # A campaign in which little happened proves little.
    assert found.done > kills
    assert (found.untold, found.lost, found.phantoms, found.altered) == (0, 0, 0, 0)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_what_is_told_in_a_second_transaction_is_found(teller: House) -> None:
    assert campaign(teller, 40, TOLD_APART).untold > 0


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_what_is_noted_before_it_is_sent_is_found(teller: House) -> None:
    assert campaign(teller, 40, NOTED_FIRST).lost > 0
