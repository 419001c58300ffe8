"""A whole service under test: the real application, its lifespan, real keys, a clock that can be turned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from sqlalchemy import text

from app.access.keys import issue
from app.access.principals import KeyKind
from app.directory.tables import Agency, Counter, Duty, Employee, Office, Posting, Service
from app.disclosure.releasing import ReleaseOrder, ReleaseOutcome, release_agency
from app.foundation.http.services import Services
from app.foundation.ids import new_id
from app.foundation.problems import RETRY_SECONDS, RETRY_SPREAD
from app.foundation.settings import Settings
from app.foundation.storage.database import Database, metadata
from app.instruments.registry import add_shipped
from app.jobs import Job, jobs_of
from app.main import create_app
from app.measures.comparing import compare_offices
from tests.postgres import owners_address

SECRET = "a secret of the tests, long enough to be one"
# A Wednesday, 10:00 in WIB, 11:00 in WITA, 12:00 in WIT.
NOW = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
# When the quarter of that day, and the next one, are over.
LONG_AFTER, LATE = datetime(2027, 4, 10, 3, 0, tzinfo=UTC), timedelta(days=35)
# After how many seconds those who were refused for a while are to come again.
RETRIES = {str(RETRY_SECONDS + seconds) for seconds in range(RETRY_SPREAD)}
# Tests send a device's ratings as fast as they can; those of the quotas have some.
UNHURRIED: dict[str, Any] = {"device_per_hour": 0, "device_interval_seconds": 0, "reads_per_hour": 0}
CANARY_NAME = "Siti Kenari"
CANARY_NIP = "198503122010012004"


def no_jobs(*_: object) -> tuple[Job, ...]:
    """Nothing that runs in the background."""
    return ()


class TurnableClock:
    """The service's clock; tests set `now`."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The present moment, as the test wants it."""
        return self.now


def uuid7(moment: datetime, random: int) -> str:
    """A UUIDv7 of this moment whose random bits are the given number."""
    ms = int(moment.timestamp() * 1000)
    high, low = (random >> 62) & 0xFFF, random & ((1 << 62) - 1)
    return str(UUID(int=ms << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low))


@dataclass
class House:
    """The running service and what tests need to talk to it."""

    app: FastAPI
    database: Database
    clock: TurnableClock
    portal: BlockingPortal
    client: httpx.AsyncClient
    keys: dict[str, str]
    serial: int = field(default=0)

    @classmethod
    @contextmanager
    def open(cls, database_url: str, keys: dict[str, str], **changed: Any) -> Iterator[House]:
        """Start the service on a furnished database.

        Unless `jobs=True` nothing runs in its background, however a test turns the clock.
        """
        jobs = jobs_of if changed.pop("jobs", False) else no_jobs
        clock = TurnableClock()
        # Both addresses, as in production.
        owner = {"owner_url": owners_address(database_url)}
        database = Database(database_url, owner_url=owner["owner_url"])
        values: dict[str, Any] = (
            owner | UNHURRIED | {"key_cache_seconds": 0, "directory_cache_seconds": 0, "secret": SECRET}
        )
        values |= changed
        app = create_app(Settings(database_url=database_url, **values), clock, jobs)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        with start_blocking_portal() as portal, portal.wrap_async_context_manager(lifespan(app)):
            client = httpx.AsyncClient(transport=transport, base_url="http://cermin.test")
            yield cls(app, database, clock, portal, client, dict(keys))
            portal.call(client.aclose)
        database.dispose()

    @property
    def services(self) -> Services:
        """What the service answers with."""
        services: Services = self.app.state.services
        return services

    def put_instead(self, kind: type[Any], other: object) -> None:
        """Put something else in the place of a room's service, so that it breaks."""
        self.app.state.services = replace(self.services, by_class={**self.services.by_class, kind: other})

    def request(self, method: str, path: str, key: str | None = None, **options: Any) -> httpx.Response:
        """One request with the named key (`device`, `app`, `reader`, `admin`, `desa reader`, …)."""
        headers = dict(options.pop("headers", {}))
        if key is not None:
            headers["Authorization"] = f"Bearer {self.keys.get(key, key)}"

        async def send() -> httpx.Response:
            return await self.client.request(method, path, headers=headers, **options)

        return self.portal.call(send)

    def get(self, path: str, key: str | None = "reader", **options: Any) -> httpx.Response:
        """GET with a reader's key."""
        return self.request("GET", path, key, **options)

    def post(self, path: str, body: Any, key: str | None = "app", **options: Any) -> httpx.Response:
        """POST JSON with an app's key."""
        return self.request("POST", path, key, json=body, **options)

    def put(self, path: str, body: Any, key: str | None = "supervisor", **options: Any) -> httpx.Response:
        """PUT JSON with a supervisor's key."""
        return self.request("PUT", path, key, json=body, **options)

    def release(self, agency_id: str = "kota", now: datetime = LONG_AFTER) -> ReleaseOutcome:
        """Release an agency's figures and compare its offices, so long after that every month of the tests is over."""
        outcome = release_agency(self.database, agency_id, ReleaseOrder(now, "test", timedelta(0), LATE, whole=True))
        compare_offices(self.database, agency_id)
        return outcome

    def numbers(self) -> list[int]:
        """How many rows each table has, but for what the service's own jobs write about themselves."""
        tables = [table.name for table in metadata.sorted_tables if table.name != "installation"]
        counts = ", ".join(f"(SELECT count(*) FROM {name})" for name in tables)
        with self.database.reading() as session:
            return list(session.execute(text(f"SELECT {counts}")).one())

    def new_id(self, moment: datetime | None = None) -> str:
        """A fresh rating id, made now on the service's clock."""
        self.serial += 1
        return uuid7(moment or self.clock.now, self.serial)

    def sheet(self, **changed: Any) -> dict[str, Any]:
        """A good sheet for an app's key; `None` removes a field."""
        sheet = {
            "id": self.new_id(),
            "office": "dukcapil",
            "service": "ktp-el",
            "channel": "mobile",
            "instrument": "ikl-1",
            "scores": {"speed": 4, "transparency": 3, "friendliness": 4},
        } | changed
        return {name: value for name, value in sheet.items() if value is not None}


