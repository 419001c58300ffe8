"""kill -9 of the service under load: what was acknowledged is stored, once, and counted."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.campaign import kill_and_restart, run_campaign
from tests.faults.figures import Figures
from tests.faults.service import Nursery, Service

pytestmark = pytest.mark.fault


def test_no_kill_of_the_service_loses_doubles_or_invents_a_rating(
    furnished: tuple[str, dict[str, str]],
    nursery: Nursery,
    log: Path,
    kills: int,
    store: str,
    report: Callable[[str, Figures], None],
) -> None:
    url, keys = furnished
    with Service.running(nursery, url, log) as service:
        figures = run_campaign(service, keys, kill_and_restart(service), kills)
    report(f"Service on {store}", figures)
    assert figures.acknowledged > 0
    assert figures.broken > 0, "no kill met a request in flight"
    assert (figures.lost, figures.duplicate, figures.phantom, figures.check_faults) == (0, 0, 0, 0)
    assert figures.verdict == "kept"
