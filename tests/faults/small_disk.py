"""A disk of some MiB that a test can fill up: a file system in memory, mounted for one test."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

import pytest

CHUNKS = (1_048_576, 4_096)


class SmallDisk:
    """A mounted folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def full(self) -> Iterator[None]:
        """Somebody else's file takes all that is left, to the last page."""
        ballast = self.folder / "ballast"
        with ballast.open("wb", buffering=0) as file:
            for size in CHUNKS:
                with suppress(OSError):
                    while file.write(bytes(size)) == size:
                        pass
        try:
            yield
        finally:
            ballast.unlink()


@contextmanager
def small_disk(mebibytes: int) -> Iterator[SmallDisk]:
    """Such a disk. Skips the test where nothing may be mounted: only the superuser may, and not in every container."""
    folder = Path(mkdtemp(prefix="cermin-disk-", dir="/tmp"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=755", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        done = subprocess.CompletedProcess(mount, 1, "", "there is no mount")
    if done.returncode:
        folder.rmdir()
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    try:
        yield SmallDisk(folder)
    finally:
        # Lazily, in case somebody has still a file open.
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()
