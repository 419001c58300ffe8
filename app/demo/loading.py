"""Loads the demo agency through the real intake; resumable, because a rating sent again adds nothing."""

import asyncio
import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.access.keys import issue
from app.access.principals import KeyKind
from app.demo.closed_kiosk import sent_while_closed
from app.demo.half_year import ACTOR, volumes_of
from app.demo.rating import DemoRating
from app.demo.simulation import simulate
from app.demo.town import AGENCY_CODE, AGENCY_NAME
from app.demo.workbook import Row, directory_sheets, duty_rows
from app.directory.faults import DirectoryFault
from app.directory.register import add_agency
from app.directory.store import find_agency
from app.directory.volumes.intake import store_volumes
from app.directory.workbook.files import read_workbook
from app.directory.workbook.importing import import_directory
from app.directory.workbook.proposal import DirectoryProposal, propose
from app.foundation.settings import Settings
from app.foundation.storage.database import Database, Session
from app.foundation.storage.installation import fact, put_fact
from app.instruments.registry import add_shipped

SEED = 2026
BATCH = 500
# The simulated half year is older than the intake normally takes; only the loading may reach back so far.
REACH_DAYS = 200
# The fact in the database that says the demo was loaded to its end.
WHOLE = "demo"

Place = tuple[str, str] | None
# A client of the whole service with these settings, running while the context is open.
Serving = Callable[[Settings], AbstractAsyncContextManager[httpx.AsyncClient]]


class DemoRefused(Exception):
    """The intake refused so many of the demo's ratings."""

    def __init__(self, n: int) -> None:
        super().__init__(f"{n} of the demo's ratings were refused")


def load(values: Settings, db: Database, now: datetime, serving: Serving, console: Console) -> None:
    """Load the demo, or what is missing of it. An interrupted loading is finished with the ratings of its own day.

    Raises `DemoRefused`.
    """
    with db.writing() as session:
        agency = find_agency(session, AGENCY_CODE)
        began = now if agency is None else agency.created_at
        if fact(session, WHOLE) == str(began.date()):
            return
        if agency is None:
            create_agency(session, now)
    # The simulation is a function of its day: drawn for another one, the same ids would not come again.
    reach = timedelta(days=REACH_DAYS) + (now - began)
    ratings = simulate(SEED, began.date())
    # Nobody was served by what the kiosk sent while its office was closed: volumes know nothing of it.
    sent = [*ratings, *sent_while_closed(SEED, began.date())]
    refused = asyncio.run(_rate(loading_settings(values, reach), db, now, sent, serving, console))
    if refused:
        raise DemoRefused(refused)
    with db.writing() as session:
        store_volumes(session, AGENCY_CODE, volumes_of(ratings), actor=ACTOR, now=now)
        put_fact(session, WHOLE, str(began.date()))


def extend_roster(db: Database, now: datetime, console: Console) -> None:
    """Add duties until next week, so that the kiosk finds its employee as long as its printed key is valid."""
    try:
        with db.writing() as session:
            # The weeks that are over stay as they are.
            rows = [row for row in duty_rows(now.date()) if row["until"] > str(now.date())]
            proposal = _proposal({"duties": rows}, now)
            import_directory(session, proposal, agency_id=AGENCY_CODE, actor=ACTOR, now=now)
    except DirectoryFault as fault:
        # Somebody has changed the demo's directory, which is what a demo is for.
        console.print(f"The roster was not extended: {fault}", style="red", markup=False, highlight=False)


def create_agency(session: Session, now: datetime) -> None:
    """Add the agency, and import its directory as an agency's own workbook is imported."""
    add_agency(session, code=AGENCY_CODE, name=AGENCY_NAME, actor=ACTOR, now=now)
    add_shipped(session, AGENCY_CODE, now)
    proposal = _proposal(directory_sheets(now.date()), now)
    import_directory(session, proposal, agency_id=AGENCY_CODE, actor=ACTOR, now=now)


def _proposal(sheets: Mapping[str, Sequence[Row]], now: datetime) -> DirectoryProposal:
    with TemporaryDirectory() as folder:
        for name, rows in sheets.items():
            _write_csv(Path(folder) / f"{name}.csv", rows)
        return propose(read_workbook(Path(folder)), now.date())


def _write_csv(file: Path, rows: Sequence[Row]) -> None:
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def loading_settings(values: Settings, reach: timedelta) -> Settings:
    """These settings without the limits on late and fast ratings: half a year of each kiosk arrives within a minute."""
    loading = {"late_limit_days": reach.days, "log_level": "error", "device_per_hour": 0, "device_interval_seconds": 0}
    return values.model_copy(update=loading)


async def _rate(
    values: Settings, db: Database, now: datetime, ratings: Sequence[DemoRating], serving: Serving, console: Console
) -> int:
    """Post everything as batches with each kiosk's own key; returns how many were refused."""
    by_place: dict[Place, list[DemoRating]] = {}
    for rating in ratings:
        # A device key implies its counter and thereby finds the employee; the apps' ratings share one key.
        by_place.setdefault((rating.office, rating.counter) if rating.counter else None, []).append(rating)
    keys = _loading_keys(db, now, by_place)
    columns = (TextColumn("ratings"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    async with serving(values) as client:
        with Progress(*columns, console=console) as progress:
            bar = progress.add_task("", total=len(ratings))
            refused = 0
            for place, batch in _batches(by_place):
                refused += await _post(client, keys[place], batch)
                progress.advance(bar, len(batch))
    return refused


def _batches(by_place: Mapping[Place, Sequence[DemoRating]]) -> Iterator[tuple[Place, Sequence[DemoRating]]]:
    for place, ratings in by_place.items():
        for start in range(0, len(ratings), BATCH):
            yield place, ratings[start : start + BATCH]


async def _post(client: httpx.AsyncClient, key: str, batch: Sequence[DemoRating]) -> int:
    body = {"ratings": [rating.body() for rating in batch]}
    response = await client.post("/v1/ratings/batch", json=body, headers={"Authorization": f"Bearer {key}"})
    response.raise_for_status()
    return sum(result["status"] not in (200, 201) for result in response.json()["results"])


def _loading_keys(db: Database, now: datetime, places: Mapping[Place, object]) -> dict[Place, str]:
    """A key for each kiosk and one for the apps, valid for the time of the loading only."""
    keys = {}
    with db.writing() as session:
        for place in places:
            office, counter = place or (None, None)
            keys[place], _ = issue(
                session,
                agency_id=AGENCY_CODE,
                kind=KeyKind.app if place is None else KeyKind.device,
                label="demo: loading",
                actor=ACTOR,
                now=now,
                office=office,
                counter=counter,
                expires_at=now + timedelta(hours=1),
            )
    return keys
