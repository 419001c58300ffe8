"""Single ratings under load: (a) bare, (b) textbook and (c) the service, interleaved."""

from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

from benchmarks.load import Load, press
from benchmarks.servers import Server, baseline, cermin
from benchmarks.stores import Store

CONNECTIONS = (1, 16, 64)


@dataclass(frozen=True)
class Medians:
    """The medians over all rounds."""

    rate: float
    p50: float
    p99: float


Figures = dict[tuple[str, int], Medians]


def measure_writes(stores: list[Store], rounds: int, seconds: int) -> tuple[Figures, dict[str, float]]:
    """Figures by (subject, connections), and the service's peak memory in MiB by store."""
    with ExitStack() as stack:
        subjects: dict[str, tuple[Server, str]] = {"a": (stack.enter_context(baseline("bare", stores[0].url)), "none")}
        for store in stores:
            subjects[f"b {store.name}"] = (stack.enter_context(baseline("textbook", store.url)), "none")
            subjects[f"c {store.name}"] = (stack.enter_context(cermin(store.url)), store.keys["app"])
        loads = _rounds(subjects, rounds, seconds)
        memory = {store.name: subjects[f"c {store.name}"][0].memory_mib() for store in stores}
    return {key: _medians(of_key) for key, of_key in loads.items()}, memory


def _rounds(subjects: dict[str, tuple[Server, str]], rounds: int, seconds: int) -> dict[tuple[str, int], list[Load]]:
    loads: dict[tuple[str, int], list[Load]] = {}
    for number in range(rounds + 1):
        for connections in CONNECTIONS:
            for name, (server, key) in subjects.items():
                seed = number * 100 + connections
                load = press(server, key, connections, 1 if number == 0 else seconds, seed)
                # Round 0 warms up: pools, caches and the planner.
                if number:
                    loads.setdefault((name, connections), []).append(load)
                    print(
                        f"round {number} {connections:>2} connections {name:<12} {load.rate:8.0f}/s",
                        flush=True,
                    )
    return loads


def _medians(loads: list[Load]) -> Medians:
    return Medians(*(median(getattr(load, name) for load in loads) for name in ("rate", "p50", "p99")))
