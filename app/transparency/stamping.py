"""Has checkpoints stamped by a time-stamping authority (RFC 3161), where one is set: after they are signed, and apart
from that. Whatever goes wrong here costs nothing but the stamp, which is tried for again.
"""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import structlog

from app.foundation.clock import Clock
from app.foundation.ids import new_id
from app.foundation.storage.agency_scope import of_agency
from app.foundation.storage.database import Database
from app.foundation.storage.leases import Lease
from app.transparency import store
from app.transparency.authority import Authority, NoAnswer, NotStamped
from app.transparency.publishing import place
from app.transparency.rules.checkpoints import parse_checkpoint
from app.transparency.rules.notes import parse_note
from app.transparency.rules.stamps import stamp_name
from app.transparency.rules.tiles import CHECKPOINT

log = structlog.get_logger("cermin.transparency")

NAME = "stamps"
# Renewed before every stamp, for which the authority is waited for some seconds.
LEASE = timedelta(minutes=2)
LATER = timedelta(minutes=15)


class Unstamped(NamedTuple):
    """A checkpoint without a stamp: the newest of its agency."""

    agency_id: str
    size: int
    note: str


class Stamping:
    """The stamping of one process; of several one does it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        authority: Authority | None,
        *,
        folder: Path | None = None,
        missing: Callable[[float], object] = lambda _: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._authority = authority
        self._folder = folder
        self._missing = missing
        self._stopped = threading.Event()
        self._lease = Lease(database, NAME, new_id().hex, LEASE)
        self._not_before = clock()

    def run_if_due(self) -> int:
        """Have every agency's newest checkpoint stamped that is not; how many were. Called every minute."""
        if self._authority is None:
            return 0
        waiting = self._waiting()
        self._missing(len(waiting))
        if not waiting or self._clock() < self._not_before or self._stopped.is_set():
            return 0
        if not self._lease.take(self._clock()):
            return 0
        try:
            stamped = self._stamp_all(self._authority, waiting)
        finally:
            self._lease.drop(self._clock())
        self._missing(len(waiting) - stamped)
        return stamped

    def stop(self) -> None:
        """Begin no stamp any more; the authority is waited for eight seconds at most."""
        self._stopped.set()

    def _waiting(self) -> list[Unstamped]:
        with self._database.reading() as session:
            return [Unstamped(*each) for each in store.unstamped(session)]

    def _stamp_all(self, authority: Authority, waiting: list[Unstamped]) -> int:
        stamped = 0
        for each in waiting:
            if self._stopped.is_set() or not self._lease.keep(self._clock()):
                break
            try:
                with of_agency(each.agency_id):
                    stamp_checkpoint(self._database, authority, each, self._folder, self._clock)
                stamped += 1
            except NotStamped as fault:
                log.warning("stamp.none", agency=each.agency_id, reason=str(fault))
                self._not_before = self._clock() + LATER
                if isinstance(fault, NoAnswer):
                    # The others would wait for the same authority.
                    break
            except Exception as error:
                # One agency's trouble keeps no other from its stamp. The error's name only: its text may hold values.
                log.error("stamp.agency_failed", agency=each.agency_id, error=type(error).__name__)
                self._not_before = self._clock() + LATER
        return stamped


def stamp_checkpoint(
    database: Database, authority: Authority, checkpoint: Unstamped, folder: Path | None, clock: Clock
) -> None:
    """Have a checkpoint stamped, keep the stamp, and put it beside the checkpoint where that is published.

    Raises NotStamped, and OSError where the folder cannot be written: what is kept stays kept.
    """
    stamp = authority.stamp(parse_note(checkpoint.note.encode()).text, clock)
    with database.writing() as session:
        store.put_stamp(session, checkpoint.agency_id, checkpoint.size, stamp)
    if folder is not None and _is_published(folder / checkpoint.agency_id, checkpoint.size):
        place(folder / checkpoint.agency_id / stamp_name(checkpoint.size), stamp)


def _is_published(folder: Path, size: int) -> bool:
    """Whether a folder has this checkpoint; a stamp of another one comes with it, when that is published."""
    try:
        return parse_checkpoint(parse_note((folder / CHECKPOINT).read_bytes()).text).size == size
    except (OSError, ValueError):
        return False
