"""Child processes that serve on loopback; each is ended by whoever started it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

SECRET = "a secret of the benchmark, used nowhere else"


@dataclass(frozen=True)
class Server:
    """A serving process."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def processor_seconds(self) -> float:
        """The processor's time that it has taken so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mib(self) -> float:
        """The most memory it ever had resident, in MiB."""
        return peak_mib(self.process.pid)


def peak_mib(pid: int) -> float:
    """The most memory a living process ever had resident, in MiB (VmHWM; `ru_maxrss` would count its parent's)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return float("nan")


@contextmanager
def cermin(database_url: str, **changed: str) -> Iterator[Server]:
    """The service itself, started as an operator would, with these settings of the environment."""
    program = "from app.cli import main; main()"
    with _serving(["-c", program, "serve", "--port", "{port}"], database_url, changed) as server:
        yield server


@contextmanager
def baseline(name: str, database_url: str) -> Iterator[Server]:
    """One of `benchmarks.baselines`."""
    with _serving(["-m", "benchmarks.baselines", name, "{port}"], database_url) as server:
        yield server


@contextmanager
def _serving(arguments: list[str], database_url: str, changed: Mapping[str, str] | None = None) -> Iterator[Server]:
    port = free_port()
    environment = os.environ | {"CERMIN_DATABASE_URL": database_url, "CERMIN_SECRET": SECRET} | dict(changed or {})
    command = [sys.executable, *(argument.format(port=port) for argument in arguments)]
    process = subprocess.Popen(command, env=environment)
    try:
        _wait(port, process)
        yield Server(port, process)
    finally:
        process.terminate()
        process.wait(timeout=20)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    # A machine that others use as well may take its time.
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/openapi.json", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("a server did not start")
