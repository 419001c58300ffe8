"""Has workbooks checked and imported in a process of its own, one at a time."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from app.directory.workbook.outcome import OUTCOME, Checked, Faulty
from app.directory.workbook.task import DATABASE_AWAY, TOO_MUCH, Task
from app.foundation.problems import busy
from app.foundation.storage.database import Database

# The largest workbook takes about a minute on a small machine.
LONGEST = 300.0
COMMAND = (sys.executable, "-P", "-m", "app.directory.workbook.child")


class WorkbookTooLarge(Exception):
    """Reading the workbook asked for more memory or time than there is."""


class WorkbookProcess:
    """The place for the one process that this one may have."""

    def __init__(self, database: Database, command: tuple[str, ...] = COMMAND, longest: float = LONGEST) -> None:
        self._address = database.url.render_as_string(hide_password=False)
        self._command = command
        self._longest = longest
        self._turn = threading.Lock()

    @property
    def address(self) -> str:
        """The address of the database that it works on."""
        return self._address

    @contextmanager
    def turn(self, *, waits: bool) -> Iterator[bool]:
        """Take the turn; False where somebody else has it and this one does not wait."""
        if not self._turn.acquire(blocking=waits):
            yield False
            return
        try:
            yield True
        finally:
            self._turn.release()

    def run(self, task: Task, content: bytes) -> Faulty | Checked:
        """Do the task (blocking), for whoever has the turn. Raises `WorkbookTooLarge`, or `busy`."""
        line = task.model_dump_json().encode() + b"\n"
        # The address of the database may hold a password: it is written into the process, and is no argument of it.
        try:
            done = subprocess.run(  # noqa: S603 - our own program
                self._command, input=line + content, capture_output=True, timeout=self._longest, check=False
            )
        except subprocess.TimeoutExpired:
            raise WorkbookTooLarge from None
        if done.returncode == DATABASE_AWAY:
            raise busy()
        # A negative status is a signal: of the system's, where memory was short.
        if done.returncode == TOO_MUCH or done.returncode < 0:
            raise WorkbookTooLarge
        if done.returncode:
            # What it wrote may hold values of rows.
            raise RuntimeError(f"the workbook's process ended with {done.returncode}")
        return OUTCOME.validate_json(done.stdout)
