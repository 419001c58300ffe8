"""The network before PostgreSQL swallows packets: all are answered in time, and new connections are made after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from tests.conftest import Lend
from tests.faults.figures import Figures
from tests.faults.service import Nursery, Service
from tests.faults.stalls import endure
from tests.faults.trials import Sizes, Trials
from tests.silent_proxy import SilentProxy, silent_proxy

pytestmark = pytest.mark.fault

# After it was noticed: with that, longer than anybody may wait for an answer.
SECONDS = 2.5


@contextmanager
def silence(proxy: SilentProxy) -> Iterator[None]:
    """Nothing passes; afterwards only what is connected anew."""
    proxy.be_silent()
    yield
    proxy.speak()


def test_behind_a_silent_network_every_request_is_answered_in_time_and_nothing_is_lost(
    lend: Lend, nursery: Nursery, log: Path, trials: Trials
) -> None:
    def attempt(times: int, dice: Random) -> Figures:
        with (
            lend("postgresql") as (url, keys),
            silent_proxy(url) as proxy,
            Service.running(nursery, proxy.url, log) as service,
        ):
            return endure(service, keys, lambda: silence(proxy), SECONDS, times, dice)

    trials.keep("half-open connections to PostgreSQL", "times", Sizes(1, 100, 10), attempt)
