"""Stores served volumes: all of a request or of a file, or nothing and every fault."""

from collections.abc import Sequence
from datetime import datetime

from app.access.audit import record
from app.access.principals import Principal
from app.directory.catalogue_cache import CatalogueCache
from app.directory.schemas import VolumesIn, VolumesStored
from app.directory.store import put_volumes
from app.directory.volumes.volume import DayVolume, Flaw, flaws_of
from app.foundation.problems import FieldError, Problem
from app.foundation.storage.database import Database, Session


def take_volumes(
    database: Database, catalogues: CatalogueCache, principal: Principal, sent: VolumesIn, now: datetime
) -> VolumesStored:
    """Store the volumes a queue system sent; raises `invalid-request` or `out-of-scope` naming every wrong field."""
    volumes = [
        DayVolume(each.office, each.date, each.service, each.employee or "", each.served, each.offered)
        for each in sent.volumes
    ]
    agency_id, root = principal.agency_id, principal.office
    flaws = flaws_of(volumes, catalogues.current(agency_id), root=root, now=now)
    if flaws:
        # The cached directory may be seconds old: an office added a moment ago is no fault, so look in the newest.
        flaws = flaws_of(volumes, catalogues.current(agency_id, at_most=0), root=root, now=now)
    if flaws:
        raise _refusal(flaws)
    with database.writing() as session:
        changed = store_volumes(session, agency_id, volumes, actor=principal.actor, now=now)
    return VolumesStored(stored=len(volumes), changed=changed)


def store_volumes(session: Session, agency_id: str, volumes: Sequence[DayVolume], *, actor: str, now: datetime) -> int:
    """Write checked volumes in the caller's transaction; returns how many are new or changed."""
    changed = put_volumes(session, agency_id, volumes)
    # Queue systems send the same numbers again and again; only a change is worth an audit row.
    if changed:
        record(
            session,
            agency_id=agency_id,
            actor=actor,
            action="volumes.stored",
            subject=agency_id,
            at=now,
            stored=len(volumes),
            changed=changed,
        )
    return changed


def _refusal(flaws: Sequence[Flaw]) -> Problem:
    errors = [
        FieldError(f"volumes.{place}" if field is None else f"volumes.{place}.{field}", code)
        for place, field, code in flaws
    ]
    if any(flaw.code == "out-of-scope" for flaw in flaws):
        return Problem("out-of-scope", errors=errors, what="this office")
    return Problem("invalid-request", errors=errors)
