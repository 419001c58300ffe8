"""One integrity report: opening it with a key file, handing it over, noting that it was confirmed, erasing it."""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.principals import Reach
from app.desk.account import proof_first
from app.desk.blocks import DeskBlock, Field, Form, KeyTool, Links, Page, Section
from app.desk.faults import faults_of
from app.desk.integrity import Auditor, local_day
from app.desk.integrity_words import RECIPIENTS, STATES, due_words
from app.desk.navigation import INTEGRITY
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, Sent, as_id, principal_of, to, to_proof
from app.directory.listing_store import names_of
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.integrity import handing_over
from app.integrity.rules.kinds import NAMES, ReportRecipient, ReportState
from app.integrity.schemas import IntegrityReportOut
from app.integrity.settings import get_settings
from app.people.signed_in import SignedIn
from app.ratings.rules.selection import By
from app.reports.sections.blocks import Facts, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Id = Annotated[UUID, Query(alias="id")]
Step: TypeAlias = Callable[[Session, Reach, UUID, datetime], IntegrityReportOut]
# What is told on the report's page: another one has taken the step, or its time has not come.
REFUSED = ("integrity-state", "integrity-erase-early")


@router.get("/desk/integrity/report")
def report(request: Request, found: Auditor, _: Lang, asked: Id) -> Response:
    """What is known of a report, and what can be done with it now."""
    return _report(request, found, asked)


@router.get("/desk/integrity/file")
def hand_over_file(request: Request, found: Auditor, _: Lang, asked: Id) -> Response:
    """The file by which a report is handed over; that it was taken stands in the audit trail."""
    services = services_of(request)
    if not found.is_proven(services.now()):
        return to_proof(request, "integrity-report", id=asked)
    with services.database.writing() as session:
        made = handing_over.hand_over(session, principal_of(found).reach, asked, services.now())
    return json_file(made.file, [each.model_dump(mode="json") for each in made.requests])


@router.post("/desk/integrity/forward")
def forward(request: Request, found: Auditor, sent: FormSent) -> Response:
    """Note that a report was handed over."""
    return _step(request, found, sent, handing_over.forward)


@router.post("/desk/integrity/confirm")
def confirm(request: Request, found: Auditor, sent: FormSent) -> Response:
    """Note that its receiver has confirmed a report."""
    return _step(request, found, sent, handing_over.confirm)


@router.get("/desk/integrity/erase")
def ask_erasing(request: Request, found: Auditor, _: Lang, asked: Id) -> Response:
    """Say in words what erasing a report will do."""
    tell = reader_of(request)
    with services_of(request).database.reading() as session:
        one = handing_over.find_report(session, principal_of(found).reach, asked, services_of(request).now())
        office = _office(session, found, one)
    page = Page(
        tell("Erase what this report says?"),
        tell("It cannot be brought back. Its day, office and kind stay, and its receipt says that it was erased."),
        (
            Section(
                (
                    Facts(((tell("What"), tell(NAMES[one.kind])), (tell("Office"), office))),
                    _form("erase", tell("Erase it"), one, tone="danger"),
                    Links(((tell("No, leave it"), f"/desk/integrity/report?id={one.id}"),)),
                )
            ),
        ),
    )
    return respond(request, page, found)


@router.post("/desk/integrity/erase")
def erase(request: Request, found: Auditor, sent: FormSent) -> Response:
    """Erase what a confirmed report says."""
    return _step(request, found, sent, handing_over.erase)


