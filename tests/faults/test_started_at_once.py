"""Many processes start at the same moment on a database that none has served yet: each of them comes up and serves."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from tests.conftest import Lend
from tests.faults.clients import Client
from tests.faults.figures import Figures, total
from tests.faults.ledger import Ledger
from tests.faults.races import run_race
from tests.faults.service import Nursery, Service
from tests.faults.trials import Sizes, Trials

pytestmark = pytest.mark.fault

PROCESSES = 8


async def one_each(clients: Sequence[Client], _: Ledger, __: Random) -> None:
    """Every client of every process rates once."""
    await asyncio.gather(*(client.deliver([client.fill_in()]) for client in clients))


def test_eight_processes_that_start_at_once_all_serve(
    store: str, lend: Lend, nursery: Nursery, log: Path, trials: Trials
) -> None:
    def attempt(times: int, dice: Random) -> Figures:
        figures = []
        for _ in range(times):
            with lend(store) as (url, keys), Service.several(PROCESSES, nursery, url, log) as services:
                figures.append(run_race(services, keys, one_each, dice))
        return total(figures)

    trials.keep(f"8 processes start at once, {store}", "times", Sizes(2, 200, 20), attempt)
