"""Workbooks that persons have sent: checked and imported in the background, sealed while they wait, erased after.

A workbook names persons with NIP. So its bytes and what came of it lie in the database encrypted, under a key that
only the browser keeps which sent it: neither a copy of the database nor its log shows anything, before or after.
"""

import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from enum import StrEnum
from os import urandom
from typing import NamedTuple
from uuid import UUID

import structlog

from app.directory import upload_store as store
from app.directory.tables import DirectoryUpload
from app.directory.workbook.apart import LONGEST, WorkbookProcess, WorkbookTooLarge
from app.directory.workbook.outcome import OUTCOME, Checked, Faulty
from app.directory.workbook.task import Task
from app.foundation.clock import Clock
from app.foundation.ids import new_id
from app.foundation.problems import Problem
from app.foundation.storage.agency_scope import of_agency
from app.foundation.storage.database import Database

log = structlog.get_logger("cermin.directory")

KEPT = timedelta(hours=1)
# So long another process leaves it to this one.
WORKS = timedelta(seconds=LONGEST + 60)
# What is done sooner is shown at once.
AT_ONCE = 2.0
KEY, NONCE = 32, 12


class UploadState(StrEnum):
    """How far a workbook has come. `outdated`: the directory changed before it was imported; it was checked again."""

    waiting = "waiting"
    checked = "checked"
    outdated = "outdated"
    faulty = "faulty"
    confirmed = "confirmed"
    imported = "imported"
    failed = "failed"


WORKING = frozenset({UploadState.waiting, UploadState.confirmed})
CONFIRMABLE = frozenset({UploadState.checked, UploadState.outdated})


class Sender(NamedTuple):
    """Who sends a workbook, as the audit trail and the directory know this person."""

    agency_id: str
    person_id: UUID
    actor: str
    employee: str | None


class Upload(NamedTuple):
    """A workbook that was sent, and what came of it so far."""

    upload_id: UUID
    state: UploadState
    name: str
    outcome: Faulty | Checked | None


