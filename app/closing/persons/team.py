"""Whom somebody appraises, by name, with the newest report about each and what its figures may be used for."""

import json
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from app.closing.about_persons import PersonReports
from app.closing.rules.report_documents.reports import EmployeeReport, parse_report
from app.closing.store import ReportHead, find_reports, notes_on, replies_to
from app.closing.tables import Report
from app.directory.tables import Employee
from app.foundation.storage.database import Session
from app.people.store import appraised_by

Use: TypeAlias = Literal["nothing", "coaching", "appraisal", "consequence"]


class Member(NamedTuple):
    """One of the own people; `newest` None: there is no report so far. `use` None: it has no figures."""

    employee: Employee
    newest: ReportHead | None
    use: Use | None
    replied: bool
    noted: bool


def own_people(session: Session, agency_id: str, appraiser: str | None) -> list[Employee]:
    """Whom the directory names as appraised by this employee, by name; never that one."""
    if appraiser is None:
        return []
    return [each for each in appraised_by(session, agency_id, appraiser) if each.code != appraiser]


def members_of(
    session: Session, agency_id: str, people: Sequence[Employee], reports: Mapping[str, PersonReports]
) -> list[Member]:
    """These people with what there is about them."""
    heads = {each.code: reports[each.code].newest[0] for each in people if reports[each.code].newest}
    ids = [each.report_id for each in heads.values()]
    texts, replies = find_reports(session, agency_id, ids), replies_to(session, agency_id, ids)
    notes = notes_on(session, agency_id, ids)

    def member(employee: Employee) -> Member:
        head = heads.get(employee.code)
        if head is None:
            return Member(employee, None, None, replied=False, noted=False)
        use, key = use_of(texts[head.report_id]), head.report_id
        return Member(employee, head, use, replied=key in replies, noted=key in notes)

    return [member(each) for each in people]


def use_of(report: Report) -> Use | None:
    """What the figures of a person's report may be used for; None where it has none."""
    signed = report.envelope
    document = parse_report(json.loads(report.document) if signed is None else json.loads(signed)["document"])
    assert isinstance(document, EmployeeReport), "only these are about persons"
    if document.figures.suppressed:
        return None
    comparison = document.figures.comparison
    return (comparison and comparison.use) or "coaching"
