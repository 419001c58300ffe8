"""The SQL of what is not told: ratings that no told block has, and how many of them are said to wait."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from sys import intern

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select

from app.disclosure.comparison_store import ComparedPeriod, forget_compared
from app.disclosure.rules.division import Month, UnreleasedRating
from app.disclosure.rules.due import RatingGroup, Task, first_day, last_day, month_code
from app.disclosure.store import (
    BLOCK,
    DIVIDED_BY,
    EMPLOYEE,
    IN_BLOCK,
    MEMBER,
    MONTH,
    RATING,
    WAITING,
    batches,
    chunks,
    doubted,
    unsealed,
)
from app.disclosure.tables import Waiting
from app.foundation.storage.database import Session
from app.ratings.keys import first_key
from app.ratings.sealed_store import first_unsealed
from app.ratings.status import COUNTED, OPEN

# Held ratings are in no figure.
TELLABLE = (COUNTED, OPEN)
UNRELEASED = RATING.key.table.outerjoin(MEMBER.key.table, IN_BLOCK)


def has_counted(session: Session, agency_id: str) -> bool:
    """Whether a rating of the agency counts, told or not: one bit in its life, which says of no later one when."""
    query = select(RATING.key).where(RATING.agency_id == agency_id, RATING.standing.in_(TELLABLE))
    return session.execute(query.limit(1)).first() is not None or first_unsealed(session, agency_id) is not None


def unreleased_counts(
    session: Session,
    agency_id: str,
    first: date | None,
    last: date,
    offices: Collection[str] | None = None,
    late: timedelta = timedelta(),
) -> dict[RatingGroup, int]:
    """How many untold ratings there are of each part, up to `last`; None: from the beginning, at every office.

    `late` is how much older a rating's id may be than its day: a ticket counts on the day it is good from.
    """
    keys = (RATING.instrument, RATING.standing, RATING.office, EMPLOYEE, MONTH, RATING.service, RATING.channel)
    query = (
        select(*keys, func.count())
        .select_from(UNRELEASED)
        .where(
            RATING.agency_id == agency_id,
            RATING.rated_on <= last,
            RATING.standing.in_(TELLABLE),
            MEMBER.key.is_(None),
        )
        .group_by(*keys)
    )
    if first is not None:
        # Keys begin with the day of the id, in WIB: so only the rows of these days are looked at.
        query = query.where(RATING.rated_on >= first, RATING.key >= first_key(first - late - timedelta(days=2)))
    if offices is not None:
        query = query.where(RATING.office.in_(sorted(offices)))
    # Of each text one copy: of a nation's year there are a million parts, and as many copies of each code and month.
    return {RatingGroup(*map(intern, row[:-1])): row[-1] for row in session.execute(query)}


def unreleased_ratings(
    session: Session, agency_id: str, task: Task, offices: Collection[str]
) -> list[UnreleasedRating]:
    """The untold ratings of a task at these offices, in no order that tells when they came; none of what is sealed."""
    first = max(first_day(task.first), first_unsealed(session, agency_id) or date.min)
    query = (
        select(*DIVIDED_BY)
        .select_from(UNRELEASED)
        .where(
            RATING.agency_id == agency_id,
            RATING.instrument == task.instrument,
            RATING.standing == task.standing,
            RATING.rated_on.between(first, last_day(task.last)),
            MEMBER.key.is_(None),
        )
    )
    found: list[UnreleasedRating] = []
    for batch in batches(offices):
        found += map(UnreleasedRating._make, session.execute(query.where(RATING.office.in_(batch))).all())
    return found


def ratings_of_tasks(session: Session, agency_id: str, tasks: Collection[Task]) -> dict[Task, list[UnreleasedRating]]:
    """The same of tasks of one office each, by task: offices with few ratings would else cost a statement each."""
    together: dict[tuple[str, str], list[Task]] = defaultdict(list)
    for task in tasks:
        together[task.instrument, task.standing].append(task)
    found: dict[Task, list[UnreleasedRating]] = {task: [] for task in tasks}
    for (instrument, standing), alike in together.items():
        of_office: dict[str, list[Task]] = defaultdict(list)
        for task in alike:
            of_office[task.offices[0]].append(task)
        first, last = min(task.first for task in alike), max(task.last for task in alike)
        span = Task(instrument, standing, tuple(of_office), first, last)
        for rating in unreleased_ratings(session, agency_id, span, of_office):
            for task in of_office[rating.office]:
                if task.first <= rating.month <= task.last:
                    found[task].append(rating)
    return found


def offices_counting_again(session: Session, agency_id: str, before: date) -> set[str]:
    """The offices with untold ratings of days before this one that were doubted once: an auditor has released them."""
    # Without DISTINCT: for its sake SQLite went through all ratings in the order of their offices.
    query = (
        select(RATING.office)
        .select_from(UNRELEASED)
        .where(
            *doubted(agency_id),
            RATING.standing == COUNTED,
            RATING.rated_on < before,
            MEMBER.key.is_(None),
        )
    )
    return set(session.execute(query).scalars())


def offices_recounting(session: Session, agency_id: str, before: date) -> set[str]:
    """The offices of which something is said to wait of months before this day that may wait no more.

    Only a doubt changes what is old: it may have been held since, or have come back with its whole block.
    """
    of_old = (WAITING.agency_id == agency_id, WAITING.month < month_code(before))
    doubts = select(RATING.office).where(*doubted(agency_id), RATING.rated_on < before)
    # A block of several offices takes those along of which nothing was doubted.
    pooled = (
        select(BLOCK.block)
        .select_from(
            RATING.key.table.join(MEMBER.key.table, IN_BLOCK).join(
                BLOCK.block.table, and_(BLOCK.agency_id == MEMBER.agency_id, BLOCK.block == MEMBER.block)
            )
        )
        .where(*doubted(agency_id), BLOCK.office.is_(None))
    )
    query = select(WAITING.office).distinct().where(*of_old, or_(WAITING.office.in_(doubts), pooled.exists()))
    return set(session.execute(query).scalars())


def left_but_counted(session: Session, agency_id: str) -> dict[RatingGroup, int]:
    """How many ratings count in blocks that have left the figures: they wait until ten of their block do.

    What waited when its month was sealed waits for ever, and is not counted anew.
    """
    of_left = (BLOCK.agency_id == agency_id, BLOCK.released.is_(False), unsealed(session, agency_id))
    ends = select(BLOCK.office, func.min(BLOCK.first_month), func.max(BLOCK.last_month)).where(*of_left)
    left = session.execute(ends.group_by(BLOCK.office)).all()
    if not left:
        # Asked by itself: told in one statement, SQLite looked for the ratings of no block among all there are.
        return {}
    keys = (RATING.instrument, RATING.standing, RATING.office, EMPLOYEE, MONTH, RATING.service, RATING.channel)
    joined = RATING.key.table.join(MEMBER.key.table, IN_BLOCK).join(
        BLOCK.block.table, and_(BLOCK.agency_id == MEMBER.agency_id, BLOCK.block == MEMBER.block)
    )
    offices, firsts, lasts = zip(*left, strict=True)
    query = (
        select(*keys, func.count())
        .select_from(joined)
        .where(
            RATING.agency_id == agency_id,
            RATING.standing == COUNTED,
            RATING.rated_on.between(first_day(min(firsts)), last_day(max(lasts))),
            *of_left,
        )
        .group_by(*keys)
    )
    # A block of several offices says of none of them that it is one.
    some = [query] if None in offices else [query.where(RATING.office.in_(batch)) for batch in batches(offices)]
    return {RatingGroup(*row[:-1]): row[-1] for each in some for row in session.execute(each)}


def replace_waiting(
    session: Session,
    agency_id: str,
    first: Month | None,
    offices: Collection[str] | None,
    counts: Mapping[RatingGroup, int],
) -> None:
    """Put these counts in the place of those of the same months (from `first`) and offices (None: all).

    Where they are others, nothing is known any more of how offices compare.
    """
    of_agency: list[ColumnElement[bool]] = [WAITING.agency_id == agency_id]
    if first is not None:
        of_agency.append(WAITING.month >= first)
    if offices is not None:
        of_agency.append(WAITING.office.in_(sorted(offices)))
    names = (WAITING[name] for name in RatingGroup._fields)
    former = {RatingGroup(*row[:-1]): row[-1] for row in session.execute(select(*names, WAITING.n).where(*of_agency))}
    for instrument, month in {(part.instrument, part.month) for part, _ in former.items() ^ counts.items()}:
        forget_compared(session, ComparedPeriod(agency_id, instrument, month, month))
    session.execute(delete(Waiting).where(*of_agency))
    rows = [{"agency_id": agency_id, **part._asdict(), "n": n} for part, n in sorted(counts.items())]
    for batch in chunks(rows):
        session.execute(insert(Waiting), batch)
