"""256 MiB of memory, and batches as large as they may be without a pause: the service lives, and answers."""

import asyncio
import re
import resource
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from app.ratings.keys import KeyMaker
from tests.conftest import Lend
from tests.faults.accounts import differences
from tests.faults.clients import connected, crowd
from tests.faults.figures import Figures, compare
from tests.faults.inventory import take_inventory
from tests.faults.ledger import Ledger
from tests.faults.service import Command, Limits, Service, wait_for
from tests.faults.sheets import Sheet
from tests.faults.trials import Sizes, Trials
from tests.house import SECRET

pytestmark = pytest.mark.fault

MEBIBYTE = 1_048_576
MOST = 256 * MEBIBYTE
# What a process may write to, and its share of a thread's stack: of that, eight MiB are set aside otherwise, and not
# used. The kernel refuses more; what it counts as resident is looked at, too, for libraries belong to no limit.
LIMITS: Limits = {resource.RLIMIT_DATA: MOST, resource.RLIMIT_STACK: MEBIBYTE}
CLIENTS, LONGEST_BATCH = 8, 500


def peak(pid: int) -> int:
    """The most that this process ever had in memory, in bytes."""
    found = re.search(r"^VmHWM:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1_024


async def send_full_batches(
    service: Service, keys: Mapping[str, str], ledger: Ledger, seconds: float, dice: Random
) -> Figures:
    """Each client sends one full batch after the other, with comments, and half of each once more."""
    async with connected(service) as line:
        until = time.monotonic() + seconds

        async def go_on(index: int) -> None:
            client = crowd(line, keys, ledger, CLIENTS, dice, whims=False)[index]
            again: list[Sheet] = []
            while time.monotonic() < until:
                batch = again + [client.fill_in() for _ in range(LONGEST_BATCH - len(again))]
                await client.deliver(batch)
                again = dice.sample(batch, LONGEST_BATCH // 2)

        await asyncio.gather(*(go_on(index) for index in range(CLIENTS)))
        return Figures(
            unaccounted=tuple(differences(line.account, await line.told())), slowest_answer=line.account.slowest
        )


def test_full_batches_without_a_pause_need_no_more_than_256_mebibytes(
    store: str, lend: Lend, log: Path, trials: Trials
) -> None:
    def attempt(seconds: int, dice: Random) -> Figures:
        ledger = Ledger()
        with lend(store) as (url, keys):
            with Service.running(Command(), url, log, limits=LIMITS) as service:
                wait_for(service)
                found = asyncio.run(send_full_batches(service, keys, ledger, seconds, dice))
                assert service.ended(0) is None, "the service has ended"
                assert service.pid is not None
                most = peak(service.pid)
            figures = compare(ledger, take_inventory(url), KeyMaker.of(SECRET.encode()))
        print(f"\nat most {most / MEBIBYTE:.0f} MiB resident")  # noqa: T201 - a result
        assert most <= MOST
        assert figures.broken == 0, "not every request was answered"
        return replace(figures, unaccounted=found.unaccounted, slowest_answer=found.slowest_answer)

    trials.keep(f"256 MiB and full batches, {store}", "seconds", Sizes(10, 1_800, 300), attempt)
