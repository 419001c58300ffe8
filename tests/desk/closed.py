"""A desk whose agency has closed October, with people who sign in: an appraiser, employees, supervisors and others."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from sqlmodel import col, select

from app.access.principals import Role
from app.access.tables import AuditEvent
from app.directory.tables import Employee
from tests.closing.steps import SEPTEMBER, close, rated
from tests.desk.browsing import Browser, desk
from tests.house import House
from tests.people.persons import Door
from tests.ratings.visits import put

Seat: TypeAlias = Callable[..., Browser]


@contextmanager
def closed_house(url: str, keys: dict[str, str], key_file: Path) -> Iterator[House]:
    """October as a draft, September as another; E002 appraises E001 and E004, and by mistake E002, too."""
    with desk(url, keys, signing_key_file=key_file) as house:
        put(house.database, [*rated("E001", 12), *rated("E002", 40, "433"), *rated("E004", 9), *rated(None, 11)])
        put(house.database, [*rated("E001", 15, day=SEPTEMBER)], start=1_000)
        with house.database.writing() as session:
            for code in ("E001", "E002", "E004"):
                for agency_id in ("kota", "desa"):
                    employee = session.get_one(Employee, (agency_id, code))
                    employee.appraiser = "E002"
                    session.add(employee)
        close(house)
        yield house


@contextmanager
def seats(house: House) -> Iterator[Seat]:
    """A way to seat somebody in a role."""
    with Door.open(str(house.database.url.render_as_string(hide_password=False))) as door:

        def join(name: str, role: Role, office: str | None = None, **more: str) -> Browser:
            door.clock.now = house.clock.now
            browser = Browser(house)
            browser.join(door, name, role, office, **more)
            return browser

        yield join


def readings(house: House, agency_id: str = "kota") -> list[tuple[str, str, str]]:
    """Who has read what about whom, oldest first: role, subject, what was asked for."""
    with house.database.reading() as session:
        query = select(AuditEvent).where(AuditEvent.agency_id == agency_id, AuditEvent.action == "persons.read")
        events = session.exec(query.order_by(col(AuditEvent.event_id))).all()
        return [(each.actor.partition(":")[0], each.subject, each.detail["what"]) for each in events]
