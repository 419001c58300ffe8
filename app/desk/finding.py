"""One finding: why it is doubted, the ratings of its day, what a decision changes; and deciding, once, with a note."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.principals import Principal, Role
from app.access.readings import Covered, Readings
from app.desk.account import proof_first
from app.desk.blocks import DeskBlock, Field, Form, Links, Page, Section
from app.desk.faults import faults_of, read
from app.desk.findings import days_held, since_words
from app.desk.findings_words import (
    CONFIRM,
    EITHER,
    FINDING_STATUS_WORDS,
    NO_SHEETS,
    RELEASE,
    RULES,
    evidence,
    reason_words,
)
from app.desk.moments import day_words
from app.desk.navigation import DECISIONS, FINDINGS
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, Sent, as_id, having, principal_of, saved, to_proof
from app.directory.listing_store import names_of
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.indices.finding_timeline import MomentOut, TimelineOut, finding_timeline
from app.people.signed_in import SignedIn
from app.ratings.rules.selection import By
from app.reports.sections.blocks import Column, Facts, Number, Table, Words
from app.reports.sections.language import Language
from app.reports.sections.results import count
from app.screening import decisions
from app.screening.schemas import DecisionIn, FindingOut

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Overseer = Annotated[SignedIn, Depends(having(FINDINGS))]
Auditor = Annotated[SignedIn, Depends(having(DECISIONS))]
Id = Annotated[UUID, Query(alias="id")]


@router.get("/desk/finding")
def finding(request: Request, found: Overseer, _: Lang, finding_id: Id) -> Response:
    """Everything that is known of a finding."""
    return _finding(request, found, finding_id)


@router.post("/desk/finding/release")
def release(request: Request, found: Auditor, sent: FormSent) -> Response:
    """Let the sheets count again."""
    return _decide(request, found, sent, decisions.RELEASED)


@router.post("/desk/finding/confirm")
def confirm(request: Request, found: Auditor, sent: FormSent) -> Response:
    """Keep the sheets out for good."""
    return _decide(request, found, sent, decisions.CONFIRMED)


def _decide(request: Request, found: SignedIn, sent: Sent, standing: str) -> Response:
    services, finding_id = services_of(request), as_id(sent.get("finding", ""))
    if not found.is_proven(services.now()):
        return to_proof(request, "finding", id=finding_id)
    try:
        decision = read(DecisionIn, {"note": sent.get("note")})
        with services.database.writing() as session:
            reach = principal_of(found).reach
            decisions.decide(session, reach, finding_id, standing, decision.note, services.now())
    except Problem as problem:
        if problem.code not in ("invalid-request", "finding-decided", "month-sealed", "about-oneself"):
            raise
        return _finding(request, found, finding_id, problem, sent)
    return saved(request, f"/desk/finding?id={finding_id}")


def _finding(
    request: Request, found: SignedIn, finding_id: UUID, fault: Problem | None = None, sent: Sent | None = None
) -> Response:
    services, tell, principal = services_of(request), reader_of(request), principal_of(found)
    services.of(Readings).take(principal)
    trace_days = services.settings.trace_days
    with services.database.reading() as session:
        known = finding_timeline(session, principal.reach, finding_id, services.now(), trace_days)
        one = known.finding
        office = names_of(session, found.agency_id, By.office, [one.office]).get(one.office, one.office)
        person = None
        if one.employee is not None:
            names = names_of(session, found.agency_id, By.employee, [one.employee])
            person = f"{names.get(one.employee, one.employee)} ({one.employee})"
    services.of(Readings).leave_trace(principal, Covered("findings", one.employee, one.office))
    sections = [
        Section((Facts((_about(person, tell), (tell("Office"), office), *_facts(one, found.zone, tell))),)),
        Section((Words(tell(RULES[one.reason])), evidence(one.evidence, tell)), tell("The rule, and its numbers")),
        *_timeline(known, tell),
        *_changes(one, principal, tell, proven=found.is_proven(services.now())),
        Section((Links(((tell("Findings"), FINDINGS.address),)),)),
    ]
    lead = _lead(one, days_held(one, services.now().date()), tell)
    faults = () if fault is None else faults_of(fault, tell)
    page = Page(f"{reason_words(one.reason, tell)} – {office}", lead, tuple(sections), faults, values=dict(sent or {}))
    return respond(request, page, found, 200 if fault is None else fault.status)


def _lead(one: FindingOut, days: int, tell: Language) -> str:
    n, since = tell.number(Number(one.n)), since_words(days, tell)
    if one.standing == "held":
        return tell("{n} sheets are held {since} and wait for a decision.", n=n, since=since)
    if one.standing == "noted":
        return tell("Noted only: no sheet is held. It waits for a decision {since}.", since=since)
    if one.standing == "released":
        return tell("Released: its {n} sheets count again.", n=n)
    return tell("Confirmed: its {n} sheets stay out of every figure.", n=n)


def _about(person: str | None, tell: Language) -> tuple[str, str]:
    return tell("About whom"), person or tell("the office, nobody by name")


def _facts(one: FindingOut, zone: str, tell: Language) -> list[tuple[str, str | Number | None]]:
    day = tell.day(one.first.isoformat())
    hour = None if one.hour is None else f"{one.hour:02}.00–{one.hour:02}.59"
    facts: list[tuple[str, str | Number | None]] = [(tell("From"), day), (tell("Days"), Number(one.days))]
    if hour is not None:
        facts.append((tell("Hour"), hour))
    facts += [
        (tell("Sheets held when it was found"), count(one.n)),
        (tell("State"), tell(FINDING_STATUS_WORDS[one.standing])),
    ]
    if one.decided_at is not None:
        facts += [(tell("Decided"), day_words(one.decided_at, zone, tell)), (tell("Why"), one.note)]
    return facts


def _timeline(known: TimelineOut, tell: Language) -> tuple[Section, ...]:
    title = tell("The day, hour by hour") if known.finding.days == 1 else tell("Day by day")
    if not known.kept:
        forgotten = tell("When each of these ratings was given is forgotten by now; hours are kept for a few weeks.")
        return (Section((Words(forgotten),), title),)
    if known.finding.reason == "coverage-drop":
        return ()
    first = tell("Hour") if known.finding.days == 1 else tell("Day")
    columns = (Column(first, "text"), Column(tell("Ratings")), Column(tell("Held by this finding")))
    rows = tuple((_when(each, tell), _count(each.n, tell), _count(each.doubted, tell)) for each in known.items)
    of_person, of_office = tell("Ratings of this person at this office"), tell("Ratings of this office")
    note = tell("A smaller count is not told: an hour with one rating would be that visitor's.")
    return (Section((Table(of_person if known.finding.employee else of_office, columns, rows, note=note),), title),)


def _count(n: int | None, tell: Language) -> Number | str | None:
    return tell("fewer than ten") if n is None else count(n)


def _when(moment: MomentOut, tell: Language) -> str:
    return tell.day(moment.day.isoformat()) if moment.hour is None else f"{moment.hour:02}.00"


def _changes(one: FindingOut, principal: Principal, tell: Language, *, proven: bool) -> tuple[Section, ...]:
    """What either decision will do, and the forms for who may decide."""
    if one.decided_at is not None:
        return ()
    words: list[DeskBlock] = [Words(tell(each)) for each in ((RELEASE, CONFIRM, EITHER) if one.n else (NO_SHEETS,))]
    words.append(Words(tell("A decision is final. Ask first what happened that day.")))
    sections = [Section(tuple(words), tell("What a decision changes"))]
    if principal.kind is not Role.auditor:
        return tuple(sections)
    if principal.employee is not None and principal.employee == one.employee:
        own = Words(tell("This finding is about you: somebody else decides it."), "notice")
        return (*sections, Section((own,)))
    if not proven:
        return (*sections, proof_first(tell, "finding", id=one.id))
    release = Form("/desk/finding/release", tell("Release"), _fields(one, tell))
    confirm = Form("/desk/finding/confirm", tell("Confirm the doubt"), _fields(one, tell), tone="danger")
    # Two forms that look alike: what each does stands above it, not only in the text before.
    return (
        *sections,
        Section((release,), tell("Release: the sheets count again")),
        Section((confirm,), tell("Confirm the doubt: the sheets stay out")),
    )


def _fields(one: FindingOut, tell: Language) -> tuple[Field, ...]:
    hint = tell("What you found out, in one line, without names of citizens. It stands beside the decision for good.")
    return (Field("finding", "", "hidden", value=str(one.id)), Field("note", tell("Why"), hint=hint))
