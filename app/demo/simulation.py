"""Half a year of ratings of Kabupaten Cermin, a pure function of a seed and a day.

Every working day every counter has its visitors (`visits`), served by whoever is on duty (`roster`), who
answer from their satisfaction (`satisfaction`); on top come the sheets of the known truths (`truths`).
The standard library's generator is used because its stream has hardly changed from version to version.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from random import Random

from app.demo.comments import comment_on
from app.demo.people import EMPLOYEE_BY_CODE
from app.demo.profiles import draw_profile
from app.demo.rating import KIOSK, DemoRating, uuid7
from app.demo.roster import counter_of, on_duty
from app.demo.satisfaction import Effect, Scores, answer, draw_effects
from app.demo.town import OFFICE_BY_CODE, OFFICES, TownCounter, TownOffice
from app.demo.truths import (
    NEWCOMER_RATINGS,
    SELF_RATER,
    SELF_RATING_HOUR,
    SELF_RATINGS,
    newcomer,
    posted_from,
    self_rating_on,
)
from app.demo.urn import urn
from app.demo.visits import (
    HOUR,
    MINUTE,
    TownVisit,
    arrivals,
    expected_at_counter,
    midnight,
    moment,
    time_of_day,
)
from app.demo.weeks import first_day, week_of, working_days

CHANNELS = urn({KIOSK: 62, "mobile": 26, "web": 12})
# The share of those answering in an app who say who served them.
NAMED_CHANCE = 0.75
PERFECT = Scores(4, 4, 4)


def simulate(seed: int, today: date) -> list[DemoRating]:
    """About 60,000 ratings of the 26 weeks before today, oldest first."""
    # Streams of two days must not run into each other: one id would then come with two contents.
    return _Simulation(_random(f"{seed} {today}"), today, true_effects(seed)).ratings()


def true_effects(seed: int) -> dict[str, Effect]:
    """The effects that a seed's ratings were drawn from, by employee code; a fair comparison finds them again."""
    return draw_effects(_random(f"{seed}"))


def _random(seed: str) -> Random:
    # Seeded by text: Python hashes it the same way on every machine and in every process.
    return Random(seed)  # noqa: S311 - a demo must repeat itself; nothing here is secret.


@dataclass(frozen=True)
class _Simulation:
    """One run of the simulation: everything is drawn from `rng`, in one fixed order."""

    rng: Random
    today: date
    effects: dict[str, Effect]

    def ratings(self) -> list[DemoRating]:
        # Honest sheets first: whatever is changed in the known truths leaves all others as they were.
        drawn = [*self._honest(), *self._self_ratings(), *self._newcomer()]
        # The first bits of an id are its time, so this is the order in which the sheets were given.
        return sorted(drawn, key=attrgetter("id"))

    def _honest(self) -> Iterator[DemoRating]:
        for day in working_days(first_day(self.today), self.today):
            for office in OFFICES:
                for counter in office.counters:
                    yield from self._counter_day(day, office, counter)

    def _counter_day(self, day: date, office: TownOffice, counter: TownCounter) -> Iterator[DemoRating]:
        employee = on_duty(office.code, counter.code, day)
        for time in self._times(day, office, employee):
            yield self._answered(self._visit(day, time, office, counter, employee, self.rng.choice(CHANNELS)))

    def _times(self, day: date, office: TownOffice, employee: str) -> list[int]:
        times = arrivals(self.rng, expected_at_counter(office, day))
        if employee != SELF_RATER or day != self_rating_on(self.today):
            return times
        # The one who rates himself is alone at the counter: nobody else comes in that hour.
        return [time for time in times if time // HOUR != SELF_RATING_HOUR]

    def _visit(
        self, day: date, time: int, office: TownOffice, counter: TownCounter, employee: str, channel: str
    ) -> TownVisit:
        return TownVisit(
            at=midnight(day, office.timezone) + time,
            week=week_of(day, self.today),
            office=office.code,
            counter=counter.code,
            service=self.rng.choice(counter.services),
            employee=employee,
            channel=channel,
        )

    def _answered(self, visit: TownVisit) -> DemoRating:
        scores = answer(self.rng, self.effects, visit)
        named = visit.channel != KIOSK and self.rng.random() < NAMED_CHANCE
        return self._rating(visit, scores, named=named, comments=True)

    def _rating(self, visit: TownVisit, scores: Scores, *, named: bool, comments: bool) -> DemoRating:
        return DemoRating(
            id=uuid7(visit.at, self.rng.getrandbits(74)),
            moment=moment(visit.at),
            office=visit.office,
            counter=visit.counter if visit.channel == KIOSK else None,
            service=visit.service,
            employee=visit.employee if named else None,
            channel=visit.channel,
            scores=scores,
            comment=comment_on(self.rng, scores) if comments else None,
            profile=draw_profile(self.rng) if comments else None,
        )

    def _self_ratings(self) -> Iterator[DemoRating]:
        """From 12:01 to 12:56, a sheet about every 80 seconds: too many for a lunch hour, none too fast."""
        day, counter = self_rating_on(self.today), counter_of(SELF_RATER)
        office = OFFICE_BY_CODE[EMPLOYEE_BY_CODE[SELF_RATER].office]
        begin, pace = SELF_RATING_HOUR * HOUR + MINUTE, 55 * MINUTE // SELF_RATINGS
        for n in range(SELF_RATINGS):
            time = begin + n * pace + self.rng.randrange(MINUTE // 2)
            visit = self._visit(day, time, office, counter, SELF_RATER, KIOSK)
            yield self._rating(visit, PERFECT, named=False, comments=False)

    def _newcomer(self) -> Iterator[DemoRating]:
        """Citizens who name the newcomer in the app; the roster does not know the newcomer yet."""
        employee = newcomer()
        office = OFFICE_BY_CODE[employee.office]
        days = list(working_days(posted_from(employee, self.today), self.today))
        for _ in range(NEWCOMER_RATINGS):
            day, counter = self.rng.choice(days), self.rng.choice(office.counters)
            visit = self._visit(day, time_of_day(self.rng), office, counter, employee.code, "mobile")
            yield self._rating(visit, answer(self.rng, self.effects, visit), named=True, comments=True)
