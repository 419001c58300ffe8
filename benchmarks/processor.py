"""The processor's time of a service's threads and of its database: what a rating costs, whoever else uses the machine.

How many ratings a second are answered depends on everybody's load; how many microseconds of the processor one takes
depends on it far less, and is what a change of the code is seen by.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

Taken = dict[int, int]


@dataclass(frozen=True)
class Cost:
    """Microseconds of the processor for one rating: of the event loop, of the process's other threads, of the server.

    SQLite has no server; its work is the writing thread's.
    """

    loop: float
    threads: float
    server: float

    @property
    def process(self) -> float:
        """Of the loop and the threads, which share one interpreter and so one processor."""
        return self.loop + self.threads


def taken_by(process: int) -> Taken:
    """The nanoseconds that every thread of a process has had so far, by its id; the loop's is that of the process."""
    return {int(task.name): _nanoseconds(task) for task in Path(f"/proc/{process}/task").iterdir()}


def taken_by_children(process: int) -> Taken:
    """The nanoseconds of a process and its children: PostgreSQL's, which has one of them for each connection."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()
    return {int(pid): _nanoseconds(Path(f"/proc/{pid}")) for pid in (str(process), *children)}


def cost(process: int, before: tuple[Taken, Taken], after: tuple[Taken, Taken], ratings: int) -> Cost:
    """What each of so many ratings took, from what the process and its database's server had before and after."""
    of_process, of_server = ({tid: after[i][tid] - before[i].get(tid, 0) for tid in after[i]} for i in (0, 1))
    loop = of_process.pop(process, 0)
    return Cost(*(ns / 1_000 / ratings for ns in (loop, sum(of_process.values()), sum(of_server.values()))))


def median_cost(costs: Iterable[Cost]) -> Cost:
    """The median of each part."""
    found = list(costs)
    return Cost(*(median(getattr(each, part) for each in found) for part in ("loop", "threads", "server")))


def _nanoseconds(task: Path) -> int:
    try:
        return int((task / "schedstat").read_text("ascii").split()[0])
    except FileNotFoundError:
        # It ended between being listed and being looked at.
        return 0
