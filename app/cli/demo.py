"""`cermin demo`: an agency with six months of ratings, loaded through the real intake, then served."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import httpx
import typer

from app.access.keys import issue
from app.access.principals import KeyKind
from app.cli.context import database, err, settings
from app.cli.releasing import make_release
from app.cli.service import Port, run
from app.demo.loading import ACTOR, DemoRefused, extend_roster, load
from app.demo.roster import CLOSES_HOUR, OPENS_HOUR
from app.demo.town import AGENCY_CODE
from app.directory.catalogue_cache import read_catalogue
from app.disclosure.store import latest_release
from app.foundation.clock import system_clock
from app.foundation.settings import Settings
from app.foundation.storage.database import Database
from app.foundation.storage.migrations import upgrade
from app.main import create_app

# Past answers in the shapes of survey tools.
EXAMPLES = Path(str(files("app.demo").joinpath("files")))
# Where the kiosk stands whose key is printed.
OFFICE, COUNTER, ZONE = "disdukcapil", "loket-1", "WIB"


def demo(
    port: Port = None,
    serve: Annotated[bool, typer.Option(help="Serve after loading.")] = True,
) -> None:
    """Load the demo agency, "Kabupaten Cermin" (once), print keys and lines to try, and serve."""
    values = settings()
    now = system_clock()
    with database() as db:
        upgrade(values.database_url)
        try:
            load(values, db, now, serving, err)
        except DemoRefused as refused:
            err.print(str(refused), style="red")
            raise typer.Exit(1) from None
        extend_roster(db, now, err)
        with db.reading() as session:
            released = latest_release(session, AGENCY_CODE)
        if released is None:
            make_release(db, AGENCY_CODE, now)
        keys, employee = _fresh_keys(db, now), _on_duty(db, now)
    for line in _welcome(f"http://{values.host}:{values.port if port is None else port}", keys, employee):
        typer.echo(line)
    if serve:
        run(values, port=port)


@asynccontextmanager
async def serving(values: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the whole service in this process, without a socket."""
    # httpx's transport runs no lifespan by itself, and without it there is no writer.
    application = create_app(values)
    async with application.router.lifespan_context(application):
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://demo", timeout=60) as client:
            yield client


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
                office=OFFICE if is_device else None,
                counter=COUNTER if is_device else None,
                expires_at=now + timedelta(days=7),
            )
    return keys


def _on_duty(db: Database, now: datetime) -> str | None:
    """The employee at the printed kiosk's counter at this moment."""
    catalogue = read_catalogue(db, AGENCY_CODE, now)
    roster = catalogue.rosters.get((OFFICE, COUNTER)) if catalogue else None
    return roster.on_duty(now) if roster else None


def _welcome(base: str, keys: Mapping[KeyKind, str], employee: str | None) -> Iterator[str]:
    scores = '"scores": {"speed": 4, "transparency": 3, "friendliness": 4}'
    json_type = '-H "Content-Type: application/json"'
    yield ""
    yield f"Kabupaten Cermin is served at {base}/  (API: {base}/docs)"
    yield ""
    yield "Keys (fresh, for a week):"
    yield from (f"  {kind:<10} {key}" for kind, key in keys.items())
    yield ""
    yield (
        f"Rate as a kiosk (the roster finds the employee from Monday {OPENS_HOUR:02}:00 to Friday {CLOSES_HOUR}:00 "
        f"{ZONE}, now {employee or 'nobody'}):"
    )
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
    yield f"  curl '{base}/v1/indices?by=office' {reader}"
    yield f"  curl '{base}/v1/indices?by=employee&office=disdukcapil' \\"
    yield f"    {reader} -H 'Accept: text/csv'"
    yield ""
    yield f"Import past answers as Google Forms, Kobo and LimeSurvey save them (docs/importing.md): {EXAMPLES}/"
    yield ""
