"""Negative controls: services that break the promise are found out by the same campaign."""

from pathlib import Path

import pytest

from tests.crash.campaign import kill_and_restart, run_campaign
from tests.crash.figures import Figures
from tests.crash.service import Nursery, Service

pytestmark = pytest.mark.crash

# A broken service is found out by every kill, not by one of thousands.
FEW = 3


@pytest.fixture
def mutant_figures(
    request: pytest.FixtureRequest,
    furnished: tuple[str, dict[str, str]],
    nursery: Nursery,
    log: Path,
    store: str,
) -> Figures:
    """What a campaign finds in the mutant that the parameter names."""
    url, keys = furnished
    with Service.running(nursery, url, log, f"tests.crash.mutants:{request.param}") as service:
        figures = run_campaign(service, keys, kill_and_restart(service), FEW)
    print(f"\n{request.param} on {store}: {figures}")  # noqa: T201 - the figures are the result
    assert figures.verdict == "broken"
    return figures


@pytest.mark.parametrize("mutant_figures", ["answers_before_commit"], indirect=True)
def test_a_service_that_answers_before_the_commit_is_seen_to_lose_ratings(mutant_figures: Figures) -> None:
    assert mutant_figures.lost > 0


@pytest.mark.parametrize("mutant_figures", ["counts_apart"], indirect=True)
def test_a_service_that_counts_in_a_second_transaction_is_seen_to_miscount(mutant_figures: Figures) -> None:
    assert mutant_figures.tally_mismatch > 0
    assert mutant_figures.lost == 0


@pytest.mark.parametrize("mutant_figures", ["forgets_the_key"], indirect=True)
def test_a_service_whose_retries_meet_no_row_is_seen_to_store_twice(mutant_figures: Figures) -> None:
    assert mutant_figures.duplicate > 0
