"""Whom a report is about, in its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from app.closing.rules.report_documents.parts import Appraiser, EmployeeSubject, Named
from app.directory.catalogue_store import WholeDirectory
from app.directory.rules.postings import Stay
from app.directory.tables import Employee, Office

# The first 15 digits of a NIP are birth date, appointment and sex.
HIDDEN_DIGITS = 15


class _PersonParts(TypedDict):
    code: str
    name: str
    nip_masked: str | None
    position: str | None
    grade: str | None


@dataclass(frozen=True)
class Staff:
    """The employees and offices of an agency by code, and where each employee was posted on a day."""

    employees: Mapping[str, Employee]
    offices: Mapping[str, Office]
    posted: Mapping[str, str]

    def subject(self, code: str) -> EmployeeSubject:
        """An employee who is posted somewhere, as the own report names them."""
        return EmployeeSubject(**_person(self.employees[code]), office=named(self.offices[self.posted[code]]))

    def appraiser_of(self, code: str) -> Appraiser | None:
        """Who appraises the employee, from whatever office; None where the directory does not say."""
        appraiser = self.employees[code].appraiser
        if appraiser is None:
            return None
        office = self.posted.get(appraiser)
        return Appraiser(
            **_person(self.employees[appraiser]), office=None if office is None else named(self.offices[office])
        )


def staff_on(directory: WholeDirectory, day: date) -> Staff:
    """The staff with its postings of that day."""
    posted = {
        posting.employee: posting.office
        for posting in directory.postings
        if Stay(posting.from_on, posting.until_on, posting.office).includes(day)
    }
    employees = {employee.code: employee for employee in directory.employees}
    return Staff(employees, {office.code: office for office in directory.offices}, posted)


def named(office: Office) -> Named:
    """The office as a report names it."""
    return Named(code=office.code, name=office.name)


def masked(nip: str | None) -> str | None:
    """A NIP of which only the last digits are shown."""
    return None if nip is None else "*" * HIDDEN_DIGITS + nip[HIDDEN_DIGITS:]


def _person(employee: Employee) -> _PersonParts:
    return _PersonParts(
        code=employee.code,
        name=employee.name,
        nip_masked=masked(employee.nip),
        position=employee.position,
        grade=employee.grade,
    )
