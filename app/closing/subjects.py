"""Whom a document is about, in its words. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.directory.catalogue_store import WholeDirectory
from app.directory.rules.postings import Stay
from app.directory.tables import Employee, Office

# The first 15 digits of a NIP are birth date, appointment and sex.
HIDDEN_DIGITS = 15


def posted_on(directory: WholeDirectory, day: date) -> dict[str, str]:
    """Where each employee was posted on that day."""
    return {
        posting.employee: posting.office
        for posting in directory.postings
        if Stay(posting.from_on, posting.until_on, posting.office).includes(day)
    }


def employee_subject(employee: Employee) -> dict[str, Any]:
    """The employee as a document names them; of the NIP only its end."""
    nip = employee.nip
    return {
        "code": employee.code,
        "name": employee.name,
        "nip_masked": None if nip is None else "*" * HIDDEN_DIGITS + nip[HIDDEN_DIGITS:],
        "position": employee.position,
        "grade": employee.grade,
    }


def appraiser_subject(
    known: Mapping[str, Employee], offices: Mapping[str, Office], posted: Mapping[str, str], code: str | None
) -> dict[str, Any] | None:
    """Who appraises the employee, of whatever office; None where the directory does not say."""
    if code is None:
        return None
    office = posted.get(code)
    return employee_subject(known[code]) | {"office": None if office is None else office_subject(offices[office])}


def office_subject(office: Office) -> dict[str, Any]:
    """The office as a document names it."""
    return {"code": office.code, "name": office.name}
