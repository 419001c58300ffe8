"""What a start costs: `cermin serve` on SQLite until it is ready, and what it holds when nobody asks.

`python -m benchmarks.start` starts this working copy; `--beside FOLDER` starts another one in turns with it, so that
both meet the same machine. Printed are the least processor seconds and the least time of all rounds, which depend
least on who else uses the machine, and the median of the memory.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.servers import SECRET, free_port

HERE = Path(__file__).parents[1]
PROGRAM = "from app.cli import main; main()"
# Jobs that are done at once after a start have ended by then.
SETTLED_SECONDS = 4


class Start(NamedTuple):
    """One start: the processor's and the clock's seconds until ready, and MiB resident and of the process alone."""

    processor: float
    clock: float
    resident: float
    unshared: float


def main() -> None:
    """Start each folder in turns and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--beside", type=Path, help="another working copy with the same libraries")
    chosen = parser.parse_args()
    folders = [HERE, *([chosen.beside] if chosen.beside else [])]
    with TemporaryDirectory() as place:
        # One for each, in the schema that it knows.
        urls = [f"sqlite:///{place}/{n}.db" for n in range(len(folders))]
        for folder, url in zip(folders, urls, strict=True):
            subprocess.run(_command("migrate"), cwd=folder, env=_environment(url), check=True)
        rounds = [[start(*each) for each in zip(folders, urls, strict=True)] for _ in range(chosen.rounds)]
    print("| working copy | processor, s | on the clock, s | resident, MiB | unshared, MiB |")
    print("|---|---|---|---|---|")
    for folder, starts in zip(folders, zip(*rounds, strict=True), strict=True):
        cpu, clock, rss, uss = zip(*starts, strict=True)
        print(f"| {folder} | {min(cpu):.2f} | {min(clock):.2f} | {median(rss):.0f} | {median(uss):.0f} |")


def start(folder: Path, database_url: str) -> Start:
    """Start the service of this folder, and end it when it has settled."""
    with _serving(folder, database_url) as (process, port, begun):
        ready = _ready(process, port)
        processor = _processor_seconds(process.pid)
        time.sleep(SETTLED_SECONDS)
        return Start(processor, ready - begun, *_memory(process.pid))


@contextmanager
def _serving(folder: Path, database_url: str) -> Iterator[tuple["subprocess.Popen[bytes]", int, float]]:
    port = free_port()
    begun = time.monotonic()
    command = _command("serve", "--port", str(port))
    process = subprocess.Popen(command, cwd=folder, env=_environment(database_url), stdout=subprocess.DEVNULL)
    try:
        yield process, port, begun
    finally:
        process.terminate()
        process.wait(timeout=60)


def _command(*words: str) -> list[str]:
    return [sys.executable, "-c", PROGRAM, *words]


def _environment(database_url: str) -> dict[str, str]:
    environment = os.environ | {"CERMIN_DATABASE_URL": database_url, "CERMIN_SECRET": SECRET}
    # What a first start has compiled, the next one reads.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def _ready(process: "subprocess.Popen[bytes]", port: int) -> float:
    while process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return time.monotonic()
        except (URLError, OSError):
            time.sleep(0.01)
    raise RuntimeError("the service did not start")


def _processor_seconds(pid: int) -> float:
    return (
        sum(int((task / "schedstat").read_text("ascii").split()[0]) for task in Path(f"/proc/{pid}/task").iterdir())
        / 1e9
    )


def _memory(pid: int) -> tuple[float, float]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()[1:]
    sizes = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
    return sizes["Rss"] / 1024, (sizes["Private_Clean"] + sizes["Private_Dirty"]) / 1024


if __name__ == "__main__":
    main()
