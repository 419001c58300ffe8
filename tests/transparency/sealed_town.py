"""A town whose third quarter of 2030 was told, with held ratings, tickets and a log; and years passing by."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.access.audit import record
from app.disclosure.reconciliation import reconcile_blocks
from app.foundation.storage.database import Database
from app.foundation.storage.partition_store import Partition, make
from app.indices.query import IndexQuery
from app.indices.reading import read_indices
from app.measures.reading import read_measures
from app.ratings.keys import first_key
from app.ratings.partitions import TABLES
from app.ratings.rules.months import next_month
from app.ratings.rules.selection import By, Selection
from app.screening.decisions import CONFIRMED, decide
from app.screening.held_store import held_reasons
from app.tickets.reconciliation import reconcile_tickets
from app.transparency.dropping import Dropped, drop_sealed
from app.transparency.inventory import InventoryOrder, take_inventory
from app.transparency.reconciliation import LogReconciliation
from app.transparency.rules.inventories import Marker
from app.transparency.sealing import Month, SealingOrder, seal_months
from tests.disclosure.attacker import Town
from tests.house import NOW, SECRET, furnish
from tests.transparency.houses import LATE, TRACES, checked

JULY = date(2030, 7, 1)
# Office, employee, service, sheet, how many in the quarter.
GROUPS = [
    ("dukcapil", "E001", "ktp-el", "434", 60),
    ("dukcapil", "E002", "ktp-el", "444", 33),
    ("dukcapil", "E002", "skck", "121", 14),
    ("dukcapil", None, "ktp-el", "4--", 12),
    ("upt-makassar", "E003", "ktp-el", "333", 6),
    ("upt-jayapura", None, "ktp-el", "343", 5),
]
ANY: Any = None
MARKER = Marker(SECRET.encode(), "kota")
QUESTIONS: list[dict[str, str]] = [
    {},
    {"by": "month"},
    {"by": "office"},
    {"by": "employee"},
    {"by": "service"},
    {"by": "channel"},
    {"office": "dukcapil", "by": "employee"},
    {"employee": "E001", "by": "month"},
]


def quarter(database: Database, year: int = JULY.year) -> Town:
    """The town in October, told and listed; in 2030 its months have partitions."""
    furnish(database, "kota", NOW)
    town = Town(database, "kota", datetime(year, 10, 8, tzinfo=UTC))
    if not database.is_sqlite and year == JULY.year:
        # The months that matter, and not every one until then.
        for month in (date(2030, number, 1) for number in range(6, 11)):
            for table in TABLES:
                make(database, table, Partition(f"{month:%Y_%m}", first_key(month), first_key(next_month(month))))
    draw, first = Random(1), JULY.replace(year=year)
    for office, employee, service, sheet, n in GROUPS:
        days = [first + timedelta(days=draw.randrange(92)) for _ in range(n)]
        town.rate((office, employee, day, service, draw.choice(("kiosk", "web")), sheet) for day in days)
    # Tickets of two counters, and as many ratings with one.
    change(database, "UPDATE rating SET ticketed = true WHERE service = 'skck' OR office = 'upt-makassar'")
    for office, service, employee, n in (("dukcapil", "skck", "E002", 14), ("upt-makassar", "ktp-el", "E003", 6)):
        change(
            database,
            "INSERT INTO ticket_count (agency_id, office, issued_on, service, employee, issued, armed, spent) "
            "VALUES ('kota', :office, '2030-07-01', :service, :employee, :n, :n, :n)",
            office=office,
            service=service,
            employee=employee,
            n=n,
        )
    held = sorted(key for key, rated in town.ratings.items() if rated.employee == "E001")[:12]
    hold(town, held)
    confirm(town)
    night(town)
    return town


def hold(town: Town, keys: Sequence[UUID]) -> None:
    """A night doubts these ratings, and its trail says so."""
    town.hold(keys)
    with town.database.writing() as session:
        record(
            session,
            agency_id="kota",
            actor="test",
            action="finding.raised",
            subject=str(town.findings[-1]),
            at=town.now,
        )


def confirm(town: Town) -> None:
    """An auditor confirms what was held last."""
    with town.database.writing() as session:
        decide(session, town.reach(), town.findings[-1], CONFIRMED, "benar", town.now)


def night(town: Town) -> None:
    """A release, and an inventory of it a little later."""
    town.now += timedelta(minutes=5)
    town.release()
    town.now += timedelta(minutes=5)
    take_inventory(town.database, "kota", MARKER, InventoryOrder(town.now, "test", LATE, TRACES, accept=True))


def change(database: Database, statement: str, **values: object) -> int:
    """Change rows behind the service's back; how many."""
    with database.writing() as session:
        return int(session.execute(text(statement), values).rowcount)  # type: ignore[attr-defined]  # a change has it


def order(town: Town, stays: date) -> SealingOrder:
    """To seal what ends before a day."""
    return SealingOrder(town.now, "test", stays, LATE)


def seal(town: Town, stays: date, *, dry_run: bool = False) -> list[Month]:
    return seal_months(town.database, "kota", MARKER, order(town, stays), dry_run=dry_run)


def dropped(town: Town, stays: date) -> Dropped:
    return drop_sealed(town.database, order(town, stays))


def faults(town: Town) -> list[str]:
    """All that `cermin check` finds, but for the codes of the directory."""
    return [
        *reconcile_blocks(town.database).faults,
        *reconcile_tickets(town.database).faults,
        *log(town).faults,
    ]


def log(town: Town) -> LogReconciliation:
    return checked(town.database, town.now, "kota")


def told(town: Town) -> Mapping[str, Any]:
    """All figures of the quarter, whoever asks how, and what is held of it; not by which release they were asked."""
    found: dict[str, Any] = {}
    with town.database.snapshot() as session:
        for asked in QUESTIONS:
            query = IndexQuery.model_validate({"from": "2030-07-01", "to": "2030-09-30", **asked})
            table = read_indices(session, town.reach(), query, now=town.now, longest_days=1_100)
            found[f"index {asked}"] = replace(table, release=ANY)
        for by in (By.office, By.employee):
            measures = read_measures(session, town.reach(), by, office=None, period="2030-Q3", instrument="ikl-1")
            found[f"measures {by}"] = replace(measures, release=ANY)
        for by in (None, *By):
            selection = Selection(
                "ikl-1", JULY, date(2030, 9, 30), frozenset({"dukcapil", "upt-makassar"}), by=by, whole_agency=True
            )
            found[f"held {by}"] = held_reasons(session, "kota", selection)
    return found


def counts(database: Database, *tables: str) -> list[int]:
    """How many rows these tables have."""
    with database.reading() as session:
        return [session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables]
