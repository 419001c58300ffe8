"""The town as sheets of the directory workbook: rows of texts, as a person would type them."""

from datetime import date

from app.demo.people import EMPLOYEES, TownEmployee
from app.demo.roster import duties
from app.demo.town import OFFICES, SERVICES
from app.demo.truths import posted_from

Row = dict[str, str]


def directory_sheets(today: date) -> dict[str, list[Row]]:
    """All five sheets by name, in the order in which they can be imported."""
    return {
        "offices": office_rows(),
        "services": service_rows(),
        "counters": counter_rows(),
        "employees": employee_rows(today),
        "duties": duty_rows(today),
    }


def office_rows() -> list[Row]:
    """code, name, parent (empty at the root), timezone, region_code; parents stand before their children."""
    return [
        {
            "code": office.code,
            "name": office.name,
            "parent": office.parent,
            "timezone": office.timezone,
            "region_code": office.region_code,
        }
        for office in OFFICES
    ]


def service_rows() -> list[Row]:
    """code, name, family."""
    return [{"code": each.code, "name": each.name, "family": each.family} for each in SERVICES]


def counter_rows() -> list[Row]:
    """office, code, name, services (codes joined by ";")."""
    return [
        {
            "office": office.code,
            "code": counter.code,
            "name": counter.name,
            "services": ";".join(counter.services),
        }
        for office in OFFICES
        for counter in office.counters
    ]


def employee_rows(today: date) -> list[Row]:
    """code, name, nip, position, grade, office, posted_from (ISO date), appraiser (empty at the top)."""
    return [
        employee._asdict()
        | {"posted_from": posted_from(employee, today).isoformat(), "appraiser": appraiser_of(employee)}
        for employee in EMPLOYEES
    ]


def appraiser_of(employee: TownEmployee) -> str:
    """The first of the office appraises the others, and the first of the town those; nobody the first of the town."""
    first_here = next(each.code for each in EMPLOYEES if each.office == employee.office)
    first = EMPLOYEES[0].code
    return first_here if employee.code != first_here else first if employee.code != first else ""


def duty_rows(today: date) -> list[Row]:
    """office, counter, employee, from, until (local ISO times without a zone; `until` is not included)."""
    return [
        {
            "office": duty.office,
            "counter": duty.counter,
            "employee": duty.employee,
            "from": duty.begins,
            "until": duty.ends,
        }
        for duty in duties(today)
    ]
