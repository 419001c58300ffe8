"""Rows as a whole regency has them: offices, a thousand employees, persons with roles, keys, findings, actions."""

from datetime import timedelta

from app.access.keys import issue
from app.access.principals import KeyKind, Role
from app.access.tables import AuditEvent
from app.directory.tables import Employee, Office, Posting
from app.foundation.ids import new_id
from app.people.tables import Grant, Person
from app.screening.tables import Finding
from tests.desk.full import LONG_NAME
from tests.house import House
from tests.screening.office import LUNCH

EMPLOYEES, OFFICES, PERSONS, KEYS, FINDINGS, EVENTS = 1_000, 60, 150, 120, 130, 150
OFFICE_NAME = "Unit Pelaksana Teknis Dinas Kependudukan dan Pencatatan Sipil Kecamatan"


def enlarge(house: House) -> None:
    """Fill the agency; everybody is appraised by E002."""
    now = house.clock.now
    with house.database.writing() as session:
        session.add_all(
            Office(agency_id="kota", code=f"upt-{n:03}", name=f"{OFFICE_NAME} {n:03}", parent="setda",
                   timezone="Asia/Jakarta")
            for n in range(OFFICES)
        )  # fmt: skip
        session.add_all(
            Employee(agency_id="kota", code=f"P{n:04}", name=f"{LONG_NAME} {n:04}", position="Pranata Komputer Ahli",
                     grade="III/b", appraiser="E002")
            for n in range(EMPLOYEES)
        )  # fmt: skip
        session.flush()
        session.add_all(
            Posting(agency_id="kota", employee=f"P{n:04}", office=f"upt-{n % OFFICES:03}", from_on=LUNCH)
            for n in range(EMPLOYEES)
        )
        persons = [
            Person(agency_id="kota", person_id=new_id(), login=f"orang.{n}", name=f"{LONG_NAME} {n}", invited_at=now)
            for n in range(PERSONS)
        ]
        session.add_all(persons)
        session.flush()
        session.add_all(
            Grant(agency_id="kota", grant_id=new_id(), person_id=person.person_id, role=role, office=office,
                  granted_at=now, granted_by="cli:test")
            for person in persons
            for role, office in ((Role.supervisor, "upt-001"), (Role.viewer, "setda"))
        )  # fmt: skip
        for n in range(KEYS):
            label = f"Aplikasi layanan bergerak {n}"
            issue(session, agency_id="kota", kind=KeyKind.app, label=label, actor="test", now=now)
        session.add_all(
            Finding(agency_id="kota", finding_id=new_id(), reason="one-hour", office="dukcapil", employee="E001",
                    first_on=LUNCH, days=1, hour=n % 24, n=40, found_at=now - timedelta(days=2), standing="held")
            for n in range(FINDINGS)
        )  # fmt: skip
        session.add_all(
            AuditEvent(agency_id="kota", event_id=new_id(), at=now, actor="cli:test", action="key.issued",
                       subject=f"Aplikasi layanan bergerak nomor {n}", detail={"office": "dukcapil"})
            for n in range(EVENTS)
        )  # fmt: skip
