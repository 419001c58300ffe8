"""kill -9 of the service under load: what was acknowledged is stored, once, and counted."""

from pathlib import Path
from random import Random

import pytest

from tests.conftest import Lend
from tests.faults.campaign import kill_and_restart, run_campaign
from tests.faults.figures import Figures
from tests.faults.service import Nursery, Service
from tests.faults.trials import Sizes, Trials

pytestmark = pytest.mark.fault


def test_no_kill_of_the_service_loses_doubles_or_invents_a_rating(
    store: str, lend: Lend, nursery: Nursery, log: Path, trials: Trials
) -> None:
    def attempt(kills: int, dice: Random) -> Figures:
        with lend(store) as (url, keys), Service.running(nursery, url, log) as service:
            figures = run_campaign(service, keys, kill_and_restart(service, dice), kills, dice)
        assert figures.broken > 0, "no kill met a request in flight"
        return figures

    trials.keep(f"kill -9 of the service, {store}", "kills", Sizes(20, 3_000, 100), attempt)
