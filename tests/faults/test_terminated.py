"""SIGTERM with requests in flight: what was taken is answered, and what was answered is stored."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.ratings.keys import KeyMaker
from tests.faults.drain import LONGEST_END, drain, drain_beside_a_stalled_client
from tests.faults.figures import Figures, compare
from tests.faults.inventory import take_inventory
from tests.faults.ledger import Ledger
from tests.faults.service import Nursery, Service
from tests.house import SECRET

pytestmark = pytest.mark.fault


@pytest.fixture
def signals() -> int:
    """How often SIGTERM is sent: 5 times in CI, 500 before a release."""
    return int(os.environ.get("CERMIN_FAULTS_SIGNALS", "5"))


def test_a_terminated_service_answers_what_it_has_taken_and_ends_in_order(
    furnished: tuple[str, dict[str, str]],
    nursery: Nursery,
    log: Path,
    signals: int,
    store: str,
    report: Callable[[str, Figures], None],
) -> None:
    url, keys = furnished
    ledger, ends = Ledger(), []
    for _ in range(signals):
        with Service.running(nursery, url, log) as service:
            ends.append(drain(service, keys, ledger))
    found = compare(ledger, take_inventory(url), KeyMaker.of(SECRET.encode()))
    slowest = max(end.seconds for end in ends)
    figures = replace(found, kills=signals)
    report(f"SIGTERM on {store}, slowest end {slowest:.2f} s", figures)
    assert figures.verdict == "kept"
    # A request may cross the closing of its connection and stay unanswered; HTTP cannot prevent it. But
    # then it must not have been taken: a stored rating whose client was not told was cut off.
    assert figures.recovered == 0
    assert {end.code for end in ends} == {0}
    assert slowest <= LONGEST_END


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_client_that_never_finishes_its_request_does_not_hold_up_the_end(
    furnished: tuple[str, dict[str, str]], nursery: Nursery, log: Path
) -> None:
    url, keys = furnished
    with Service.running(nursery, url, log) as service:
        end = drain_beside_a_stalled_client(service, keys)
    # Containers are killed after ten seconds, and with them whatever is still being written.
    assert end.code == 0, f"not ended after {end.seconds:.1f} s"
