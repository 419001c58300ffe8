"""`cermin demo`: an agency with six months of ratings, loaded through the real intake, then served."""

import asyncio
import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import httpx
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.access.keys import issue
from app.access.principals import KeyKind
from app.cli.context import database, err, settings
from app.cli.service import run
from app.demo.rating import Rating
from app.demo.simulation import simulate
from app.demo.town import AGENCY_CODE, AGENCY_NAME
from app.demo.workbook import Row, directory_sheets
from app.directory.catalogue import read_catalogue
from app.directory.files import read_workbook
from app.directory.proposal import propose
from app.directory.register import add_agency
from app.directory.workbook import import_directory
from app.foundation.clock import system_clock
from app.foundation.database import Database
from app.foundation.migrating import upgrade
from app.foundation.settings import Settings
from app.instruments.shelf import put_shipped
from app.main import create_app

SEED = 2026
BATCH = 500
# The simulated half year is older than the intake normally takes; only the loading may reach back so far.
REACH_DAYS = 200
ACTOR = "cli:demo"

Place = tuple[str, str] | None


def demo(
    port: Annotated[int | None, typer.Option(help="Port to listen on (CERMIN_PORT).")] = None,
    serve: Annotated[bool, typer.Option(help="Serve after loading.")] = True,
) -> None:
    """Load the demo agency "Kabupaten Cermin" (once), print keys and lines to try, and serve."""
    values = settings()
    upgrade(values.database_url)
    now = system_clock()
    with database() as db:
        if read_catalogue(db, AGENCY_CODE, now) is None:
            _load(values, db, now)
        keys = _fresh_keys(db, now)
    _print_welcome(f"http://{values.host}:{values.port if port is None else port}", keys)
    if serve:
        run(values, port=port)


def _load(values: Settings, db: Database, now: datetime) -> None:
    _furnish(db, now)
    ratings = simulate(SEED, now.date())
    failed = asyncio.run(_rate(values, db, now, ratings))
    if failed:
        err.print(f"{failed} of the demo's ratings were refused", style="red")
        raise typer.Exit(1)


def _furnish(db: Database, now: datetime) -> None:
    """The directory goes in through the same import as an agency's own workbook."""
    with TemporaryDirectory() as folder, db.writing() as session:
        for name, rows in directory_sheets(now.date()).items():
            _write_csv(Path(folder) / f"{name}.csv", rows)
        add_agency(session, code=AGENCY_CODE, name=AGENCY_NAME, actor=ACTOR, now=now)
        put_shipped(session, AGENCY_CODE, now)
        proposal = propose(read_workbook(Path(folder)), now.date())
        import_directory(session, proposal, agency_id=AGENCY_CODE, actor=ACTOR, now=now)


def _write_csv(file: Path, rows: Sequence[Row]) -> None:
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


async def _rate(values: Settings, db: Database, now: datetime, ratings: Sequence[Rating]) -> int:
    """Post everything as batches with each kiosk's own key; returns how many were refused."""
    application = create_app(values.model_copy(update={"late_limit_days": REACH_DAYS, "log_level": "error"}))
    by_place: dict[Place, list[Rating]] = {}
    for rating in ratings:
        by_place.setdefault((rating.office, rating.counter) if rating.counter else None, []).append(rating)
    keys = _loading_keys(db, now, by_place)
    columns = (TextColumn("ratings"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    async with application.router.lifespan_context(application):
        transport = httpx.ASGITransport(application)
        with Progress(*columns, console=err) as progress:
            bar = progress.add_task("", total=len(ratings))
            refused = 0
            async with httpx.AsyncClient(transport=transport, base_url="http://demo", timeout=60) as client:
                for place, batch in _batches(by_place):
                    refused += await _post(client, keys[place], batch)
                    progress.advance(bar, len(batch))
    return refused


def _batches(by_place: Mapping[Place, Sequence[Rating]]) -> Iterator[tuple[Place, Sequence[Rating]]]:
    for place, ratings in by_place.items():
        for start in range(0, len(ratings), BATCH):
            yield place, ratings[start : start + BATCH]


async def _post(client: httpx.AsyncClient, key: str, batch: Sequence[Rating]) -> int:
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


def _fresh_keys(db: Database, now: datetime) -> dict[KeyKind, str]:
    """One whole key of each kind for whoever tries the demo; they expire after a week."""
    keys = {}
    with db.writing() as session:
        for kind in KeyKind:
            is_device = kind is KeyKind.device
            keys[kind], _ = issue(
                session,
                agency_id=AGENCY_CODE,
                kind=kind,
                label="demo",
                actor=ACTOR,
                now=now,
                office="disdukcapil" if is_device else None,
                counter="loket-1" if is_device else None,
                expires_at=now + timedelta(days=7),
            )
    return keys


def _print_welcome(base: str, keys: Mapping[KeyKind, str]) -> None:
    for line in _welcome(base, keys, system_clock().date()):
        typer.echo(line)


def _welcome(base: str, keys: Mapping[KeyKind, str], today: date) -> Iterator[str]:
    since = today - timedelta(days=182)
    scores = '"scores": {"speed": 4, "transparency": 3, "friendliness": 4}'
    json_type = '-H "Content-Type: application/json"'
    yield ""
    yield f"Kabupaten Cermin is served at {base}/  (API: {base}/docs)"
    yield ""
    yield "Keys (fresh, for a week):"
    yield from (f"  {kind:<10} {key}" for kind, key in keys.items())
    yield ""
    yield "Rate as a kiosk (the roster finds the employee):"
    yield f"  curl -i {base}/v1/ratings -H 'Authorization: Bearer {keys[KeyKind.device]}' {json_type} \\"
    yield f'    -d \'{{"service": "ktp-el", {scores}}}\''
    yield ""
    yield "Rate as an app:"
    yield f"  curl -i {base}/v1/ratings -H 'Authorization: Bearer {keys[KeyKind.app]}' {json_type} \\"
    yield (
        f'    -d \'{{"office": "disdukcapil", "service": "ktp-el", "employee": "E015", '
        f'"channel": "mobile", {scores}}}\''
    )
    yield ""
    yield "Pull indices, as JSON and as CSV:"
    reader = f"-H 'Authorization: Bearer {keys[KeyKind.reader]}'"
    yield f"  curl '{base}/v1/indices?by=office&from={since}&to={today}' {reader}"
    yield f"  curl '{base}/v1/indices?by=employee&office=disdukcapil&from={since}&to={today}' \\"
    yield f"    {reader} -H 'Accept: text/csv'"
    yield ""
