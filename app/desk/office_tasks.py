"""What waits for who leads an office, as tasks with their days: at most seven, the longest overdue first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.access.principals import Principal, Role
from app.closing import store
from app.closing.progress import closings
from app.closing.survey.store import OpenAction
from app.closing.survey.waiting import overdue_actions
from app.closing.tables import DRAFT, WHOLE, Period
from app.desk.addresses import with_query
from app.desk.blocks import Task, Tasks
from app.desk.navigation import FINDINGS, FOLLOW_UP, KIOSKS, PERIODS, REPORTS, roles_of
from app.desk.periods import address_of
from app.desk.plan_choice import PlanChoice
from app.desk.plan_words import element_titles
from app.devices.fleet import count_silent_in_reach
from app.directory.listing_store import names_of, office_branches
from app.directory.rules.office_tree import at_and_above
from app.foundation.storage.database import Session
from app.indices.reading import instrument_of
from app.ratings.rules.selection import By
from app.reports.sections.language import Language
from app.screening import decisions
from app.screening.schemas import FindingQuery

MOST_TASKS = 7
# More than anybody looks through at once; the page of findings has all.
MOST_FINDINGS = 100


@dataclass(frozen=True)
class Waiting:
    """What waits: findings (at most a hundred), silent kiosks, drafts, overdue actions.

    An overdue action comes with its element's title, and the name of its office where that is not the reader's own.
    `finalises` says whether the reader is one who finalises drafts.
    """

    finalises: bool
    findings: int
    silent: int
    drafts: tuple[Period, ...]
    overdue: tuple[tuple[OpenAction, str, str | None], ...]


def waiting_for(
    session: Session, principal: Principal, now: datetime, silent_after: timedelta, tell: Language
) -> Waiting | None:
    """What waits for this person; nothing is asked of a viewer."""
    role = principal.kind
    if role is Role.viewer:
        return None
    query = FindingQuery(standing="held", limit=MOST_FINDINGS)
    # A task leads to where it is done: those without that page have none.
    findings = decisions.list_findings(session, principal.reach, query).items if role in roles_of(FINDINGS) else ()
    closed = _closings(session, principal) if role in roles_of(PERIODS) else []
    overdue = overdue_actions(session, principal.reach, now) if role in roles_of(FOLLOW_UP) else []
    titles = {
        each.instrument: element_titles(instrument_of(session, principal.agency_id, each.instrument), tell)
        for each in overdue
    }
    elsewhere = {each.office for each in overdue if each.office and each.office != principal.office}
    names = names_of(session, principal.agency_id, By.office, elsewhere)
    return Waiting(
        finalises=principal.office is None,
        findings=len(findings),
        silent=count_silent_in_reach(session, principal.reach, now, silent_after) if role in roles_of(KIOSKS) else 0,
        drafts=tuple(each for each in closed if each.state == DRAFT),
        overdue=tuple(
            (each, titles[each.instrument].get(each.element, each.element), names.get(each.office)) for each in overdue
        ),
    )


def _closings(session: Session, principal: Principal) -> list[Period]:
    """The newest revision of every closing that reports about this reach."""
    if principal.office is None:
        return closings(session, principal.reach)
    roots = {WHOLE, *at_and_above(office_branches(session, principal.agency_id, principal.office), principal.office)}
    # They come in the order of their revisions.
    found = {
        (each.root, each.code, each.instrument): each
        for each in store.periods_of(session, principal.agency_id)
        if each.root in roots
    }
    return list(found.values())


def tasks_of(waiting: Waiting, now: datetime, tell: Language) -> Tasks:
    """The tasks; where there are more overdue actions than fit, the last says how many."""
    others = [_draft(each, waiting, now, tell) for each in waiting.drafts]
    if waiting.findings:
        text = tell("Findings that wait for an auditor: {n}", n=str(waiting.findings))
        others.insert(0, Task(text, FINDINGS.address))
    if waiting.silent:
        others.insert(0, Task(tell("Kiosks that are silent: {n}", n=str(waiting.silent)), KIOSKS.address))
    others = others[: MOST_TASKS - 1]
    room = MOST_TASKS - len(others)
    overdue = [_overdue(each, title, place, tell) for each, title, place in waiting.overdue]
    if len(overdue) > room:
        more = tell("More overdue actions: {n}", n=str(len(overdue) - room + 1))
        overdue = [*overdue[: room - 1], Task(more, FOLLOW_UP.address)]
    return Tasks((*overdue, *others), tell("Nothing waits for you."))


def _overdue(action: OpenAction, title: str, place: str | None, tell: Language) -> Task:
    choice = PlanChoice(action.period, action.instrument, action.office or None)
    due = tell("was due on {day}", day=tell.day(action.due_on.isoformat()))
    text = tell("Overdue follow-up: {element}", element=title)
    return Task(
        " – ".join((text, action.action, *((place,) if place else ()))),
        choice.at("/desk/follow-up/action", place=action.place),
        due,
    )


def _draft(period: Period, waiting: Waiting, now: datetime, tell: Language) -> Task:
    """A draft: who answers for the whole goes on with it, who leads a part reads its reports."""
    code = tell.period(period.code)
    reports = with_query(REPORTS.address, {"period": period.code})
    address = address_of(period) if waiting.finalises else reports
    if now >= period.replies_end_at:
        return Task(tell("{period}: the reply window is over, the draft can be finalised", period=code), address)
    until = tell("replies until {day}", day=tell.day(period.replies_end_at.date().isoformat()))
    return Task(tell("{period}: a draft is ready", period=code), address, until)
