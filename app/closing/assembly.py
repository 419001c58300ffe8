"""From an agency's sheets to the reports of a closed period."""

from typing import NamedTuple

from app.closing.agency_report import agency_report, agency_unit
from app.closing.inputs import ClosingInputs
from app.closing.rules.documents import Document
from app.closing.rules.report_documents.agency import UnitChange
from app.closing.subjects import staff_on
from app.closing.unit_reports import employee_report, office_report
from app.closing.units import (
    KIND,
    ReportedUnit,
    measured,
    sheets_by_unit,
    sheets_of,
    sheets_within,
    subjects_of,
)
from app.disclosure.rules.closing import decide
from app.disclosure.rules.ledger import PublishedRelease
from app.ratings.tallies.rules.query_plan import By


class ClosingDocuments(NamedTuple):
    """Every document of a closing, what they publish together, and the units that get other figures than before.

    `comments` is what their surveys quote.
    """

    documents: list[Document]
    release: PublishedRelease
    changes: list[UnitChange]
    comments: PublishedRelease | None = None


def closing_documents(inputs: ClosingInputs) -> ClosingDocuments:
    """Every employee and office with ratings, and the agency (or the subtree) as a whole."""
    units = sheets_by_unit(inputs)
    decisions, release = decide(
        subjects_of(inputs, units, sheets_within(inputs)),
        whole=inputs.whole,
        before=inputs.before,
        trend=inputs.trend,
        counts=inputs.counts,
        former=inputs.former,
    )
    measures = {by: measured(inputs, by, units[by], decisions) for by in KIND}
    staff = staff_on(inputs.directory, inputs.span.last)

    def with_sheets(by: By) -> list[ReportedUnit]:
        return [
            ReportedUnit(KIND[by], code, months, decisions[KIND[by], code], measures[by].get(code))
            for code, months in sorted(units[by].items())
            if sheets_of(months, inputs.whole)
        ]

    # An employee's report belongs to the office of the posting at the end of the period, wherever they were rated.
    employees = [each for each in with_sheets(By.employee) if staff.posted.get(each.code) in inputs.offices]
    offices = [each for each in with_sheets(By.office) if each.code in inputs.offices]
    documents = [
        *(Document(each.code, staff.posted[each.code], employee_report(inputs, each, staff)) for each in employees),
        *(Document(each.code, each.code, office_report(inputs, each, staff)) for each in offices),
    ]
    agency = agency_unit(inputs, decisions)
    changes = [change for unit in (*employees, *offices, agency) if (change := _change(inputs, unit))]
    whole = agency_report(inputs, agency, documents, measures[By.office], changes)
    return ClosingDocuments([*documents, Document(agency.code, None, whole)], release, changes)


def _change(inputs: ClosingInputs, unit: ReportedUnit) -> UnitChange | None:
    """How a unit's number of ratings changed; None where its figures stay, or where it has none and never had."""
    former = inputs.former_documents.get(unit.about)
    if not unit.decision.is_new or (former is None and not unit.n):
        return None
    return UnitChange(kind=unit.kind, unit=unit.code, n_before=former.n if former else 0, n=unit.n)
