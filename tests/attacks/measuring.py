"""Runs `cermin` in a process of its own and tells how much memory it took at its most."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


# What a process took at its most is told to whoever waits for it, but not less than it was born with: so a small one
# waits for it, and not the tests'.
WAITING = """
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:], check=False).returncode
print("", status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, sep="\\n", end="")
"""


class Measured(NamedTuple):
    """How a process ended, what it said, and the most memory that it held."""

    status: int
    mebibytes: int
    said: str


def measured(arguments: Sequence[str], **environment: str) -> Measured:
    """Run one command to its end."""
    command = [sys.executable, "-c", WAITING, sys.executable, "-m", "app.cli", *arguments]
    done = subprocess.run(
        command, stdout=PIPE, stderr=STDOUT, cwd=ROOT, env=os.environ | environment, text=True, check=True
    )
    said, status, mebibytes = done.stdout.rsplit("\n", 2)
    return Measured(int(status), int(mebibytes), said)
