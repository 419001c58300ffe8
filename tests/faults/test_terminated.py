"""SIGTERM with requests in flight: what was taken is answered, and what was answered is stored."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from app.ratings.keys import KeyMaker
from tests.conftest import Lend
from tests.faults.drain import LONGEST_END, deliver_the_rest, drain, drain_beside_a_stalled_client
from tests.faults.figures import Figures, compare
from tests.faults.inventory import take_inventory
from tests.faults.ledger import Ledger
from tests.faults.service import Nursery, Service
from tests.faults.trials import Sizes, Trials
from tests.house import SECRET

pytestmark = pytest.mark.fault


def test_a_terminated_service_answers_what_it_has_taken_and_ends_in_order(
    store: str, lend: Lend, nursery: Nursery, log: Path, trials: Trials
) -> None:
    def attempt(signals: int, dice: Random) -> Figures:
        ledger, ends = Ledger(), []
        with lend(store) as (url, keys):
            for _ in range(signals):
                with Service.running(nursery, url, log) as service:
                    ends.append(drain(service, keys, ledger, dice))
            found = compare(ledger, take_inventory(url), KeyMaker.of(SECRET.encode()))
            with Service.running(nursery, url, log) as service:
                unaccounted = deliver_the_rest(service, keys, ledger, dice)
            figures = compare(ledger, take_inventory(url), KeyMaker.of(SECRET.encode()))
        # A request may cross the closing of its connection and stay unanswered; HTTP cannot prevent it. But
        # then it must not have been taken: a stored rating whose client was not told was cut off.
        assert (found.verdict, found.recovered) == ("kept", 0), found
        assert {end.code for end in ends} == {0}
        assert max(end.seconds for end in ends) <= LONGEST_END
        return replace(figures, unaccounted=unaccounted)

    trials.keep(f"SIGTERM, {store}", "signals", Sizes(5, 500, 50), attempt)


def test_a_client_that_never_finishes_its_request_does_not_hold_up_the_end(
    lend: Lend, nursery: Nursery, log: Path
) -> None:
    with lend("sqlite") as (url, keys), Service.running(nursery, url, log) as service:
        end = drain_beside_a_stalled_client(service, keys)
    # Containers are killed after ten seconds, and with them whatever is still being written.
    assert end.code == 0, f"not ended after {end.seconds:.1f} s"
