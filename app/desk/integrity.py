"""Integrity reports: which there are, by when each is to be handed over. What they say only a key file opens."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.principals import Principal, Role
from app.desk.addresses import ON_A_PAGE, onward
from app.desk.blocks import DeskBlock, Field, Form, LinkedTable, Links, Page, Section, Task, Tasks
from app.desk.faults import read
from app.desk.integrity_words import RECIPIENTS, STATES, due_words, opening_words, waiting_words
from app.desk.navigation import INTEGRITY, INTEGRITY_KEYS
from app.desk.page_file import is_asked_as_file
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, Lang, having, principal_of
from app.directory.listing_store import names_of
from app.foundation.http.services import services_of
from app.foundation.storage.database import Session
from app.integrity.handing_over import list_reports
from app.integrity.keys import list_keys
from app.integrity.rules.kinds import NAMES, ReportState
from app.integrity.schemas import IntegrityReportOut, IntegrityReportPage, IntegrityReportQuery
from app.integrity.settings import get_settings
from app.people.signed_in import SignedIn
from app.ratings.rules.selection import By
from app.reports.sections.blocks import Column, Table, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Auditor = Annotated[SignedIn, Depends(having(INTEGRITY))]
State = Annotated[ReportState | None, Query(alias="state")]
Filter = Annotated[str | None, Query(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}/[0-9a-f-]{36}$")]
# As many as a question may ask for; more never wait.
MOST = 500
TITLES = ("Received", "What", "Office", "For whom", "State", "Handing over")


@router.get(INTEGRITY.address)
def reports(request: Request, found: Auditor, _: Lang, state: State = None, after: Filter = None) -> Response:
    """The agency's reports, the oldest first; as a file all of them."""
    services, tell, reach = services_of(request), reader_of(request), principal_of(found).reach
    now = services.now()
    with services.database.snapshot() as session:
        waiting = waiting_reports(session, principal_of(found), now)
        page = _listed(
            session, found, read(IntegrityReportQuery, {"state": state, "after": after}), now, is_asked_as_file(request)
        )
        opening = opening_words(get_settings(session, reach), list_keys(session, reach).items, tell)
        names = names_of(session, found.agency_id, By.office, {each.office for each in page.items})
    today = local_day(found, now)
    rows = tuple(
        (
            tell.short_day(each.received_on.isoformat()),
            tell(NAMES[each.kind]),
            names.get(each.office, each.office),
            tell(RECIPIENTS[each.recipient]),
            tell(STATES[each.state]),
            due_words(each, today, tell),
        )
        for each in page.items
    )
    columns = tuple(Column(tell(title), "text") for title in TITLES)
    table = LinkedTable(
        Table(tell("Integrity reports, the oldest first"), columns, rows),
        tuple(f"/desk/integrity/report?id={each.id}" for each in page.items),
    )
    listed: tuple[DeskBlock, ...] = (table,) if rows else (Words(tell("None so far.")),)
    choices = (("", tell("all")), *((each.value, tell(text)) for each, text in STATES.items()))
    fields = (Field("state", tell("State"), "select", value=state or "", choices=choices, required=False),)
    what = tell(
        "Citizens said here that something improper happened. Hand each report over within three working days, and say "
        "so here; whoever has its receipt sees that, and nothing more."
    )
    sections = (
        Section((Words(what), *listed, *onward(INTEGRITY.address, {"state": state, "after": after}, page.next, tell))),
        Section((Form(INTEGRITY.address, tell("Show"), fields, method="get"),), tell("Show less")),
        Section(
            (Words(opening), Links(((tell(INTEGRITY_KEYS.text), INTEGRITY_KEYS.address),))), tell("Taking reports")
        ),
    )
    return respond(request, Page(tell(INTEGRITY.text), waiting_words(waiting, today, tell), sections), found)


def waiting_reports(session: Session, principal: Principal, now: datetime) -> Sequence[IntegrityReportOut]:
    """The reports that wait to be handed over by this person, the oldest first; none for whoever has no such page."""
    if principal.kind is not Role.auditor or principal.office is not None:
        return ()
    query = IntegrityReportQuery(state=ReportState.received, limit=MOST)
    return list_reports(session, principal.reach, query, now).items


def waiting_task(session: Session, found: SignedIn, now: datetime, tell: Language) -> tuple[Section, ...]:
    """On the page where auditors land: that reports wait to be handed over, if any do."""
    waiting = waiting_reports(session, principal_of(found), now)
    if not waiting:
        return ()
    due = due_words(waiting[0], local_day(found, now), tell)
    text = tell("Integrity reports that wait to be handed over: {n}", n=str(len(waiting)))
    return (Section((Tasks((Task(text, INTEGRITY.address, due),), ""),)),)


def local_day(found: SignedIn, now: datetime) -> date:
    """The day it is for this person."""
    return now.astimezone(ZoneInfo(found.zone)).date()


def _listed(
    session: Session, found: SignedIn, query: IntegrityReportQuery, now: datetime, whole: bool
) -> IntegrityReportPage:
    """A page of reports, or all of them."""
    reach = principal_of(found).reach
    limits = {"after": None, "limit": MOST} if whole else {"limit": ON_A_PAGE}
    query = query.model_copy(update=limits)
    page = list_reports(session, reach, query, now)
    while whole and page.next is not None:
        more = list_reports(session, reach, query.model_copy(update={"after": page.next}), now)
        page = IntegrityReportPage(items=(*page.items, *more.items), next=more.next)
    return page
