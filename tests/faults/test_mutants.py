"""Negative controls: services that break the promise are found out by the same campaign, every time."""

from pathlib import Path
from random import Random

import pytest

from tests.conftest import Lend
from tests.faults.campaign import kill_and_restart, run_campaign
from tests.faults.figures import Figures
from tests.faults.service import Nursery, Service
from tests.faults.trials import Trials

pytestmark = pytest.mark.fault

# A broken service is found out by nearly every kill, not by one of thousands.
FEW = 3
# Longer than any mutant puts off its work: what is missing then was lost by a kill.
SETTLE_SECONDS = 1.0


@pytest.mark.parametrize(
    ("mutant", "harm"),
    [
        ("answers_before_commit", "lost"),
        ("comments_apart", "apart_mismatch"),
        ("forgets_the_key", "duplicate"),
    ],
)
def test_a_service_that_breaks_the_promise_is_found_out(
    mutant: str, harm: str, store: str, lend: Lend, nursery: Nursery, log: Path, trials: Trials
) -> None:
    def attempt(kills: int, dice: Random) -> Figures:
        entry = f"tests.faults.mutants:{mutant}"
        with lend(store) as (url, keys), Service.running(nursery, url, log, entry) as service:
            strike = kill_and_restart(service, dice)
            return run_campaign(service, keys, strike, kills, dice, settle=SETTLE_SECONDS)

    trials.catch(f"(mutant) {mutant}, {store}", "kills", FEW, harm, attempt)
