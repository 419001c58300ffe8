"""The demo's offices have opening hours, and its kiosks rate within them: nothing is held for having been closed."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.access.principals import Reach
from app.demo.closed_kiosk import OFFICE, closed_on, sent_while_closed
from app.demo.loading import SEED, create_agency
from app.demo.opening import OPENING, tell_hours
from app.demo.rating import KIOSK
from app.demo.simulation import simulate
from app.demo.town import AGENCY_CODE, OFFICE_BY_CODE, OFFICES
from app.foundation.storage.database import Database
from app.screening.opening_record import list_openings
from app.screening.rules.opening_hours import OpeningTimes, is_outside
from app.screening.schemas import minutes_of

TODAY = date(2026, 11, 30)


@pytest.mark.long
def test_no_kiosk_rates_while_its_office_is_closed() -> None:
    hours = {each.weekday: OpeningTimes(minutes_of(each.opens), minutes_of(each.closes)) for each in OPENING.hours}
    rated = [each for each in simulate(SEED, TODAY) if each.channel == KIOSK]
    local = [each.moment.astimezone(ZoneInfo(OFFICE_BY_CODE[each.office].timezone)) for each in rated]
    assert len(local) > 10_000
    assert [each for each in local if is_outside(each.hour, hours.get(each.weekday()))] == []
    # What somebody sends as a kiosk of the demo in the evening is another matter.
    assert is_outside(20, hours[0])
    assert is_outside(10, hours.get(6))


@pytest.mark.parametrize("days", range(7))
def test_one_kiosk_sent_sheets_on_a_sunday_evening_not_long_ago(days: int) -> None:
    today = TODAY + timedelta(days=days)
    zone = ZoneInfo(OFFICE_BY_CODE[OFFICE].timezone)
    sent = list(sent_while_closed(SEED, today))
    assert [each.body() for each in sent] == [each.body() for each in sent_while_closed(SEED, today)]
    local = [each.moment.astimezone(zone) for each in sent]
    assert {(each.date(), each.weekday(), each.hour) for each in local} == {(closed_on(today), 6, 19)}
    # Hours are kept for six weeks; so few are no burst.
    assert timedelta(days=7) < today - closed_on(today) < timedelta(days=21)
    assert len({each.id for each in sent}) == len(sent) == 11


def test_every_office_told_its_hours_half_a_year_ago(database: Database) -> None:
    then = datetime(2026, 6, 1, tzinfo=UTC)
    with database.writing() as session:
        create_agency(session, datetime(2026, 11, 30, 3, tzinfo=UTC))
    tell_hours(database, Reach(AGENCY_CODE, None, "cli:demo"), then)
    with database.reading() as session:
        told = list_openings(session, Reach(AGENCY_CODE, None, "cli:demo"), OFFICE_BY_CODE)
    assert {each.hours for each in told.values()} == {OPENING.hours}
    assert {each.since for each in told.values()} == {then.date()}
    assert len(told) == len(OFFICES)
