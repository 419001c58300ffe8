"""Idle connections up to the limit of descriptors: who asks is answered, and the log tells of it."""

import resource
import socket
import time
from contextlib import ExitStack
from pathlib import Path
from random import Random

import httpx
import psutil  # type: ignore[import-untyped]  # comes with PostgreSQL's wheel
import pytest

from tests.conftest import Lend
from tests.faults.campaign import Strike, run_campaign
from tests.faults.figures import Figures
from tests.faults.service import NO_TLS, Nursery, Service
from tests.faults.stalls import ALLOWED
from tests.faults.trials import Sizes, Trials

pytestmark = pytest.mark.fault

DESCRIPTORS, SOCKETS = 192, 250
ASKED = 10


def idle(service: Service) -> Strike:
    """More connections than the service may have descriptors, none of which says anything, while others ask."""

    def strike() -> None:
        with ExitStack() as stack:
            for _ in range(SOCKETS):
                stack.enter_context(socket.create_connection(("127.0.0.1", service.port), 5))
            for _ in range(ASKED):
                began = time.monotonic()
                assert (
                    httpx.get(f"{service.url}/healthz", trust_env=False, verify=NO_TLS, timeout=ALLOWED).status_code
                    == 200
                )
                assert time.monotonic() - began <= ALLOWED
                assert psutil.Process(service.pid).num_fds() <= DESCRIPTORS
                time.sleep(0.1)

    return strike


def test_idle_connections_up_to_the_limit_of_descriptors_shut_nobody_out(
    store: str, lend: Lend, nursery: Nursery, log: Path, trials: Trials
) -> None:
    def attempt(times: int, dice: Random) -> Figures:
        limits = {resource.RLIMIT_NOFILE: DESCRIPTORS}
        with lend(store) as (url, keys), Service.running(nursery, url, log, limits=limits) as service:
            figures = run_campaign(service, keys, idle(service), times, dice)
        told = log.read_text()
        assert "connections.limited_by_descriptors" in told
        assert "connections.closed" in told
        return figures

    trials.keep(f"idle sockets up to the limit, {store}", "times", Sizes(1, 100, 10), attempt)
