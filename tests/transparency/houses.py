"""A service with a log: ratings through the real intake, a closed period, inventories, and what an operator types."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.cli import context
from app.foundation.storage.database import Database
from app.transparency.inventory import InventoryOrder, TakenInventory, take_inventory
from app.transparency.log import LogKey, checkpoint, log_key
from app.transparency.publishing import Published, publish
from app.transparency.reconciliation import LogReconciliation, LogTerms, reconcile_log
from app.transparency.rules.inventories import Marker
from tests.closing.steps import AFTER_THE_WINDOW, close, finalise
from tests.house import NOW, SECRET, House

LATE, TRACES = timedelta(days=35), timedelta(days=42)
SHEETS = ({"speed": 4, "transparency": 3, "friendliness": 4}, {"speed": 1, "transparency": 4, "friendliness": 2})


def rate(house: House, n: int, *, agency: str = "kota", days: int = 0, **changed: Any) -> None:
    """So many ratings through the intake, given so many days ago."""
    moment = house.clock.now - timedelta(days=days)
    for number in range(n):
        sheet = house.sheet(id=house.new_id(moment), scores=SHEETS[number % 2], **changed)
        answer = house.post("/v1/ratings", sheet, "app" if agency == "kota" else f"{agency} app")
        assert answer.status_code == 201, answer.text


def inventory(house: House, agency: str = "kota", *, accept: bool = False) -> TakenInventory:
    """One more inventory, as a night takes it."""
    order = InventoryOrder(house.clock.now, "test", LATE, TRACES, accept=accept)
    taken = take_inventory(house.database, agency, Marker(SECRET.encode(), agency), order)
    assert taken is not None
    return taken


def key_of(house: House, agency: str = "kota") -> LogKey:
    with house.database.reading() as session:
        return log_key(session, agency, SECRET.encode(), None)


def published(house: House, folder: Path, agency: str = "kota") -> Published:
    """The log as it is now, in a folder."""
    checkpoint(house.database, agency, SECRET.encode(), None, house.clock.now)
    return publish(house.database, agency, folder, key_of(house, agency).verifier)


def checked(database: Database, now: datetime, agency: str | None = None) -> LogReconciliation:
    return reconcile_log(database, LogTerms(SECRET.encode(), None, now, LATE, TRACES), agency)


def faults(house: House, agency: str | None = None) -> tuple[str, ...]:
    return checked(house.database, house.clock.now, agency).faults


def closed(house: House, key_file: Path) -> None:
    """October, final, with its reports in the log."""
    close(house)
    finalise(house, key_file)
    house.clock.now -= AFTER_THE_WINDOW


def change(database: Database, statement: str, **values: object) -> int:
    """Change something behind the service's back; returns how many rows."""
    with database.writing() as session:
        return int(session.execute(text(statement), values).rowcount)  # type: ignore[attr-defined]  # an update's result has it


@contextmanager
def as_operator(house: House, key_file: Path, monkeypatch: Any) -> Iterator[None]:
    """The settings under which `cermin …` works on this service's database."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", house.database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("CERMIN_SECRET", SECRET)
    monkeypatch.setenv("CERMIN_SIGNING_KEY_FILE", str(key_file))
    context.settings.cache_clear()
    yield
    context.settings.cache_clear()


__all__ = ["NOW", "as_operator", "change", "checked", "closed", "faults", "inventory", "key_of", "published", "rate"]
