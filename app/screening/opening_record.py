"""Recording and reading an office's opening hours."""

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from app.access.audit import record
from app.access.principals import Reach
from app.directory.listing_store import offices_page
from app.directory.reach import offices_in_reach, require_office
from app.directory.schemas import PageQuery
from app.directory.store import lock_agency
from app.foundation.storage.database import Session
from app.screening import store
from app.screening.rules.opening_hours import OpeningTimes, Week
from app.screening.schemas import OpeningIn, OpeningOut, OpeningPage, OpenOn, minutes_of, time_of


def get_opening(session: Session, reach: Reach, office: str) -> OpeningOut:
    """The office's hours. Raises `office-unknown`, `out-of-scope`."""
    require_office(session, reach, office)
    return _out(office, store.week_of(session, reach.agency_id, office))


def list_openings(session: Session, reach: Reach, offices: Collection[str]) -> dict[str, OpeningOut]:
    """The hours of each of these offices, which the caller has found in reach."""
    weeks = store.weeks_of(session, reach.agency_id, offices)
    return {office: _out(office, weeks.get(office)) for office in offices}


def page_of_openings(session: Session, reach: Reach, query: PageQuery) -> OpeningPage:
    """A page of the offices in reach with their hours, also of those that have said none."""
    within = offices_in_reach(session, reach)
    # One more than the page holds, to know whether there is a next one.
    found = offices_page(session, reach.agency_id, within=within, after=query.after, limit=query.limit + 1)
    shown = [each.code for each in found[: query.limit]]
    openings = list_openings(session, reach, shown)
    following = shown[-1] if len(found) > query.limit else None
    return OpeningPage(items=tuple(openings[code] for code in shown), next=following)


def put_opening(session: Session, reach: Reach, office: str, opening: OpeningIn, now: datetime) -> OpeningOut:
    """Replace the office's opening hours; the same again changes nothing.

    They hold from today's local day on: no rating is judged by hours that were recorded later. Raises `office-unknown`,
    `out-of-scope`.
    """
    # Two at once would both write the rows of a week that neither of them saw.
    lock_agency(session, reach.agency_id)
    before = get_opening(session, reach, office)
    hours = {each.weekday: OpeningTimes(minutes_of(each.opens), minutes_of(each.closes)) for each in opening.hours}
    if tuple(sorted(opening.hours, key=lambda each: each.weekday)) == before.hours:
        return before
    zone = dict(store.offices(session, reach.agency_id))[office]
    store.put_week(session, reach.agency_id, office, Week(now.astimezone(ZoneInfo(zone)).date(), hours))
    record(
        session,
        agency_id=reach.agency_id,
        actor=reach.actor,
        action="opening.changed",
        subject=office,
        at=now,
        weekdays=sorted(hours),
    )
    return get_opening(session, reach, office)


def opening_in(hours: dict[int, OpeningTimes]) -> OpeningIn:
    """Hours read from a line of text, as the wire model that `put_opening` takes."""
    return OpeningIn(
        hours=tuple(
            OpenOn(weekday=weekday, opens=time_of(each.opens), closes=time_of(each.closes))
            for weekday, each in sorted(hours.items())
        )
    )


def _out(office: str, week: Week | None) -> OpeningOut:
    if week is None:
        return OpeningOut(office=office, since=None, hours=())
    return OpeningOut(office=office, since=week.since, hours=opening_in(dict(week.hours)).hours)
