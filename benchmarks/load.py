"""The load generator: wrk, which costs little beside what it measures."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers import Server

SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True)
class Load:
    """One round: how many were answered, answers per second, latencies in ms."""

    requests: int
    rate: float
    p50: float
    p99: float


def press(server: Server, roster: Path, connections: int, seconds: int, seed: int, *, sheets: int = 1) -> Load:
    """Post ratings (or, with more `sheets` than one, batches of them) from `connections` clients at once.

    `roster` is the file by which they are spread.
    """
    path = "/v1/ratings" if sheets == 1 else "/v1/ratings/batch"
    arguments = ["-s", str(SCRIPT), server.url, "--", str(roster), path, str(seed), str(sheets)]
    printed = _wrk(connections, seconds, arguments)
    line = next(line for line in printed.splitlines() if line.startswith("RESULT"))
    requests, duration, p50, p99, refused = map(int, line.split()[1:])
    if not requests:
        raise SystemExit(f"{server.url} answered nothing in {seconds} s: the machine is too busy to measure anything")
    if refused:
        raise SystemExit(f"{refused} of {requests} requests were refused: the figures would mean nothing")
    return Load(requests, requests / (duration / 1e6), p50 / 1000, p99 / 1000)


def ask(url: str, key: str, seconds: int) -> float:
    """Get the address again and again from one client; returns the median latency in ms."""
    return _latency(url, key, seconds, {}, "50")


def ask_tail(url: str, key: str, seconds: int, headers: Mapping[str, str] | None = None) -> float:
    """The same, and the latency in ms that one of a hundred exceeds."""
    return _latency(url, key, seconds, headers or {}, "99")


def _latency(url: str, key: str, seconds: int, headers: Mapping[str, str], percent: str) -> float:
    sent = {"Authorization": f"Bearer {key}"} | dict(headers)
    options = [part for name, value in sent.items() for part in ("-H", f"{name}: {value}")]
    printed = _wrk(1, seconds, ["--latency", *options, url])
    if "Non-2xx" in printed:
        raise SystemExit(f"{url} was refused: the figures would mean nothing")
    found = re.search(rf"^ +{percent}% +([0-9.]+)(us|ms|s)$", printed, re.MULTILINE)
    if found is None:
        raise SystemExit(f"wrk did not say how long {url} took")
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]


def _wrk(connections: int, seconds: int, arguments: list[str]) -> str:
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is missing; on Debian: apt-get install wrk")
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
