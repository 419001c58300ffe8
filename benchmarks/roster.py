"""The roster by which the load is spread: a town's offices, services, counters, employees, and the keys of its devices.

One office, service and employee for all sheets would flatter whatever remembers what it judged last. Here a sheet
comes from an app about any employee, or from one of hundreds of kiosks, about whoever is on duty there or was chosen.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from app.access.keys import issue
from app.access.principals import KeyKind
from app.directory.tables import Counter, Duty, Employee, Office, Posting, Service
from app.foundation.storage.database import Database

OFFICES, PERSONS, COUNTERS, SERVICES = 200, 20, 2, 12
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
# Between them an app's sheets and the kiosks' are halved.
LINES = 10_000
ABSENT = "-"


@dataclass(frozen=True)
class Line:
    """Who sends a sheet, and what it says beside its answers; None leaves a field out."""

    key: str
    office: str | None
    service: str | None
    employee: str | None
    channel: str | None


def office_code(number: int) -> str:
    """The code of an office."""
    return f"kantor-{number:03}"


def employee_code(office: int, number: int) -> str:
    """The code of one of an office's persons."""
    return f"K{office:03}-{number:02}"


def service_code(number: int) -> str:
    """The code of a service."""
    return f"layanan-{number:02}"


def furnish_town(database: Database, agency_id: str, app_key: str, now: datetime, seed: int) -> list[Line]:
    """Add the town to an agency's directory; returns what sheets of it say, the same for the same seed but for keys."""
    with database.writing() as session:
        for group in _directory(agency_id, now):
            session.add_all(group)
            session.flush()
        devices = {
            (office, counter): issue(
                session,
                agency_id=agency_id,
                label=f"{office} {counter}",
                actor="benchmark",
                now=now,
                kind=KeyKind.device,
                office=office_code(office),
                counter=f"loket-{counter}",
            )[0]
            for office in range(OFFICES)
            for counter in range(COUNTERS)
        }
    random = Random(seed)
    return [_of_an_app(random, app_key) if number % 2 else _of_a_kiosk(random, devices) for number in range(LINES)]


def write_roster(lines: list[Line], file: Path) -> None:
    """Write the lines as `load.lua` reads them."""
    rows = [
        " ".join(value or ABSENT for value in (line.key, line.office, line.service, line.employee, line.channel))
        for line in lines
    ]
    file.write_text("\n".join(rows) + "\n", "ascii")


def _of_an_app(random: Random, key: str) -> Line:
    office = random.randrange(OFFICES)
    service, employee = random.randrange(SERVICES), random.randrange(PERSONS)
    return Line(key, office_code(office), service_code(service), employee_code(office, employee), "mobile")


def _of_a_kiosk(random: Random, keys: dict[tuple[int, int], str]) -> Line:
    office, counter = random.randrange(OFFICES), random.randrange(COUNTERS)
    service = service_code(random.choice(_services_at(counter)))
    # Two of three sheets are about whoever is on duty; before the others the citizen chose from the names.
    employee = None if random.randrange(3) else employee_code(office, random.randrange(PERSONS))
    return Line(keys[office, counter], None, service, employee, None)


def _services_at(counter: int) -> range:
    half = SERVICES // COUNTERS
    return range(counter * half, counter * half + half)


def _directory(agency_id: str, now: datetime) -> list[list[object]]:
    """Rows in an order that satisfies the foreign keys."""
    a, morning = agency_id, now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(hours=24)
    every = [(office, number) for office in range(OFFICES) for number in range(PERSONS)]
    counters = [(office, counter) for office in range(OFFICES) for counter in range(COUNTERS)]
    return [
        [
            Office(agency_id=a, code=office_code(each), name=office_code(each), timezone=ZONES[each % len(ZONES)])
            for each in range(OFFICES)
        ],
        [
            Service(agency_id=a, code=service_code(each), name=service_code(each), family="umum")
            for each in range(SERVICES)
        ],
        [
            Counter(
                agency_id=a,
                office=office_code(office),
                code=f"loket-{counter}",
                name=f"Loket {counter}",
                services=[service_code(each) for each in _services_at(counter)],
            )
            for office, counter in counters
        ],
        [Employee(agency_id=a, code=employee_code(*each), name=employee_code(*each)) for each in every],
        [
            Posting(agency_id=a, employee=employee_code(*each), office=office_code(each[0]), from_on=date(2020, 1, 1))
            for each in every
        ],
        [
            Duty(
                agency_id=a,
                office=office_code(office),
                counter=f"loket-{counter}",
                employee=employee_code(office, counter * 6 + shift % 6),
                from_at=morning + timedelta(hours=4 * shift),
                until_at=morning + timedelta(hours=4 * shift + 4),
            )
            for office, counter in counters
            # Yesterday to tomorrow, somebody at every hour.
            for shift in range(18)
        ],
    ]
