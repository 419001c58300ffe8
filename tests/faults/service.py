"""The service as a child process that a test may kill: forked by the nursery, or run as a command."""

import json
import os
import resource
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol

import httpx

from tests.house import SECRET

ROOT = Path(__file__).resolve().parents[2]
REAL = "app.cli:main"
# Devices here send as fast as they can.
UNHURRIED = {"CERMIN_DEVICE_PER_HOUR": "0", "CERMIN_DEVICE_INTERVAL_SECONDS": "0"}
REAPING_SECONDS = 10.0
STARTING_SECONDS = 60.0
# Trusts nobody: to read whom to trust takes a client longer than all else, also where nothing is encrypted.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
# Below the range from which systems take the local ports of connections: a client that knocks at a
# port of that range while nobody listens may be connected to itself.
PORTS = (20_000, 32_000)
# What a process may have at most, by the kind of `resource` (RLIMIT_…).
Limits = Mapping[int, int]
UNLIMITED: Limits = {}


class Launcher(Protocol):
    """Starts services and waits for their end."""

    def start(self, entry: str, port: int, environment: dict[str, str], log: Path, limits: Limits) -> int:
        """The pid of a new service, which leads a process group of its own and has these limits."""

    def reap(self, pid: int, seconds: float) -> int | None:
        """The exit code (negative: the signal), or None if it has not ended within `seconds`."""


class Nursery:
    """Forks services from a process that has imported everything already."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    @classmethod
    @contextmanager
    def open(cls) -> Iterator["Nursery"]:
        """A nursery that ends, with whatever it has forked, when the block or this process does."""
        with subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            nursery = cls(process)
            assert nursery._answer() == "ready"
            yield nursery

    def start(self, entry: str, port: int, environment: dict[str, str], log: Path, limits: Limits) -> int:
        """Fork a service."""
        order = {"entry": entry, "arguments": ["serve", "--port", str(port)], "environment": environment}
        pid = self._ask({**order, "log": str(log), "limits": list(limits.items())})
        assert isinstance(pid, int)
        return pid

    def reap(self, pid: int, seconds: float) -> int | None:
        """Wait for a service's end."""
        code = self._ask({"reap": pid, "seconds": seconds})
        assert code is None or isinstance(code, int)
        return code

    def _ask(self, order: dict[str, object]) -> object:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> object:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


class Command:
    """Runs the service as an operator does, imports and all."""

    def __init__(self) -> None:
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, entry: str, port: int, environment: dict[str, str], log: Path, limits: Limits) -> int:
        """Run `cermin serve`."""

        def bounded() -> None:
            for kind, most in limits.items():
                resource.setrlimit(kind, (most, most))

        module, function = entry.split(":")
        program = f"from {module} import {function}; {function}()"
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-c", program, "serve", "--port", str(port)],
                cwd=ROOT,
                env=os.environ | environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=bounded if limits else None,
            )
        self._processes[process.pid] = process
        return process.pid

    def reap(self, pid: int, seconds: float) -> int | None:
        """Wait for its end."""
        try:
            code = self._processes[pid].wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        del self._processes[pid]
        return code


@dataclass
class Service:
    """One address at which a service runs, is killed and runs again."""

    launcher: Launcher
    database_url: str
    log: Path
    port: int
    entry: str = REAL
    settings: Mapping[str, str] = field(default_factory=lambda: UNHURRIED)
    limits: Limits = field(default_factory=dict)
    pid: int | None = None
    # How many processes have ended here.
    life: int = 0

    @classmethod
    @contextmanager
    def running(
        cls,
        launcher: Launcher,
        database_url: str,
        log: Path,
        entry: str = REAL,
        limits: Limits = UNLIMITED,
        settings: Mapping[str, str] = UNHURRIED,
    ) -> Iterator["Service"]:
        """A started service; nothing of it is left after the block."""
        service = cls(launcher, database_url, log, free_port(), entry, settings, limits)
        service.start()
        try:
            yield service
        finally:
            service.kill()

    @classmethod
    @contextmanager
    def several(
        cls, n: int, launcher: Launcher, database_url: str, log: Path, entry: str = REAL
    ) -> Iterator[list["Service"]]:
        """So many processes on one database, which start at once."""
        with ExitStack() as stack:
            services = [stack.enter_context(cls.running(launcher, database_url, log, entry)) for _ in range(n)]
            for service in services:
                wait_for(service)
            yield services

    @property
    def url(self) -> str:
        """Where clients send their ratings."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it; it answers a moment later."""
        environment = {"CERMIN_DATABASE_URL": self.database_url, "CERMIN_SECRET": SECRET, **self.settings}
        self.pid = self.launcher.start(self.entry, self.port, environment, self.log, self.limits)

    def kill(self) -> None:
        """SIGKILL to the whole process group, if the service still has one."""
        if self.pid is not None:
            os.killpg(self.pid, signal.SIGKILL)
            code = self.ended(REAPING_SECONDS)
            assert code == -signal.SIGKILL, f"the service had ended by itself: {code}, see {self.log}"

    def terminate(self) -> None:
        """SIGTERM, as service managers and containers send it."""
        assert self.pid is not None
        os.kill(self.pid, signal.SIGTERM)

    def ended(self, seconds: float) -> int | None:
        """The exit code, or None if the service has not ended within `seconds`."""
        assert self.pid is not None
        code = self.launcher.reap(self.pid, seconds)
        if code is not None:
            self.pid = None
            self.life += 1
        return code


def wait_for(service: Service, seconds: float = STARTING_SECONDS) -> None:
    """Wait until it answers."""
    until = time.monotonic() + seconds
    while True:
        try:
            httpx.get(f"{service.url}/healthz", trust_env=False, verify=NO_TLS)
        except httpx.TransportError:
            assert time.monotonic() < until, f"the service did not start, see {service.log}"
            time.sleep(0.02)
        else:
            return


def free_port() -> int:
    """A port on loopback that nobody listens at."""
    dice = Random()
    while True:
        port = dice.randrange(*PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
