"""Reports: those of a closed period that somebody may read, by name, each a page and a file in every format."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.principals import Principal
from app.access.readings import Readings
from app.closing.listing import closed_codes, reports_in
from app.closing.store import ReportHead
from app.desk.addresses import ON_A_PAGE, Place, numbered
from app.desk.blocks import DeskBlock, Field, Form, LinkedTable, Page, Section
from app.desk.navigation import REPORTS
from app.desk.page_file import part
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, Lang, having, principal_of
from app.directory.listing_store import agency_name, names_of
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.measures.schemas import PeriodCode
from app.people.signed_in import SignedIn
from app.ratings.rules.selection import By
from app.reports.sections.blocks import Column, Number, Table, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Reader = Annotated[SignedIn, Depends(having(REPORTS))]
OfPeriod = Annotated[PeriodCode | None, Query()]
ABOUT: Mapping[str, tuple[str, ...]] = {"offices": ("agency", "skm", "office"), "persons": ("employee",)}
About = Annotated[str, Query(pattern="^(offices|persons)$")]
KINDS = {"agency": "agency", "skm": "survey", "office": "office", "employee": "person"}


@router.get("/desk/reports")
def reports(
    request: Request, found: Reader, _: Lang, period: OfPeriod = None, about: About = "offices", place: Place = 1
) -> Response:
    """The reports of a period, the newest that is closed where none is named, fifty on a page."""
    services, tell, principal = services_of(request), reader_of(request), principal_of(found)
    services.of(Readings).take(principal)
    if about == "persons" and not principal.sees_persons:
        raise Problem("out-of-scope", what="figures about persons")
    with services.database.reading() as session:
        codes = closed_codes(session, principal)
        if period is not None and period not in codes:
            raise Problem("period-open")
        code = period or (codes[0] if codes else None)
        heads = [] if code is None else reports_in(session, principal, code, ABOUT[about])
        named = _named(session, principal, heads)
    if code is None:
        page = Page(tell("Reports"), tell("No period is closed and final so far."))
        return respond(request, page, found)
    shown, pages = part(named, place, ON_A_PAGE, request)
    blocks: list[DeskBlock] = [_table(shown, tell)] if shown else [Words(tell("None."))]
    blocks += numbered(REPORTS.address, {"period": code, "about": about}, place, pages, tell)
    form = _filter(code, codes, about, principal, tell)
    lead = tell("{period}: {n} reports.", period=tell.period(code), n=tell.number(Number(len(named))))
    sections = (Section(tuple(blocks)), Section((form,), tell("What to show")))
    return respond(request, Page(tell("Reports"), lead, sections), found)


def _named(session: Session, principal: Principal, heads: list[ReportHead]) -> list[tuple[str, ReportHead]]:
    """Each report with the name of what it is about: the whole first, then by name."""
    offices = names_of(
        session, principal.agency_id, By.office, {each.unit for each in heads} | {each.root for each in heads}
    )
    persons = names_of(
        session, principal.agency_id, By.employee, {each.unit for each in heads if each.kind == "employee"}
    )
    whole = agency_name(session, principal.agency_id)

    def name(head: ReportHead) -> str:
        if head.kind == "employee":
            return persons.get(head.unit, head.unit)
        if head.office is not None:
            return offices.get(head.office, head.office)
        return offices.get(head.root, whole)

    found = [(name(each), each) for each in heads]
    return sorted(found, key=lambda each: (each[1].office is not None, each[0], each[1].kind, each[1].instrument))


def _table(shown: list[tuple[str, ReportHead]], tell: Language) -> LinkedTable:
    titles = (tell("About whom or what"), tell("Kind"), tell("Questionnaire"), tell("Revision"), tell("State"))
    rows = tuple(
        (
            name,
            tell(KINDS[head.kind]),
            head.instrument,
            str(head.revision),
            tell("draft") if head.state == "draft" else tell("final"),
        )
        for name, head in shown
    )
    table = Table(tell("Reports by name"), tuple(Column(each, "text") for each in titles), rows)
    return LinkedTable(table, tuple(f"/desk/report?id={head.report_id}" for _, head in shown))


def _filter(code: str, codes: list[str], about: str, principal: Principal, tell: Language) -> Form:
    periods = tuple((each, tell.period(each)) for each in codes)
    fields = [Field("period", tell("Period"), "select", value=code, choices=periods)]
    if principal.sees_persons:
        choices = (("offices", tell("Offices and the whole")), ("persons", tell("Persons")))
        fields.append(Field("about", tell("About whom or what"), "select", value=about, choices=choices))
    return Form(REPORTS.address, tell("Show"), tuple(fields), method="get")
