"""The agency as an administrator sees it: its name, by which period its figures are told, and what is still to do."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from app.access.principals import Reach
from app.desk.account import proof_first
from app.desk.blocks import DeskBlock, Field, Form, Page, Section
from app.desk.moments import day_words
from app.desk.navigation import AGENCY
from app.desk.next_steps import next_steps
from app.desk.periods import refuse_part
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, Sent, having, principal_of, saved, to_proof
from app.desk.setup import PERIOD_WORDS
from app.directory import register
from app.directory.rules.agency_periods import PERIODS, period_called
from app.directory.store import find_agency
from app.directory.tables import Agency
from app.disclosure.untold_store import has_counted
from app.foundation.http.services import services_of
from app.people.faults import PeopleFault
from app.people.first_agency import name_faults
from app.people.signed_in import SignedIn
from app.reports.sections.blocks import Facts, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Administrator = Annotated[SignedIn, Depends(having(AGENCY))]


@router.get("/desk/agency")
def agency(request: Request, found: Administrator, _: Lang) -> Response:
    """Name and period of the agency, what is still to do, and the forms that change it."""
    return _agency(request, found)


@router.post("/desk/agency/name")
def rename(request: Request, found: Administrator, sent: FormSent) -> Response:
    """Give the agency another name."""
    services = services_of(request)
    refuse_part(found)
    if not found.is_proven(services.now()):
        return to_proof(request, "agency")
    name = sent.get("name", "").strip()
    for field, sentence in name_faults("name", name):
        return _agency(request, found, PeopleFault(sentence, field), sent)
    with services.database.writing() as session:
        register.rename_agency(
            session, agency_id=found.agency_id, name=name, actor=principal_of(found).actor, now=services.now()
        )
    return saved(request, AGENCY.address)


@router.post("/desk/agency/period")
def change_period(request: Request, found: Administrator, sent: FormSent) -> Response:
    """Set by which period figures are told from now on."""
    services = services_of(request)
    refuse_part(found)
    if not found.is_proven(services.now()):
        return to_proof(request, "agency")
    months = PERIODS.get(sent.get("period", ""))
    if months is None:
        return _agency(request, found, PeopleFault("Choose a quarter or a month.", "period"), sent)
    with services.database.writing() as session:
        register.set_period(
            session, agency_id=found.agency_id, months=months, actor=principal_of(found).actor, now=services.now()
        )
    return saved(request, AGENCY.address)


def _agency(request: Request, found: SignedIn, fault: PeopleFault | None = None, sent: Sent | None = None) -> Response:
    services, tell = services_of(request), reader_of(request)
    reach: Reach = principal_of(found).reach
    with services.database.reading() as session:
        row = find_agency(session, found.agency_id)
        assert row is not None, "a foreign key of the session holds it"
        steps = next_steps(session, found, tell)
        rated = has_counted(session, found.agency_id)
    told_by = tell(PERIOD_WORDS[period_called(row.period_months)])
    facts = Facts(
        (
            (tell("Name of the agency"), row.name),
            (tell("Short code of the agency"), row.agency_id),
            (tell("Figures are told"), told_by),
            (tell("Here since"), day_words(row.created_at, found.zone, tell)),
        )
    )
    first = tell(
        "The first rating has come in and counts. Figures are told of months that are over, from ten ratings on."
    )
    came = (Words(first, "notice"),) if rated else ()
    sections = [
        Section((facts,)),
        Section((*came, steps), tell("What else there is to do") if rated else tell("Until the first rating")),
    ]
    if reach.root is not None:
        part = tell("Who answers for the whole agency changes its name and period.")
        sections.append(Section((Words(part),)))
    elif found.is_proven(services.now()):
        sections.append(Section(_forms(row, tell), tell("Changing something")))
    else:
        sections.append(proof_first(tell, "agency"))
    page = Page(
        row.name,
        tell("Figures of this agency are told {period}.", period=told_by),
        tuple(sections),
        faults=() if fault is None else ((fault.field, fault.in_words(tell)),),
        values=dict(sent or {}),
    )
    return respond(request, page, found, 200 if fault is None else 422)


def _forms(row: Agency, tell: Language) -> tuple[DeskBlock, ...]:
    choices = tuple((value, tell(words)) for value, words in PERIOD_WORDS.items())
    return (
        Form(
            "/desk/agency/name",
            tell("Change the name"),
            (
                Field(
                    "name",
                    tell("Name of the agency"),
                    hint=tell("Kiosks and pages show it at once; reports that are signed keep the old one."),
                    value=row.name,
                ),
            ),
        ),
        Form(
            "/desk/agency/period",
            tell("Change the period"),
            (
                Field(
                    "period",
                    tell("Figures are told"),
                    "select",
                    hint=tell(
                        "By month needs more ratings: figures of fewer than ten are not told. It holds from now "
                        "on; what is told stays as it is."
                    ),
                    value=period_called(row.period_months),
                    choices=choices,
                ),
            ),
        ),
    )
