"""Backups and restores in the audit trail: they concern every agency of the database, so each finds a line."""

from pathlib import Path
from typing import Final

from app.access.audit import record
from app.access.audit_actions import AuditAction
from app.cli.context import actor, database, err
from app.directory.catalogue_store import agency_ids
from app.foundation.clock import system_clock
from app.foundation.storage.backups.manifest import Manifest
from app.foundation.storage.database import SQLAlchemyError

MADE: Final = "backup.made"
RESTORED: Final = "backup.restored"


def audit_copy(action: AuditAction, file: Path, manifest: Manifest) -> None:
    """Record it for each agency, with the digest that tells this copy from others; or say that it is not recorded.

    A copy is not refused for that: it may be needed most where nothing can be written any more.
    """
    with database() as db:
        try:
            with db.writing() as session:
                for agency_id in agency_ids(session):
                    record(
                        session,
                        agency_id=agency_id,
                        actor=actor(),
                        action=action,
                        # Its folder is the machine's own affair.
                        subject=file.name[:200],
                        at=system_clock(),
                        sha256=manifest.sha256,
                        as_of=manifest.made_at.isoformat(timespec="seconds"),
                    )
        except SQLAlchemyError as error:
            err.print(
                f"This is not in the audit trail, which cannot be written ({type(error).__name__}).",
                style="yellow", markup=False, highlight=False, soft_wrap=True,
            )  # fmt: skip
