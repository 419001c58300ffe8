"""Negative controls: services that break the promise are found out by the same campaign."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.campaign import kill_and_restart, run_campaign
from tests.faults.figures import Figures
from tests.faults.service import Nursery, Service

pytestmark = pytest.mark.fault

# A broken service is found out by nearly every kill, not by one of thousands.
FEW = 3
# Longer than any mutant puts off its work: what is missing then was lost by a kill.
SETTLE_SECONDS = 1.0

Trial = Callable[[str], Figures]


@pytest.fixture
def trial(
    furnished: tuple[str, dict[str, str]],
    nursery: Nursery,
    log: Path,
    store: str,
    report: Callable[[str, Figures], None],
) -> Trial:
    """Runs a campaign against the named mutant; returns what it finds."""

    def tried(mutant: str) -> Figures:
        url, keys = furnished
        with Service.running(nursery, url, log, f"tests.faults.mutants:{mutant}") as service:
            strike = kill_and_restart(service)
            figures = run_campaign(service, keys, strike, FEW, settle=SETTLE_SECONDS)
        report(f"{mutant} on {store}", figures)
        return figures

    return tried


def test_a_service_that_answers_before_the_commit_is_seen_to_lose_ratings(trial: Trial) -> None:
    figures = trial("answers_before_commit")
    assert figures.lost > 0
    assert figures.verdict == "broken"


def test_a_service_that_stores_comments_in_a_second_transaction_is_seen_to_lose_them(trial: Trial) -> None:
    figures = trial("comments_apart")
    assert figures.apart_mismatch > 0
    assert figures.lost == 0
    assert figures.verdict == "broken"


def test_a_service_whose_retries_meet_no_row_is_seen_to_store_twice(trial: Trial) -> None:
    figures = trial("forgets_the_key")
    assert figures.duplicate > 0
    assert figures.verdict == "broken"
