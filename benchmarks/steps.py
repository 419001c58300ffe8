"""The processor's time of a piece of work by its steps, and with that of the database's server where there is one."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from app.disclosure import block_writer, releasing, untold_store

# Each step of a release by the functions that do it; what they call of another step counts there. The rest is "others".
STEPS: Mapping[str, tuple[tuple[Any, str], ...]] = {
    "counting": ((untold_store, "unreleased_counts"), (untold_store, "left_but_counted")),
    "holding": ((block_writer.BlockWriter, "let_leave"),),
    "blocks": ((block_writer.BlockWriter, "tell"),),
    "sums": ((releasing, "renew_sums"),),
    "charts": ((releasing, "renew_charts"), (block_writer, "in_hand"), (block_writer, "judge")),
    "comments": ((releasing, "tell_comments"),),
    "profiles": ((releasing, "tell_profiles"),),
}


class Steps:
    """Where the processor's time of what runs meanwhile goes: seconds by step."""

    def __init__(self, clock: Callable[[], float], steps: Mapping[str, tuple[tuple[Any, str], ...]] = STEPS) -> None:
        self._clock = clock
        self._steps = steps
        self._now = "others"
        self._since = clock()
        self.seconds: Counter[str] = Counter()

    def _turn_to(self, step: str) -> str:
        """Count what has passed for the step so far, and go on with this one; returns the one before."""
        now, before = self._clock(), self._now
        self.seconds[before] += now - self._since  # type: ignore[assignment]  # typeshed lets counters count in integers only
        self._now, self._since = step, now
        return before

    def _timed(self, step: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*given: Any, **named: Any) -> Any:
            before = self._turn_to(step)
            try:
                return work(*given, **named)
            finally:
                self._turn_to(before)

        return timed

    @contextmanager
    def measuring(self) -> Iterator[None]:
        """Measure what is done meanwhile."""
        with ExitStack() as patches:
            for step, places in self._steps.items():
                for place, name in places:
                    patches.enter_context(patch.object(place, name, self._timed(step, getattr(place, name))))
            self._turn_to("others")
            self.seconds.clear()
            yield
            self._turn_to("others")


def processor_with(server: int | None) -> Callable[[], float]:
    """A clock of the processor's seconds of this process and of a server with its children, by its id."""
    if server is None:
        return time.process_time
    return lambda: time.process_time() + _tree(server)


def _tree(pid: int) -> float:
    """The seconds of a process, of its children, and of those that have ended."""
    total = 0.0
    for process in (str(pid), *Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()):
        try:
            fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
        except FileNotFoundError:
            # It ended meanwhile; its parent has its time.
            continue
        own = fields[11:15] if process == str(pid) else fields[11:13]
        total += sum(map(int, own)) / os.sysconf("SC_CLK_TCK")
    return total
