"""Lets the targets of a period stay as they are, from the first closing on."""

from collections.abc import Mapping
from datetime import datetime

from app.disclosure.rules.calendar import Span
from app.foundation.problems import busy
from app.foundation.storage.database import Session
from app.targets.rules.target import TargetKey
from app.targets.store import fix, targets_of


def fix_targets(
    session: Session, agency_id: str, span: Span, instrument: str, seen: Mapping[TargetKey, int], now: datetime
) -> None:
    """Fix the targets that drafts were made of (`seen`); the caller holds the agency's lock. Raises `busy`."""
    # Set while the drafts were being made: they would say something else for ever.
    if targets_of(session, agency_id, span.code, instrument) != seen:
        raise busy()
    fix(session, agency_id, span.code, instrument, now)
