"""From what is told of an agency to the reports of a closed period."""

from collections.abc import Mapping
from typing import NamedTuple

from app.closing.agency_report import agency_report
from app.closing.inputs import ClosingInputs
from app.closing.rules.documents import Document
from app.closing.rules.report_documents.agency import UnitChange
from app.closing.subjects import staff_on
from app.closing.unit_reports import employee_report, office_report
from app.closing.units import ReportedUnit, needs_of_persons, units_with_ratings, whole_unit
from app.ratings.rules.selection import By
from app.targets.rules.target import TargetKey


class ClosingDocuments(NamedTuple):
    """Every document of a closing, the release and the targets they were made of, and the units with other figures."""

    documents: list[Document]
    release: int
    changes: list[UnitChange]
    targets: Mapping[TargetKey, int]


def closing_documents(inputs: ClosingInputs) -> ClosingDocuments:
    """Every employee and office with ratings, and the agency (or the subtree) as a whole."""
    offices, at_offices = units_with_ratings(inputs, By.office)
    persons, _ = units_with_ratings(inputs, By.employee)
    staff = staff_on(inputs.directory, inputs.span.last)
    # An employee's report belongs to the office of the posting at the end of the period, wherever they were rated.
    employees = [unit for code, unit in persons.items() if staff.posted.get(code) in inputs.offices]
    within = [unit for code, unit in offices.items() if code in inputs.offices]
    needs = needs_of_persons(inputs)
    documents = [
        *(
            Document(
                each.code,
                staff.posted[each.code],
                employee_report(inputs, each, staff, offices),
                needs.get(each.code, ()),
            )
            for each in employees
        ),
        *(Document(each.code, each.code, office_report(inputs, each, staff)) for each in within),
    ]
    agency = whole_unit(inputs, "agency", inputs.beside[By.office].served)
    changes = [change for unit in (*employees, *within, agency) if (change := _change(inputs, unit))]
    whole = agency_report(inputs, agency, documents, at_offices, changes)
    # A release may be in the middle of its work: what it has told already is in these documents.
    release = max((block.release for block in inputs.sheets.blocks), default=inputs.release.number)
    return ClosingDocuments(
        [*documents, Document(agency.code, None, whole)], max(release, inputs.release.number), changes, inputs.targets
    )


def _change(inputs: ClosingInputs, unit: ReportedUnit) -> UnitChange | None:
    """How a unit's number of ratings changed; None where its figures stay, or where it has none and never had."""
    former = inputs.former_documents.get(unit.about)
    if not unit.is_new or (former is None and not unit.n):
        return None
    return UnitChange(kind=unit.kind, unit=unit.code, n_before=former.n if former else 0, n=unit.n)
