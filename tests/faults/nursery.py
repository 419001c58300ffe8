"""A program that imports the service once and forks it on demand: `python -m tests.faults.nursery`.

Importing the service takes seconds of processor time, starting it a tenth of one. Thirty kills
would mostly measure Python's imports, three thousand would take hours. A forked child is the real
service in a session of its own; only the imports were made before it was born.

It reads orders as JSON lines and answers each with one line. Parents reap their children here only
when asked to, so the pid of a killed service belongs to nobody else until then.
"""

import gc
import json
import os
import resource
import signal
import sys
import time
from contextlib import suppress
from importlib import import_module
from typing import Any

# What the service would load when it starts; the mutants are loaded after the fork, by those who ask.
# The command by name, because the program imports it only when it is run.
WARM = ("app.cli.service", "psycopg", "sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.dialects.sqlite.pysqlite",
        "uvloop", "httptools", "uvicorn.lifespan.on", "uvicorn.protocols.http.httptools_impl")  # fmt: skip


def main() -> None:
    """Obey until standard input ends, then leave no child behind."""
    for module in WARM:
        import_module(module)
    assert "app.main" in sys.modules, "every service would import itself"
    # The service walks its whole heap once at start; what was imported here is left out of the walk.
    gc.collect()
    gc.freeze()
    alive: set[int] = set()
    answer("ready")
    for line in sys.stdin:
        order = json.loads(line)
        if "reap" in order:
            answer(reaped(order["reap"], order["seconds"], alive))
            continue
        pid = os.fork()
        if pid == 0:
            become(order)
            return
        alive.add(pid)
    for pid in alive:
        end(pid)


def become(order: dict[str, Any]) -> None:
    """The rest of the child's life: the entry point, as if the command line had called it."""
    os.setsid()
    # Only now may its process group be killed; hence the child says so, not the parent.
    answer(os.getpid())
    with open(order["log"], "ab") as log, open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    for kind, most in order["limits"]:
        resource.setrlimit(kind, (most, most))
    os.environ.update(order["environment"])
    sys.argv = ["cermin", *order["arguments"]]
    module, function = order["entry"].split(":")
    getattr(import_module(module), function)()


def reaped(pid: int, seconds: float, alive: set[int]) -> int | None:
    """The child's exit code (negative: the signal that ended it), or None if it has not ended in time."""
    until = time.monotonic() + seconds
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            alive.discard(pid)
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > until:
            return None
        time.sleep(0.002)


def end(pid: int) -> None:
    """Kill a child that nobody reaped; it is ours and unreaped, so the pid is certainly its own."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def answer(value: object) -> None:
    """One line to whoever gives the orders."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
