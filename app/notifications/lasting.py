"""What lasts is told of once: when it begins, in the transaction that notes it, and again only after it has ended."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from app.foundation.storage.database import Database
from app.notifications import store
from app.outbox.events import tell
from app.outbox.rules.kinds import EventKind


class Seen(NamedTuple):
    """Something that goes on now: what tells it from all others of its kind, its office, and what it is about."""

    subject: str
    office: str | None
    about: Mapping[str, str]


def note(database: Database, agency_id: str, kind: EventKind, seen: Sequence[Seen], now: datetime) -> int:
    """Tell of what has begun, and forget what has ended; how much has begun. `seen` is all that goes on now."""
    with database.reading() as session:
        known = store.going_on(session, agency_id, kind)
    begun = [each for each in seen if each.subject not in known]
    ended = known - {each.subject for each in seen}
    if not begun and not ended:
        return 0
    with database.writing() as session:
        for subject in sorted(ended):
            store.end(session, agency_id, kind, subject)
        # Another process may have noted it since it was looked up.
        begun = [each for each in begun if store.begin(session, agency_id, kind, each.subject, now)]
        for each in begun:
            tell(session, kind, agency_id=agency_id, office=each.office, about=each.about, at=now)
    return len(begun)