class Uploads:
    """The workbooks of all persons, as one process sees them."""

    def __init__(self, database: Database, clock: Clock, process: WorkbookProcess) -> None:
        self._database = database
        self._clock = clock
        self._process = process

    def take(self, sender: Sender, name: str, content: bytes) -> tuple[UUID, str]:
        """Keep a workbook, in the place of one sent before, and check it; its id and the key to it (blocking)."""
        upload_id, key, now = new_id(), urandom(KEY), self._clock()
        row = DirectoryUpload(
            agency_id=sender.agency_id,
            upload_id=upload_id,
            person_id=sender.person_id,
            state=UploadState.waiting,
            content=_sealed(key, upload_id, "content", name.encode() + b"\n" + content),
            taken_at=now,
            expires_at=now + KEPT,
        )
        with self._database.writing() as session:
            store.erase_of(session, sender.agency_id, sender.person_id)
            session.add(row)
        self._work(sender, upload_id, key).join(AT_ONCE)
        return upload_id, _text(key)

    def find(self, sender: Sender, upload_id: UUID, key: str) -> Upload | None:
        """A workbook that this person sent from this browser within the hour; goes on with it where nobody does."""
        opened = self._opened(sender, upload_id, key)
        if opened is None:
            return None
        row, name, _ = opened
        now, state = self._clock(), UploadState(row.state)
        if state in WORKING and (row.claimed_until_at is None or row.claimed_until_at <= now):
            self._work(sender, upload_id, _bytes(key))
        outcome = _outcome(row, _bytes(key)) if state not in WORKING else None
        return Upload(upload_id, state, name, outcome)

    def waiting(self, sender: Sender) -> UUID | None:
        """The workbook of this person that is not done with."""
        with self._database.reading() as session:
            row = store.newest(session, sender.agency_id, sender.person_id, self._clock())
        return None if row is None or row.state in (UploadState.imported, UploadState.failed) else row.upload_id

    def confirm(self, sender: Sender, upload_id: UUID, key: str) -> bool:
        """Import what was checked (blocking); False where there is nothing that could be."""
        opened = self._opened(sender, upload_id, key)
        if opened is None or opened[0].state not in CONFIRMABLE:
            return False
        with self._database.writing() as session:
            if not store.change_state(session, sender.agency_id, upload_id, opened[0].state, UploadState.confirmed):
                return False
        self._work(sender, upload_id, _bytes(key)).join(AT_ONCE)
        return True

    def erase(self, sender: Sender) -> None:
        """Erase what this person sent."""
        with self._database.writing() as session:
            store.erase_of(session, sender.agency_id, sender.person_id)

    def purge(self) -> None:
        """Erase what is older than an hour."""
        now = self._clock()
        with self._database.reading() as session:
            due = store.any_expired(session, now)
        if due:
            with self._database.writing() as session:
                store.erase_expired(session, now)

    def _opened(self, sender: Sender, upload_id: UUID, key: str) -> tuple[DirectoryUpload, str, bytes] | None:
        """The row with the workbook's name and bytes; None for another person's, or without the key."""
        with self._database.reading() as session:
            row = store.find(session, sender.agency_id, sender.person_id, upload_id, self._clock())
        if row is None:
            return None
        whole = _opened(_bytes(key), upload_id, "content", row.content)
        if whole is None:
            return None
        name, _, content = whole.partition(b"\n")
        return row, name.decode(), content

    def _work(self, sender: Sender, upload_id: UUID, key: bytes) -> threading.Thread:
        """Do what comes next for a workbook, in a thread that no request waits for."""
        thread = threading.Thread(target=self._try, args=(sender, upload_id, key), daemon=True, name="workbook")
        thread.start()
        return thread

    def _try(self, sender: Sender, upload_id: UUID, key: bytes) -> None:
        try:
            # A thread of its own knows nothing of the request.
            with of_agency(sender.agency_id), self._process.turn(waits=True):
                self._do(sender, upload_id, key)
        except Exception as error:
            # Whoever looks at it next tries again. The text of the error may hold values of rows.
            log.error("upload.failed", error=type(error).__name__)

    def _do(self, sender: Sender, upload_id: UUID, key: bytes) -> None:
        now = self._clock()
        with self._database.writing() as session:
            state = store.begin(session, sender.agency_id, upload_id, sorted(WORKING), now, now + WORKS)
        opened = self._opened(sender, upload_id, _text(key))
        if state is None or opened is None:
            return
        row, name, content = opened
        try:
            outcome: Faulty | Checked | None = self._process.run(self._task(sender, row, name, key), content)
        except WorkbookTooLarge:
            outcome = None
        except Problem:
            # The database is busy: left to the next look.
            self._finish(sender, row, UploadState(row.state), row.content, row.outcome)
            return
        after = _state_after(UploadState(state), outcome)
        kept = row.content if after in CONFIRMABLE else _sealed(key, upload_id, "content", name.encode() + b"\n")
        sealed = None if outcome is None else _sealed(key, upload_id, "outcome", OUTCOME.dump_json(outcome))
        self._finish(sender, row, after, kept, sealed)

    def _task(self, sender: Sender, row: DirectoryUpload, name: str, key: bytes) -> Task:
        looked_at = _outcome(row, key)
        return Task(
            database_url=self._process.address,
            agency_id=sender.agency_id,
            actor=sender.actor,
            name=name,
            now=self._clock(),
            by=sender.employee,
            imports=row.state == UploadState.confirmed,
            version=looked_at.version if isinstance(looked_at, Checked) else None,
        )

    def _finish(
        self, sender: Sender, row: DirectoryUpload, state: UploadState, content: bytes, outcome: bytes | None
    ) -> None:
        with self._database.writing() as session:
            store.finish(session, sender.agency_id, row.upload_id, state, content, outcome)


def _state_after(state: UploadState, outcome: Faulty | Checked | None) -> UploadState:
    if outcome is None:
        return UploadState.failed
    if isinstance(outcome, Faulty):
        return UploadState.faulty
    if outcome.kind == "imported":
        return UploadState.imported
    return UploadState.outdated if state is UploadState.confirmed else UploadState.checked


def _outcome(row: DirectoryUpload, key: bytes) -> Faulty | Checked | None:
    if row.outcome is None:
        return None
    opened = _opened(key, row.upload_id, "outcome", row.outcome)
    return None if opened is None else OUTCOME.validate_json(opened)


def _sealed(key: bytes, upload_id: UUID, what: str, content: bytes) -> bytes:
    # Here, because a start need not read the library.
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    nonce = urandom(NONCE)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, content, f"{upload_id} {what}".encode())


def _opened(key: bytes, upload_id: UUID, what: str, sealed: bytes) -> bytes | None:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    try:
        return ChaCha20Poly1305(key).decrypt(sealed[:NONCE], sealed[NONCE:], f"{upload_id} {what}".encode())
    except (ValueError, InvalidTag):
        return None


def _text(key: bytes) -> str:
    return urlsafe_b64encode(key).decode().rstrip("=")


def _bytes(key: str) -> bytes:
    """The key that a browser sent; whatever it is, it opens nothing else."""
    try:
        return urlsafe_b64decode(f"{key}==")
    except ValueError:
        return b""
