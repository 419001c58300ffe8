"""What stands beside a signed report and not in it: who is recognised by name, and a person's training needs.

A signed document is the same for everybody who reads it, and may be made public; these are for some readers alone.
"""

import json

from app.access.principals import Principal, Role
from app.access.readings import Covered
from app.closing import beside_store
from app.closing.report_readers import appraised
from app.closing.rules.report_documents.reports import EmployeeReport, parse_report
from app.closing.rules.report_documents.training import TrainingNeedPart
from app.closing.rules.training import need_part
from app.closing.schemas import BesideOut, RecognisedOut
from app.closing.tables import Report
from app.directory.listing_store import names_of
from app.foundation.storage.database import Session
from app.measures.rules.training import Reason
from app.ratings.rules.selection import By

NOTHING = BesideOut(recognised=None, training=None)


def beside_report(session: Session, principal: Principal, report: Report) -> BesideOut:
    """What stands beside a report that this principal may read, as far as this one may see it, too.

    The names of whom the agency's report recognises are for whoever sees figures about persons; a person's training
    needs for that person and the appraiser, signed in as such.
    """
    if report.kind == "agency" and principal.sees_persons:
        return BesideOut(recognised=_recognised(session, report), training=None)
    if report.kind == "employee" and _is_about_own(session, principal, report):
        return BesideOut(recognised=None, training=needs_beside(session, report))
    return NOTHING


def traces_beside(principal: Principal, report: Report, beside: BesideOut) -> list[Covered]:
    """Whom what stands beside a report tells about; reading about oneself leaves no trace."""
    found = {each.code for each in beside.recognised or ()} | ({report.unit} if beside.training else set())
    return [
        Covered("report", employee=code, period=report.period) for code in sorted(found) if code != principal.employee
    ]


def needs_beside(session: Session, report: Report) -> tuple[TrainingNeedPart, ...]:
    """The training needs of the person a report is about, questions in their order, with the report's figures."""
    rows = {each.figure: each for each in beside_store.training_needs(session, report.agency_id, report.report_id)}
    if not rows:
        return ()
    document = parse_document(report)
    return tuple(
        need_part(each, [Reason(reason) for reason in rows[each.code].reasons.split(",")])
        for each in document.figures.dimensions or ()
        if each.code in rows
    )


def parse_document(report: Report) -> EmployeeReport:
    """The draft's document of a report about a person: its figures are those of the final one."""
    document = parse_report(json.loads(report.document))
    assert isinstance(document, EmployeeReport), "its kind was asked for"
    return document


def _is_about_own(session: Session, principal: Principal, report: Report) -> bool:
    if principal.kind is Role.employee:
        return principal.employee == report.unit
    if principal.kind is Role.appraiser:
        return report.unit in appraised(session, principal.agency_id, principal.employee)
    return False


def _recognised(session: Session, report: Report) -> tuple[RecognisedOut, ...]:
    """By name, as the directory has them now; nobody comes first."""
    rows = beside_store.recognitions(session, report.agency_id, report.report_id)
    names = names_of(session, report.agency_id, By.employee, [each.employee for each in rows])
    offices = names_of(session, report.agency_id, By.office, {each.office for each in rows})
    found = (
        RecognisedOut(
            code=each.employee,
            name=names.get(each.employee, each.employee),
            office=each.office,
            office_name=offices.get(each.office, each.office),
        )
        for each in rows
    )
    return tuple(sorted(found, key=lambda each: (each.name.casefold(), each.code)))
