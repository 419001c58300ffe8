"""What an agency has besides ratings after half a year: served volumes, tickets, a finding, a final period, a draft."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import httpx

from app.access.keys import issue
from app.access.principals import KeyKind, Reach
from app.closing import lifecycle
from app.closing.addressing import asked
from app.closing.public.publishing import publish
from app.demo.follow_up import follow_up
from app.demo.opening import tell_hours
from app.demo.promises import promise_and_tell
from app.demo.rating import DemoRating, uuid7
from app.demo.roster import on_duty
from app.demo.surveys import SURVEY, count_answers
from app.demo.targets import set_targets
from app.demo.town import AGENCY_CODE, OFFICE_BY_CODE, OFFICES, TownOffice
from app.demo.weeks import first_day
from app.directory.volumes.volume import DayVolume
from app.disclosure.releasing import ReleaseOrder, release_agency
from app.disclosure.rules.calendar import Span, months_until, periods_with
from app.disclosure.rules.due import last_day, last_month_over
from app.foundation.clock import Clock
from app.foundation.settings import Settings
from app.foundation.storage.database import Database
from app.foundation.storage.installation import fact, put_fact
from app.measures.comparing import compare_offices
from app.ratings.keys import KeyMaker
from app.screening.run import run_agency, usual_order
from app.seals.keyring import signing_key
from app.seals.signing import SigningKey, make_key

ACTOR = "cli:demo"
# Facts in the database: all of this was done, the month of the drafts, and that of the survey on paper.
DONE, DRAFTED, SURVEYED = "demo-half-year", "demo-drafted", "demo-surveyed"
# Of eight people served five rated; seven were asked.
SERVED_OF_FIVE, OFFERED_OF_FIVE = 8, 7
# On a day of tickets each office issues so many, arms and gets back so many.
ISSUED, ARMED, SPENT = 14, 13, 11
TICKET_MONTHS = 4
# The traces of the whole half year are still there on the day of loading: nothing has forgotten them yet.
DAYS = 200
INSTRUMENT = "ikl-1"
REPLY_WORKING_DAYS = 5

# A client of the whole service with these settings, whose clock is turned, running while the context is open.
ServingThen = Callable[[Settings, Clock], AbstractAsyncContextManager[httpx.AsyncClient]]


class TurnedClock:
    """A clock that stands where it was put."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The moment it stands at."""
        return self.now


