"""An agency as its administrator reads and changes it: its name, and by which period its figures are told."""

from datetime import datetime

from app.access.principals import Principal
from app.directory import register
from app.directory.rules.agency_periods import PERIODS, period_called
from app.directory.schemas import AgencyIn, AgencyOut
from app.directory.store import find_agency
from app.foundation.problems import Problem
from app.foundation.storage.database import Session


def get_agency(session: Session, agency_id: str) -> AgencyOut:
    """The agency of a principal, which is always there."""
    row = find_agency(session, agency_id)
    assert row is not None, "a foreign key of whoever asks holds it"
    period = period_called(row.period_months)
    return AgencyOut.model_validate(
        {"code": row.agency_id, "name": row.name, "period": period, "created_at": row.created_at}
    )


def put_agency(session: Session, principal: Principal, agency: AgencyIn, now: datetime) -> AgencyOut:
    """Change name and period; the same again changes nothing. Raises `out-of-scope`."""
    if principal.office is not None:
        raise Problem("out-of-scope", what="the whole agency")
    agency_id, actor = principal.agency_id, principal.actor
    register.rename_agency(session, agency_id=agency_id, name=agency.name, actor=actor, now=now)
    register.set_period(session, agency_id=agency_id, months=PERIODS[agency.period], actor=actor, now=now)
    return get_agency(session, agency_id)
