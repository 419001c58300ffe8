"""Tells what stands beside answers: comments and respondents' profiles, as blocks of their own."""

from collections.abc import Collection
from itertools import islice
from random import Random
from typing import NamedTuple

from app.disclosure import beside_store
from app.disclosure.rules.comments import parts_of_ten
from app.disclosure.rules.division import Month, divide
from app.disclosure.rules.due import period_of, tasks
from app.disclosure.rules.profiles import profile_parts
from app.disclosure.tables import CommentBlock
from app.foundation.storage.database import Session

# Offices whose profiles are held at once.
AT_ONCE = 500


class Telling(NamedTuple):
    """What release tells it of which agency: months up to `through`, in periods of so many months.

    `first` is the first month that may have something new (None: from the beginning), `former` the last month that
    the release before could tell, `instruments` the agency's questionnaires.
    """

    agency_id: str
    release: int
    through: Month
    period_months: int
    first: Month | None
    former: Month | None
    instruments: Collection[str]


def tell_comments(session: Session, telling: Telling, choose: Random) -> None:
    """Put comments that are due into blocks of ten to nineteen. The caller holds the agency's lock."""
    counts = beside_store.untold_comment_counts(session, telling.agency_id, telling.first)
    number = beside_store.next_comment_block(session, telling.agency_id)
    for task in tasks(counts, telling.through, telling.period_months):
        # They are divided as ratings are: by office and month where ten or more are left of each.
        for block in divide(beside_store.untold_comments(session, telling.agency_id, task), choose):
            for part in parts_of_ten(block.ratings):
                row = CommentBlock(
                    agency_id=telling.agency_id,
                    block=number,
                    instrument=task.instrument,
                    office=block.shared.office,
                    first_month=block.shared.first_month,
                    last_month=block.shared.last_month,
                    release=telling.release,
                )
                beside_store.tell_comments(session, row, [comment.key for comment in part])
                number += 1


def tell_profiles(session: Session, telling: Telling) -> None:
    """Tell the profiles of those of whom more ratings are told now. The caller holds the agency's lock."""
    # When a period is over, what was left of its months goes together, also where nothing came in the last of them.
    ended = telling.former != telling.through
    since = period_of(telling.former or telling.through, telling.period_months)[0] if ended else None
    changed = iter(beside_store.changed_raters(session, telling.agency_id, telling.release, since, telling.instruments))
    while batch := list(islice(changed, AT_ONCE)):
        raters = beside_store.raters(session, telling.agency_id, batch)
        given = beside_store.given_profiles(session, telling.agency_id, batch)
        told = beside_store.told_profiles(session, telling.agency_id, batch)
        parts = (
            (
                each,
                profile_parts(
                    given.get(each, ()),
                    raters.get(each, {}),
                    told.get(each, ()),
                    telling.through,
                    telling.period_months,
                ),
            )
            for each in batch
        )
        beside_store.add_profiles(session, telling.agency_id, parts)
