"""Known truths of the town, because it was made so. A report that misses one of these is wrong.

1. `FALLEN`: this employee's friendliness falls in week 20 and stays low; speed and transparency do not.
2. `SELF_RATER`: on the Wednesday of week 15, in the lunch hour (12:00-13:00 local), the kiosk of this
   employee's counter receives 40 perfect sheets without a word; the true ratings are poor.
3. `NEWCOMER`: posted twelve days before today, not on the roster yet, seven sheets in all. Everybody
   else has many times the ten below which nothing may be shown about a person.
4. `PRAISED`: citizens are clearly more satisfied with this employee than with others of the family, whoever they are
   served by besides: good service that is recognised.
5. The office `mpp` has more than three times as many sheets as the next one.
"""

from datetime import date, timedelta

from app.demo.people import EMPLOYEE_BY_CODE, TownEmployee
from app.demo.weeks import start_of, working_days

FALLEN = "E015"
FALL_WEEK = 20
# In standard deviations of one sheet's latent satisfaction, like every effect in `satisfaction`.
FALL = -0.75

SELF_RATER = "E036"
SELF_RATING_WEEK = 15
SELF_RATINGS = 40
SELF_RATING_HOUR = 12

PRAISED = "E013"

NEWCOMER = "E040"
NEWCOMER_DAYS = 12
NEWCOMER_RATINGS = 7


def self_rating_on(today: date) -> date:
    """The Wednesday of the self-ratings: every week of seven days has exactly one."""
    week = start_of(SELF_RATING_WEEK, today)
    return next(day for day in working_days(week, week + timedelta(weeks=1)) if day.weekday() == 2)


def posted_from(employee: TownEmployee, today: date) -> date:
    """The first day of an employee's posting; the newcomer's depends on today."""
    if employee.code == NEWCOMER:
        return today - timedelta(days=NEWCOMER_DAYS)
    return date.fromisoformat(employee.posted_from)


def newcomer() -> TownEmployee:
    """The employee about whom nothing may be shown yet."""
    return EMPLOYEE_BY_CODE[NEWCOMER]
