"""Single ratings under load: (c) the service beside (a), with nothing else alive; then (a) beside (b), the textbook."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx

from benchmarks.load import Load, press
from benchmarks.processor import Cost, Taken, cost, median_cost, taken_by, taken_by_children
from benchmarks.roster import write_roster
from benchmarks.servers import Server, baseline, cermin
from benchmarks.stores import Store

CONNECTIONS = (1, 16, 64, 256)
# At which the processor's time is shown.
BUSY = 64
# At more connections than that the textbook's pool makes most of them wait half a minute: no answer is left to measure.
TEXTBOOK_CONNECTIONS = (1, 16, 64)
# The devices' quotas are asked, as everywhere, but refuse nothing: a town has more devices than this load.
UNBOUNDED = {
    "CERMIN_DEVICE_PER_HOUR": "1000000",
    "CERMIN_DEVICE_BURST": "1000000",
    "CERMIN_DEVICE_INTERVAL_SECONDS": "0",
    # Keys are looked up anew once a minute, as rarely as may be: a town's kiosks rate by the minute, not in bursts.
    "CERMIN_KEY_CACHE_SECONDS": "55",
}


@dataclass(frozen=True)
class Subject:
    """What is pressed, with which store's roster, and whose server works for it."""

    server: Server
    store: Store


@dataclass(frozen=True)
class Medians:
    """The medians over all rounds: answers a second, milliseconds, and the processor's time of each."""

    rate: float
    p50: float
    p99: float
    cost: Cost


Figures = dict[tuple[str, int], Medians]
Round = tuple[Load, Cost]


@dataclass(frozen=True)
class StoreFigures:
    """One store's: the service beside (a), the textbook beside (a), and the service's peak memory in MiB."""

    service: Figures
    textbook: Figures
    memory: float


def measure_writes(stores: list[Store], rounds: int, seconds: int) -> dict[str, StoreFigures]:
    """Figures by store. Each is measured with nothing alive but what it is compared with."""
    figures = {}
    for store in stores:
        service, memory = measure_service(store, CONNECTIONS, rounds, seconds)
        with baseline("bare", store.url) as bare, baseline("textbook", store.url) as slow:
            subjects = {"a": Subject(bare, store), "b": Subject(slow, store)}
            figures[store.name] = StoreFigures(
                service, _measured(subjects, TEXTBOOK_CONNECTIONS, rounds, seconds), memory
            )
    return figures


def measure_service(store: Store, connections: tuple[int, ...], rounds: int, seconds: int) -> tuple[Figures, float]:
    """Figures of bare ASGI, (a) and (c) by (subject, connections), and (c)'s peak memory in MiB."""
    with ExitStack() as stack:
        subjects = {
            name: Subject(stack.enter_context(baseline(kind, store.url)), store)
            for name, kind in {"asgi": "asgi", "a": "bare"}.items()
        }
        subjects["c"] = Subject(stack.enter_context(cermin(store.service_url, **UNBOUNDED)), store)
        _show_every_key(subjects["c"])
        return _measured(subjects, connections, rounds, seconds), subjects["c"].server.memory_mib()


def _show_every_key(subject: Subject) -> None:
    """Have every key of the roster looked up, which a busy machine would not get round to within the first round."""
    with httpx.Client(base_url=subject.server.url, trust_env=False, timeout=30) as client:
        for key in sorted({line.key for line in subject.store.roster}):
            # No sheet, which is refused after the key was looked at.
            client.post("/v1/ratings", json={}, headers={"Authorization": f"Bearer {key}"})


@contextmanager
def roster_of(store: Store) -> Iterator[Path]:
    """The file by which wrk spreads its sheets."""
    with TemporaryDirectory(prefix="cermin-roster-") as folder:
        file = Path(folder) / "roster"
        write_roster(list(store.roster), file)
        yield file


def _measured(
    subjects: Mapping[str, Subject], connections: tuple[int, ...], rounds: int, seconds: int
) -> dict[tuple[str, int], Medians]:
    found: dict[tuple[str, int], list[Round]] = {}
    with ExitStack() as stack:
        rosters = {name: stack.enter_context(roster_of(subject.store)) for name, subject in subjects.items()}
        for number in range(rounds + 1):
            for n in connections:
                for name, subject in subjects.items():
                    seed = number * 1_000 + n
                    one = _round(subject, rosters[name], n, 1 if number == 0 else seconds, seed)
                    # Round 0 warms up: pools, caches and the planner.
                    if number:
                        found.setdefault((name, n), []).append(one)
                        print(f"round {number} {n:>3} {name:<4} {subject.store.name:<10} {_line(*one)}", flush=True)
    return {key: _medians(of_key) for key, of_key in found.items()}


def _round(subject: Subject, roster: Path, connections: int, seconds: int, seed: int) -> Round:
    before = _taken(subject)
    load = press(subject.server, roster, connections, seconds, seed)
    return load, cost(subject.server.process.pid, before, _taken(subject), load.requests)


def _taken(subject: Subject) -> tuple[Taken, Taken]:
    server = subject.store.server
    return taken_by(subject.server.process.pid), {} if server is None else taken_by_children(server)


def _line(load: Load, cost: Cost) -> str:
    return f"{load.rate:7.0f}/s  µs: loop {cost.loop:4.0f}, threads {cost.threads:4.0f}, server {cost.server:4.0f}"


def _medians(rounds: list[Round]) -> Medians:
    loads = [load for load, _ in rounds]
    return Medians(
        median(load.rate for load in loads),
        median(load.p50 for load in loads),
        median(load.p99 for load in loads),
        median_cost(cost for _, cost in rounds),
    )
