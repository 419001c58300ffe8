"""Something bad that lasts a while and then ends: meanwhile everybody is answered in time, and health tells of it."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from random import Random

import httpx

from tests.faults.campaign import Strike, run_campaign
from tests.faults.figures import Figures
from tests.faults.service import NO_TLS, Service

ALLOWED, PATIENCE = 3.0, 5.0
LONGEST_RETURN = 5.0
# The longest until it is felt.
FELT_WITHIN = 30.0
OFTEN = 0.1

Bad = Callable[[], AbstractContextManager[object]]


@dataclass
class Watch:
    """What a service answers to those who only ask, while something bad lasts."""

    service: Service
    reader: str
    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    slowest: float = 0.0

    def during(self, bad: Bad, seconds: float) -> Strike:
        """A strike: it begins, lasts for so many seconds after the service has noticed it, and ends."""

        def strike() -> None:
            noticed = None
            with (
                bad(),
                httpx.Client(base_url=self.service.url, trust_env=False, verify=NO_TLS, timeout=PATIENCE) as http,
            ):
                until = time.monotonic() + FELT_WITHIN
                while noticed is None or time.monotonic() < noticed + seconds:
                    ready = self._ask(http, "/readyz")
                    assert {self._ask(http, "/healthz"), self._ask(http, "/v1/offices")} <= {200, 503}
                    noticed = time.monotonic() if noticed is None and ready == 503 else noticed
                    assert noticed is not None or time.monotonic() < until, "the service did not notice"
                    time.sleep(OFTEN)

        return strike

    def _ask(self, http: httpx.Client, path: str) -> int:
        began = time.monotonic()
        status = http.get(path, headers={"Authorization": f"Bearer {self.reader}"}).status_code
        self.slowest = max(self.slowest, time.monotonic() - began)
        self.statuses.setdefault(path, Counter())[status] += 1
        return status


def endure(service: Service, keys: Mapping[str, str], bad: Bad, seconds: float, times: int, dice: Random) -> Figures:
    """Let it happen so often under load; every request has to be answered, and in time."""
    watch = Watch(service, keys["reader"])
    figures = run_campaign(service, keys, watch.during(bad, seconds), times, dice, whims=False)
    assert service.ended(0) is None, "the service has ended"
    assert figures.refused > 0, "nobody was refused: nothing bad happened"
    assert figures.broken == 0, "not every request was answered"
    assert watch.statuses["/healthz"].keys() == {200}
    assert watch.statuses["/readyz"][503] >= times
    # Waiting is bounded, work is not: what an answer takes on this machine while nothing is wrong comes on top.
    longest = ALLOWED + figures.slowest_before
    assert max(figures.slowest_answer, watch.slowest) <= longest, (figures.slowest_answer, watch.slowest, longest)
    assert figures.slowest_return <= LONGEST_RETURN, figures.slowest_return
    return figures
