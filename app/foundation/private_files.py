"""Folders and files that nobody but the service's own user may look into, whatever the umask says."""

import os
import stat
from contextlib import suppress
from pathlib import Path

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600


def make_folder(folder: Path) -> None:
    """Make the folder (0700) and those above it. One that is there keeps its permissions: it may be shared."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode=PRIVATE_FOLDER)
    except FileExistsError:
        if not folder.is_dir():
            raise
    else:
        # The umask may have taken away what the owner needs.
        folder.chmod(PRIVATE_FOLDER)


def make_file(file: Path) -> None:
    """Make an empty file (0600), or take an existing one of ours away from everybody else."""
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
    found = file.stat()
    if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) != PRIVATE_FILE:
        file.chmod(PRIVATE_FILE)


def open_to_others(place: Path) -> bool:
    """Whether anybody but the owner may read, write or enter it; False if it is not there."""
    try:
        return bool(place.stat().st_mode & 0o077)
    except OSError:
        return False
