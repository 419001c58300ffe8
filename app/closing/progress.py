"""How far closed periods are: reports, replies and notes of each revision, for who closes and finalises them."""

from dataclasses import dataclass
from datetime import datetime

from app.access.principals import Reach
from app.closing import store
from app.closing.tables import DRAFT, Period
from app.foundation.storage.database import Session


@dataclass(frozen=True)
class Progress:
    """The newest revision of a period by one questionnaire: reports about persons, and words written to them."""

    period: Period
    reports: int
    persons: int
    replies: int
    notes: int

    def may_finalise(self, now: datetime) -> bool:
        """Whether it is a draft whose window is over."""
        return self.period.state == DRAFT and now >= self.period.replies_end_at


def closings(session: Session, reach: Reach) -> list[Period]:
    """The newest revision of every period closed under this root, newest period first."""
    newest: dict[tuple[str, str], Period] = {}
    for period in store.periods_of(session, reach.agency_id):
        if period.root == reach.root_key:
            # They come in the order of their revisions.
            newest[period.code, period.instrument] = period
    return list(newest.values())


def progress_of(session: Session, period: Period) -> Progress:
    """How far a revision is."""
    heads = store.heads_of(session, period.agency_id, period.code, ("employee", "office", "agency", "skm"))
    own = [
        each
        for each in heads
        if (each.root, each.instrument, each.revision) == (period.root, period.instrument, period.revision)
    ]
    persons = [each.report_id for each in own if each.kind == "employee"]
    replies, notes = (read(session, period.agency_id, persons) for read in (store.replies_to, store.notes_on))
    return Progress(period, len(own), len(persons), len(replies), len(notes))
