"""How long sessions, links and proofs last. Pure."""

from datetime import datetime, timedelta

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)
# For the second factor, or for setting one up.
INCOMPLETE = timedelta(minutes=15)
# How long a proof of being there opens what is sensitive.
PROOF = timedelta(minutes=10)
LINK = timedelta(hours=72)
# A session is marked as seen at most so often: a page of ten requests is one write.
SEEN_EVERY = timedelta(minutes=1)


def is_live(
    *, complete: bool, started_at: datetime, seen_at: datetime, ended_at: datetime | None, now: datetime
) -> bool:
    """Whether a session still opens anything at this moment."""
    if ended_at is not None:
        return False
    longest = LONGEST if complete else INCOMPLETE
    return now < started_at + longest and now < seen_at + IDLE


def is_proven(proven_at: datetime, now: datetime) -> bool:
    """Whether the person has proved to be there lately enough for what is sensitive."""
    return now < proven_at + PROOF
