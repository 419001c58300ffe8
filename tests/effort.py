"""How much work a test does: little in `make test`, all of it in `make campaign`. One variable decides.

`HYPOTHESIS_PROFILE` is `dev` (every day), `ci` (traced, `make coverage`) or `campaign` (full size).
"""

import os
from typing import TypeVar

from hypothesis import HealthCheck, settings

T = TypeVar("T")
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "dev")
# Our examples may share a fixture (each makes its own agency), and a busy machine is no fault of theirs.
UNASKED = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large)


def load_profile() -> None:
    """Register the three profiles and load the one that is asked for."""
    always = settings(deadline=None, database=None, print_blob=True, suppress_health_check=UNASKED)
    # Without chance, so that a red run is red again; chance is for the campaign, which prints what it found.
    settings.register_profile("dev", always, max_examples=25, stateful_step_count=15, derandomize=True)
    settings.register_profile("ci", always, max_examples=100, stateful_step_count=25, derandomize=True)
    settings.register_profile("campaign", always, max_examples=300, stateful_step_count=50)
    settings.load_profile(PROFILE)


def times(factor: float) -> settings:
    """As many examples as the profile says, times this: for examples that cost much more, or less, than others."""
    return settings(max_examples=max(2, round(settings().max_examples * factor)))


def sized(short: T, full: T) -> T:
    """The short size, or in the campaign the full one; its test is marked `sized`."""
    return full if PROFILE == "campaign" else short
