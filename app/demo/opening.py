"""When the demo's offices are open: told as an administrator tells it, and so long ago that the half year is judged."""

from datetime import datetime

from app.access.principals import Reach
from app.demo.roster import CLOSES_HOUR, OPENS_HOUR
from app.demo.town import OFFICES
from app.foundation.storage.database import Database
from app.screening.opening_record import opening_in, put_opening
from app.screening.rules.opening_hours import OpeningTimes

MONDAY_TO_FRIDAY = range(5)
OPENING = opening_in({day: OpeningTimes(OPENS_HOUR * 60, CLOSES_HOUR * 60) for day in MONDAY_TO_FRIDAY})


def tell_hours(db: Database, reach: Reach, then: datetime) -> None:
    """Tell the hours of every office; they hold from that moment's local day on."""
    with db.writing() as session:
        for office in OFFICES:
            put_opening(session, reach, office.code, OPENING, then)
