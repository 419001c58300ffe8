"""The SQL of the blocks that are sealed with a month, and of their ratings."""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, false, func, select

from app.disclosure.rules.division import Month
from app.disclosure.rules.due import last_day
from app.disclosure.store import BLOCK, MEMBER
from app.foundation.storage.database import Session
from app.ratings.keys import first_key


def sealed_with(after: Month | None, month: Month) -> ColumnElement[bool]:
    """That a block is sealed with this month, when those up to `after` are sealed already."""
    upto = BLOCK.first_month <= month
    return upto if after is None else and_(upto, BLOCK.first_month > after)


def members_of(
    session: Session, agency_id: str, *of: ColumnElement[bool], reach: int
) -> tuple[ColumnElement[bool], ...]:
    """That a rating is in one of these blocks. Its key lies so many days behind their last month at most."""
    those = (BLOCK.agency_id == agency_id, *of)
    last = session.execute(select(func.max(BLOCK.last_month)).where(*those)).scalar()
    if last is None:
        return (false(),)
    in_block = MEMBER.block.in_(select(BLOCK.block).where(*those))
    return in_block, MEMBER.key < first_key(last_day(last) + timedelta(days=reach + 1))
