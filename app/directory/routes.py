"""The directory over HTTP: what the holder of a key may see, for keys of every kind, and served volumes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from app.access.guard import EVERY_KIND, requires
from app.access.principals import OFFICE_READERS, OVERSEERS, KeyKind, Principal, Role
from app.directory import agency_record, listing
from app.directory.schemas import (
    AgencyIn,
    AgencyOut,
    CounterPage,
    CounterQuery,
    EmployeePage,
    EmployeeQuery,
    OfficePage,
    PageQuery,
    ServicePage,
)
from app.foundation.http.openapi import problems
from app.foundation.http.services import services_of

OfficeReader = Annotated[Principal, Depends(requires(*EVERY_KIND, roles=OFFICE_READERS))]
Administrator = Annotated[Principal, Depends(requires(KeyKind.admin, roles=(Role.administrator,), proof=True))]
Overseer = Annotated[Principal, Depends(requires(*EVERY_KIND, roles=OVERSEERS))]

router = APIRouter(prefix="/v1", tags=["directory"])


@router.get("/agency", responses=problems())
def agency(request: Request, principal: OfficeReader) -> AgencyOut:
    """The agency of this key, what it is called, and by which period its figures are told."""
    with services_of(request).database.reading() as session:
        return agency_record.get_agency(session, principal.agency_id)


@router.put("/agency", responses=problems(400, 408, 413, 415, 422))
def put_agency(request: Request, principal: Administrator, body: AgencyIn) -> AgencyOut:
    """Give the agency another name or period, from now on; what is signed or told stays. Again changes nothing."""
    services = services_of(request)
    with services.database.writing() as session:
        return agency_record.put_agency(session, principal, body, services.now())


@router.get("/offices", responses=problems(422))
def offices(request: Request, principal: OfficeReader, query: Annotated[PageQuery, Query()]) -> OfficePage:
    """The offices this key reaches, by code."""
    with services_of(request).database.reading() as session:
        return listing.list_offices(session, principal, query)


@router.get("/services", responses=problems(422))
def services(request: Request, principal: OfficeReader, query: Annotated[PageQuery, Query()]) -> ServicePage:
    """The agency's services, by code; for a device those of its counter."""
    with services_of(request).database.reading() as session:
        return listing.list_services(session, principal, query)


@router.get("/counters", responses=problems(404, 422))
def counters(request: Request, principal: OfficeReader, query: Annotated[CounterQuery, Query()]) -> CounterPage:
    """The counters this key reaches, by office and code."""
    with services_of(request).database.reading() as session:
        return listing.list_counters(session, principal, query)


@router.get("/employees", responses=problems(404, 422))
def employees(request: Request, principal: Overseer, query: Annotated[EmployeeQuery, Query()]) -> EmployeePage:
    """The employees this key reaches, by code, with today's office; never their NIP."""
    services = services_of(request)
    clock = services.clock
    with services.database.reading() as session:
        return listing.list_employees(session, principal, query, clock())