def json_file(name: str, content: object) -> Response:
    """JSON as a file that browsers save."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(json.dumps(content, ensure_ascii=False), media_type="application/json", headers=headers)


def _step(request: Request, found: SignedIn, sent: Sent, step: Step) -> Response:
    services, asked = services_of(request), as_id(sent.get("id", ""))
    if not found.is_proven(services.now()):
        return to_proof(request, "integrity-report", id=asked)
    try:
        with services.database.writing() as session:
            step(session, principal_of(found).reach, asked, services.now())
    except Problem as problem:
        if problem.code not in REFUSED:
            raise
        return _report(request, found, asked, problem)
    return to(request, f"/desk/integrity/report?id={asked}")


def _report(request: Request, found: SignedIn, asked: UUID, fault: Problem | None = None) -> Response:
    services, tell, reach = services_of(request), reader_of(request), principal_of(found).reach
    now = services.now()
    with services.database.reading() as session:
        one = handing_over.find_report(session, reach, asked, now)
        inspectorate = get_settings(session, reach).inspectorate
        office = _office(session, found, one)
    today, whom = local_day(found, now), tell(RECIPIENTS[one.recipient])
    if one.recipient is ReportRecipient.inspectorate and inspectorate is not None:
        whom = inspectorate
    sections = [Section((_facts(one, office, whom, tell),))]
    if found.is_proven(now):
        sections += _actions(one, whom, today, tell)
    elif one.state is not ReportState.erased:
        sections.append(proof_first(tell, "integrity-report", id=asked))
    sections.append(Section((Links(((tell(INTEGRITY.text), INTEGRITY.address),)),)))
    page = Page(
        f"{tell(NAMES[one.kind])} – {office}",
        _lead(one, today, tell),
        tuple(sections),
        faults=() if fault is None else faults_of(fault, tell),
        script="integrity.js",
        # What a report says is in no file but the one that is handed over.
        file=False,
    )
    return respond(request, page, found, 200 if fault is None else fault.status)


def _office(session: Session, found: SignedIn, one: IntegrityReportOut) -> str:
    return names_of(session, found.agency_id, By.office, [one.office]).get(one.office, one.office)


def _lead(one: IntegrityReportOut, today: date, tell: Language) -> str:
    if one.state is ReportState.received:
        words = due_words(one, today, tell)
        return f"{words[:1].upper()}{words[1:]}."
    if one.state is ReportState.forwarded:
        return tell("It was handed over; its receiver has not confirmed it so far.")
    if one.state is ReportState.confirmed:
        return tell("Its receiver has confirmed it.")
    return tell("Its receiver has confirmed it, and what it said is erased.")


def _facts(one: IntegrityReportOut, office: str, whom: str, tell: Language) -> Facts:
    days = (
        (tell("Received"), one.received_on),
        (tell("Hand over by"), one.forward_by),
        (tell("Handed over"), one.forwarded_on),
        (tell("Confirmed"), one.confirmed_on),
        (tell("Erased"), one.erased_on),
    )
    return Facts(
        (
            (tell("Office"), office),
            (tell("For whom"), whom),
            (tell("State"), tell(STATES[one.state])),
            *((name, tell.day(day.isoformat())) for name, day in days if day is not None),
            (tell("Number"), str(one.id)),
        )
    )


def _actions(one: IntegrityReportOut, whom: str, today: date, tell: Language) -> list[Section]:
    """What can be done with a report in its state; nothing with one that is erased."""
    if one.state is ReportState.erased:
        return []
    download = Links(((tell("The file for handing over (JSON)"), f"/desk/integrity/file?id={one.id}"),))
    sections = [Section((*_reading(one, whom, tell), download), tell("What it says"))]
    if one.state is ReportState.received:
        hand = tell(
            "Give this file to whoever has to deal with it, and not to the office that it is about: it stays sealed, "
            "and opens with the same keys. Then say so here; the citizen sees it by the receipt."
        )
        if one.recipient is ReportRecipient.inspectorate:
            hand = tell(
                "Give this file to {whom}, who alone can open it. Then say so here; the citizen sees it by the "
                "receipt.",
                whom=whom,
            )
        sections.append(Section((Words(hand), _form("forward", tell("It is handed over"), one)), tell("Hand it over")))
    if one.state is ReportState.forwarded:
        said = tell("Once the receiver has told you that the report has arrived, say so here.")
        sections.append(Section((Words(said), _form("confirm", tell("It is confirmed"), one)), tell("Confirmation")))
    if one.state is ReportState.confirmed and one.erasable_from is not None:
        sections.append(Section(_erasing(one, one.erasable_from, today, tell), tell("Erase it")))
    return sections


def _reading(one: IntegrityReportOut, whom: str, tell: Language) -> tuple[DeskBlock, ...]:
    if one.recipient is ReportRecipient.inspectorate:
        return (Words(tell("It is sealed to the keys of {whom}: nobody else can open it.", whom=whom)),)
    without = tell(
        "This browser cannot open it: that needs JavaScript and an encrypted connection (https). Save the file below, "
        "and open it at a terminal: cermin integrity open FILE --key KEYFILE"
    )
    return (KeyTool("read", without, f"/desk/integrity/file?id={one.id}"),)


def _erasing(one: IntegrityReportOut, first: date, today: date, tell: Language) -> tuple[DeskBlock, ...]:
    if today < first:
        return (Words(tell("It is kept until {day}; then it can be erased.", day=tell.day(first.isoformat()))),)
    return (Links(((tell("Erase what this report says"), f"/desk/integrity/erase?id={one.id}"),)),)


def _form(step: str, button: str, one: IntegrityReportOut, tone: str = "plain") -> Form:
    hidden = (Field("id", "", "hidden", value=str(one.id)),)
    return Form(f"/desk/integrity/{step}", button, hidden, tone="danger" if tone == "danger" else "plain")