def volumes_of(ratings: Sequence[DemoRating]) -> list[DayVolume]:
    """How many people each office served a day, by service and employee ('': nobody named), from who rated."""
    rated = Counter(_served(rating) for rating in ratings)
    return [
        DayVolume(office, day, service, employee, -(-n * SERVED_OF_FIVE // 5), -(-n * OFFERED_OF_FIVE // 5))
        for (office, day, service, employee), n in sorted(rated.items())
    ]


def _served(rating: DemoRating) -> tuple[str, date, str, str]:
    day = rating.moment.astimezone(ZoneInfo(OFFICE_BY_CODE[rating.office].timezone)).date()
    employee = on_duty(rating.office, rating.counter, day) if rating.counter else rating.employee or ""
    return rating.office, day, rating.service, employee


def is_done(db: Database) -> bool:
    """Whether the half year was lived through, whatever came of it."""
    with db.reading() as session:
        return fact(session, DONE) is not None


def done(db: Database) -> None:
    """Remember that it was: nothing is handed out or closed a second time."""
    with db.writing() as session:
        put_fact(session, DONE, "yes")


def drafted(db: Database) -> str | None:
    """The month of which there are drafts."""
    with db.reading() as session:
        return fact(session, DRAFTED)


def surveyed(db: Database) -> str | None:
    """The month of which there is a signed report by another questionnaire."""
    with db.reading() as session:
        return fact(session, SURVEYED)


def screen_and_close(values: Settings, db: Database, keys: KeyMaker, now: datetime) -> None:
    """Tell the hours, hold what nobody can have given, release, sign the newest quarter, draft the newest month.

    The first month of that quarter has a survey by another questionnaire beside it, signed, too. Raises what closing a
    period raises.
    """
    reach, by = Reach(AGENCY_CODE, None, ACTOR), lifecycle.Method(INSTRUMENT)
    tell_hours(db, reach, datetime.combine(first_day(now.date()), time(), UTC))
    run_agency(db, AGENCY_CODE, usual_order(now, ACTOR, DAYS))
    promise_and_tell(db, reach, now)
    survey = surveyed_month(now, timedelta(days=values.release_after_days))
    count_answers(db, keys, survey, now, actor=ACTOR)
    after, late = timedelta(days=values.release_after_days), timedelta(days=values.late_limit_days)
    release_agency(db, AGENCY_CODE, ReleaseOrder(now, ACTOR, after, late, whole=True))
    compare_offices(db, AGENCY_CODE)
    quarter, month = final_quarter(now, after), drafted_month(now, after)
    set_targets(db, reach, (quarter, month), INSTRUMENT, now)
    lifecycle.close(db, reach, quarter, by=by, now=now, working_days=0)
    follow_up(db, reach, quarter, INSTRUMENT, now)
    lifecycle.finalise(db, reach, quarter, INSTRUMENT, key=_key(values), now=now)
    with db.writing() as session:
        publish(session, reach, quarter, INSTRUMENT, now, values.public_url)
    lifecycle.close(db, reach, survey, by=lifecycle.Method(SURVEY), now=now, working_days=0)
    lifecycle.finalise(db, reach, survey, SURVEY, key=_key(values), now=now)
    lifecycle.close(db, reach, month, by=by, now=now, working_days=REPLY_WORKING_DAYS)
    with db.writing() as session:
        put_fact(session, DRAFTED, month.code)
        put_fact(session, SURVEYED, survey.code)


def drafted_month(now: datetime, after: timedelta) -> Span:
    """The newest month whose figures are told."""
    return asked(last_month_over(now, after))


def final_quarter(now: datetime, after: timedelta) -> Span:
    """The newest quarter whose figures are told."""
    month = last_day(last_month_over(now, after))
    quarter = periods_with(month).quarter
    return quarter if quarter.last <= month else quarter.before()


def surveyed_month(now: datetime, after: timedelta) -> Span:
    """The month of the survey on paper: the first of the signed quarter, so that each period has one questionnaire."""
    return asked(f"{final_quarter(now, after).first:%Y-%m}")


def _key(values: Settings) -> SigningKey | None:
    return signing_key(values.signing_key_file) or make_key(values.signing_key_file)


async def hand_out_tickets(values: Settings, db: Database, now: datetime, serving: ServingThen) -> None:
    """Issue, arm and spend tickets on one day of each of the last months, as the queue systems would have."""
    after = timedelta(days=values.release_after_days)
    days = [_wednesday(month) for month in months_until(last_day(last_month_over(now, after)), TICKET_MONTHS)]
    clock = TurnedClock(_at_ten(days[0]))
    with db.writing() as session:
        key, _ = issue(
            session,
            agency_id=AGENCY_CODE,
            kind=KeyKind.queue,
            label="demo: loading",
            actor=ACTOR,
            now=now,
            expires_at=now + timedelta(hours=1),
        )
    async with serving(values, clock) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        for day in days:
            clock.now = _at_ten(day)
            for office in OFFICES:
                await _hand_out(client, office, clock.now)


async def _hand_out(client: httpx.AsyncClient, office: TownOffice, at: datetime) -> None:
    counter = office.counters[0]
    service = counter.services[0]
    wanted = {"office": office.code, "service": service, "counter": counter.code, "count": ISSUED}
    issued = (await client.post("/v1/tickets", json=wanted)).raise_for_status().json()
    codes = [ticket["code"] for ticket in issued["tickets"]]
    arming = {"tickets": [{"ticket": code, "counter": counter.code} for code in codes[:ARMED]]}
    (await client.post("/v1/tickets/arm", json=arming)).raise_for_status()
    for body in _rated(codes[:SPENT], Random(f"{office.code} {at}"), at):  # noqa: S311 - nothing here is secret
        # A citizen has no key.
        request = client.build_request("POST", "/v1/ratings", json=body)
        del request.headers["Authorization"]
        (await client.send(request)).raise_for_status()


def _rated(codes: Sequence[str], rng: Random, at: datetime) -> Iterator[dict[str, object]]:
    for code in codes:
        scores = {name: rng.choice((3, 3, 4, 4, 2)) for name in ("speed", "transparency", "friendliness")}
        yield {"ticket": code, "id": uuid7(int(at.timestamp() * 1_000), rng.getrandbits(74)), "scores": scores}


def _wednesday(month: Span) -> date:
    """The second Wednesday, which no holiday of the demo is."""
    first = month.first + timedelta(days=(2 - month.first.weekday()) % 7)
    return first + timedelta(weeks=1)


def _at_ten(day: date) -> datetime:
    """Ten in WIB, noon in WIT: open everywhere."""
    return datetime.combine(day, time(3), UTC)
