"""Lists what a principal may see of the directory, page by page."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from app.access.principals import Principal
from app.directory import listing_store, schemas
from app.directory.reach import offices_in_reach, require_office
from app.directory.tables import ZONES, Counter, Office, Service, Volume
from app.foundation.problems import Problem
from app.foundation.storage.database import Session

Stored = TypeVar("Stored")


def list_offices(session: Session, principal: Principal, query: schemas.PageQuery) -> schemas.OfficePage:
    """The offices the key reaches: its subtree, or a device's own office."""
    rows = listing_store.offices_page(
        session,
        principal.agency_id,
        within=_reach(session, principal),
        after=query.after,
        limit=query.limit + 1,
    )
    shown, following = _page_of(rows, query.limit, lambda office: office.code)
    return schemas.OfficePage(items=tuple(map(_office_out, shown)), next=following)


def list_services(session: Session, principal: Principal, query: schemas.PageQuery) -> schemas.ServicePage:
    """Every service of the agency; for a device those of its counter."""
    rows = listing_store.services_page(
        session,
        principal.agency_id,
        among=_given_services(session, principal),
        after=query.after,
        limit=query.limit + 1,
    )
    shown, following = _page_of(rows, query.limit, lambda service: service.code)
    return schemas.ServicePage(items=tuple(map(_service_out, shown)), next=following)


def list_counters(session: Session, principal: Principal, query: schemas.CounterQuery) -> schemas.CounterPage:
    """The counters of the offices the key reaches; a device bound to a counter sees that one."""
    office, _, code = (query.after or "").partition("/")
    rows = listing_store.counters_page(
        session,
        principal.agency_id,
        within=_reach(session, principal, query.office),
        only=principal.counter,
        after=(office, code),
        limit=query.limit + 1,
    )
    shown, following = _page_of(rows, query.limit, lambda counter: f"{counter.office}/{counter.code}")
    return schemas.CounterPage(items=tuple(map(_counter_out, shown)), next=following)


def list_employees(
    session: Session, principal: Principal, query: schemas.EmployeeQuery, now: datetime
) -> schemas.EmployeePage:
    """Everybody, for a key of the whole agency; else those posted today at an office the key reaches."""
    # Whether somebody is posted there today depends on the office's own day: three zones, up to two dates.
    days = {zone: now.astimezone(ZoneInfo(zone)).date() for zone in ZONES}
    rows = listing_store.employees_page(
        session,
        principal.agency_id,
        within=_reach(session, principal, query.office),
        days=days,
        after=query.after,
        limit=query.limit + 1,
    )
    shown, following = _page_of(rows, query.limit, lambda employee: employee.code)
    codes = [employee.code for employee in shown]
    offices = listing_store.posted_offices(session, principal.agency_id, codes, days)
    items = tuple(
        schemas.EmployeeOut(
            code=employee.code,
            name=employee.name,
            position=employee.position,
            grade=employee.grade,
            office=offices.get(employee.code),
            appraiser=employee.appraiser,
            active=employee.active,
        )
        for employee in shown
    )
    return schemas.EmployeePage(items=items, next=following)


def list_volumes(session: Session, principal: Principal, query: schemas.VolumeQuery) -> schemas.VolumePage:
    """The served volumes of the offices the key reaches, of the days asked for."""
    if query.first is not None and query.last is not None and query.first > query.last:
        raise Problem("period-reversed")
    within = _reach(session, principal, query.office)
    rows = listing_store.volumes_page(session, principal.agency_id, query, within=within)
    shown, following = _page_of(
        rows, query.limit, lambda row: f"{row.office}/{row.served_on}/{row.service}/{row.employee}"
    )
    return schemas.VolumePage(items=tuple(map(_volume_out, shown)), next=following)


def _reach(session: Session, principal: Principal, office: str | None = None) -> frozenset[str] | None:
    """The offices to list: those the key reaches (None: all), or the one asked for if it is among them."""
    if office is None:
        return offices_in_reach(session, principal.reach)
    require_office(session, principal.reach, office)
    return frozenset({office})


def _given_services(session: Session, principal: Principal) -> Sequence[str] | None:
    """The services a device's counter gives; None for all."""
    if principal.office is None or principal.counter is None:
        return None
    # A counter without services of its own gives every service.
    given = listing_store.counter_services(session, principal.agency_id, principal.office, principal.counter)
    return given or None


def _page_of(
    rows: Sequence[Stored], limit: int, cursor: Callable[[Stored], str]
) -> tuple[Sequence[Stored], str | None]:
    """The page, and the cursor of the next if one row more than the page was found."""
    # One row too many tells whether there is a next page, and spares counting them all.
    shown = rows[:limit]
    return shown, cursor(shown[-1]) if len(rows) > limit else None


def _office_out(office: Office) -> schemas.OfficeOut:
    return schemas.OfficeOut.model_validate(office, from_attributes=True)


def _service_out(service: Service) -> schemas.ServiceOut:
    return schemas.ServiceOut.model_validate(service, from_attributes=True)


def _counter_out(counter: Counter) -> schemas.CounterOut:
    return schemas.CounterOut.model_validate(counter, from_attributes=True)


def _volume_out(volume: Volume) -> schemas.VolumeOut:
    return schemas.VolumeOut(
        office=volume.office,
        service=volume.service,
        employee=volume.employee or None,
        date=volume.served_on,
        served=volume.served,
        offered=volume.offered,
    )
