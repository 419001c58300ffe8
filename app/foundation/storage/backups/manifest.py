"""The manifest beside a backup: what the copy holds, and the digest by which damage is found. No secret is in it."""

import json
from datetime import datetime
from hashlib import file_digest
from importlib.metadata import version
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.foundation.storage.backups.files import BackupFault, told

KIND: Literal["cermin-backup-1"] = "cermin-backup-1"
# A manifest has some hundred bytes; another file of that name is not read into memory.
MOST_BYTES = 10_000


class Facts(NamedTuple):
    """What a database holds: its schema's revision, how many ratings, and the fingerprint of its secret."""

    schema: str
    ratings: int
    secret: str | None


class Manifest(BaseModel):
    """What was true of a backup when it was made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["cermin-backup-1"]
    store: Literal["sqlite", "postgresql"]
    made_at: datetime
    program: str
    schema_revision: str
    ratings: int = Field(ge=0)
    # A digest by which secrets are compared; it says nothing about the secret (foundation/secret.py).
    secret_fingerprint: str | None
    bytes: int = Field(ge=0)
    sha256: str

    @property
    def facts(self) -> Facts:
        """What the restored database has to hold."""
        return Facts(self.schema_revision, self.ratings, self.secret_fingerprint)


def manifest_of(file: Path, store: Literal["sqlite", "postgresql"], facts: Facts, made_at: datetime) -> Manifest:
    """The manifest of a backup that was just written."""
    return Manifest(
        kind=KIND,
        store=store,
        made_at=made_at,
        program=version("cermin"),
        schema_revision=facts.schema,
        ratings=facts.ratings,
        secret_fingerprint=facts.secret,
        bytes=file.stat().st_size,
        sha256=digest_of(file),
    )


def place_of(backup: Path) -> Path:
    """Where the manifest of a backup lies."""
    return backup.with_name(f"{backup.name}.manifest.json")


def as_text(manifest: Manifest) -> str:
    """The manifest as its file has it."""
    return json.dumps(manifest.model_dump(mode="json"), indent=2) + "\n"


def read_manifest(backup: Path) -> Manifest:
    """The manifest beside a backup. Raises `BackupFault`."""
    place = place_of(backup)
    try:
        with place.open("rb") as file:
            return Manifest.model_validate_json(file.read(MOST_BYTES))
    except FileNotFoundError:
        raise BackupFault(
            f"{place} is missing. It is written beside a backup by `cermin backup`; how to restore a copy that was "
            "made otherwise says docs/operating.md."
        ) from None
    except OSError as error:
        raise told(error, place, "read") from None
    except ValidationError:
        raise BackupFault(f"{place} is no manifest of a backup, or a damaged one.") from None


def compare(file: Path, manifest: Manifest, name: Path) -> None:
    """Raise `BackupFault` unless the file's bytes are those that the manifest tells of; `name` is how to call it."""
    size = file.stat().st_size
    if size != manifest.bytes:
        raise BackupFault(f"{name} has {size} bytes, but {manifest.bytes} were written. Take another backup.")
    if digest_of(file) != manifest.sha256:
        raise BackupFault(f"{name} is damaged: its SHA-256 is not that of its manifest. Take another backup.")


def digest_of(file: Path) -> str:
    """SHA-256 of a file (hex), read bit by bit."""
    with file.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()