def lifespan(app: FastAPI) -> Any:
    """The application's own start and end."""
    return app.router.lifespan_context(app)


def furnish_two(database_url: str) -> dict[str, str]:
    """The agencies `kota` and `desa`, alike in everything; the names of desa's keys begin with `desa`."""
    database = Database(database_url)
    keys = furnish(database, "kota", NOW)
    keys |= {f"desa {name}": key for name, key in furnish(database, "desa", NOW).items()}
    database.dispose()
    return keys


def furnish(database: Database, agency_id: str, now: datetime) -> dict[str, str]:
    """An agency with offices in all three zones, and one key of each kind (more with narrower scope)."""
    with database.writing() as session:
        session.add(Agency(agency_id=agency_id, name=agency_id, directory_version=new_id(), created_at=now))
        session.flush()
        add_shipped(session, agency_id, now)
        for group in directory(agency_id):
            session.add_all(group)
            session.flush()
        kinds: dict[str, dict[str, Any]] = {
            "device": {"kind": KeyKind.device, "office": "dukcapil", "counter": "loket-1"},
            "device 2": {"kind": KeyKind.device, "office": "dukcapil", "counter": "loket-2"},
            "app": {"kind": KeyKind.app},
            "app makassar": {"kind": KeyKind.app, "office": "upt-makassar"},
            "queue": {"kind": KeyKind.queue},
            "queue dukcapil": {"kind": KeyKind.queue, "office": "dukcapil"},
            "reader": {"kind": KeyKind.reader},
            "reader dukcapil": {"kind": KeyKind.reader, "office": "dukcapil"},
            "reader makassar": {"kind": KeyKind.reader, "office": "upt-makassar"},
            "supervisor": {"kind": KeyKind.supervisor},
            "auditor": {"kind": KeyKind.auditor},
            "admin": {"kind": KeyKind.admin},
        }
        return {
            name: issue(session, agency_id=agency_id, label=name, actor="test", now=now, **values)[0]
            for name, values in kinds.items()
        }


def directory(agency_id: str) -> list[list[Any]]:
    """Rows in an order that satisfies the foreign keys."""
    zones = {"setda": None, "dukcapil": "setda", "upt-makassar": "setda", "upt-jayapura": "upt-makassar"}
    zone = {"upt-makassar": "Asia/Makassar", "upt-jayapura": "Asia/Jayapura"}
    a = agency_id
    offices = [
        Office(agency_id=a, code=code, name=code.title(), parent=parent, timezone=zone.get(code, "Asia/Jakarta"))
        for code, parent in zones.items()
    ]
    services = [
        Service(agency_id=a, code=code, name=code.upper(), family=family)
        for code, family in {"ktp-el": "adminduk", "kk": "adminduk", "skck": "polisi"}.items()
    ]
    counters = [
        Counter(agency_id=a, office="dukcapil", code="loket-1", name="Loket 1", services=["ktp-el", "kk"]),
        Counter(agency_id=a, office="dukcapil", code="loket-2", name="Loket 2", services=["kk"]),
    ]
    employees = [
        Employee(
            agency_id=a,
            code=code,
            name=f"{CANARY_NAME} {code}",
            nip=CANARY_NIP,
            position="Analis",
            grade="III/b",
        )
        for code in ("E001", "E002", "E003", "E004")
    ]
    postings = [
        Posting(agency_id=a, employee="E001", office="dukcapil", from_on=date(2020, 1, 1)),
        Posting(
            agency_id=a,
            employee="E002",
            office="dukcapil",
            from_on=date(2020, 1, 1),
            until_on=date(2026, 11, 10),
        ),
        Posting(agency_id=a, employee="E002", office="upt-makassar", from_on=date(2026, 11, 11)),
        Posting(agency_id=a, employee="E003", office="upt-jayapura", from_on=date(2020, 1, 1)),
        Posting(agency_id=a, employee="E004", office="dukcapil", from_on=date(2020, 1, 1)),
    ]
    morning = NOW.replace(hour=1)
    noon, evening = morning + timedelta(hours=4), morning + timedelta(hours=8)
    duties = [
        Duty(agency_id=a, office="dukcapil", counter="loket-1", employee=code, from_at=start, until_at=end)
        for code, start, end in (("E001", morning, noon), ("E004", noon, evening))
    ]
    return [offices[:1], offices[1:3], offices[3:], services, counters, employees, postings, duties]


def problem(response: httpx.Response, status: int, code: str, field: str | None = None) -> dict[str, Any]:
    """Assert that the answer is this problem (and that it names this field) and return the document."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert document["status"] == status
    if field is None:
        assert document["code"] == code, document
    else:
        assert document["code"] == "invalid-request", document
        assert (field, code) in {(error["field"], error["code"]) for error in document["errors"]}, document
    assert document["title"]
    assert document["detail"]
    return document
