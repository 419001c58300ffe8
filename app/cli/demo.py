"""`cermin demo`: an agency with six months of ratings, loaded through the real intake, then served."""

import asyncio
import shlex
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Annotated
from uuid import UUID

import httpx
import typer

from app.access.keys import issue
from app.access.principals import KeyKind, Principal, Reach
from app.cli.context import database, err, secret, settings
from app.cli.releasing import make_release
from app.cli.service import Port, run
from app.closing.replies import invite
from app.demo import half_year
from app.demo.accounts import ACCOUNTS, SignInLink, login_of, sign_in_links
from app.demo.half_year import ACTOR
from app.demo.integrity_reports import have_integrity_reports
from app.demo.loading import DemoRefused, extend_roster, load
from app.demo.roster import CLOSES_HOUR, OPENS_HOUR
from app.demo.surveys import SURVEY
from app.demo.town import AGENCY_CODE
from app.devices.pairing import KioskPairing, PairingTerms, add_device
from app.devices.schemas import DeviceIn
from app.directory.agency_marks import AgencyMarks
from app.directory.catalogue_cache import CatalogueCache, read_catalogue
from app.disclosure.store import latest_release
from app.foundation.clock import Clock, system_clock
from app.foundation.problems import Problem
from app.foundation.secret import derive
from app.foundation.settings import Settings
from app.foundation.storage.database import Database
from app.foundation.storage.migrations import upgrade
from app.foundation.translations import translator
from app.instruments.registry import InstrumentCache
from app.integrity.door import PEPPER as RECEIPT_PEPPER
from app.main import create_app
from app.notifications.schemas import WebhookIn
from app.notifications.webhooks import add_webhook
from app.notifications.wiring import terms_of
from app.ratings.keys import KeyMaker
from app.tickets.issuing import TicketIssuer
from app.tickets.schemas import ArmIn, ArmsIn, TicketsIn
from app.transparency.inventory import InventoryOrder, take_inventory
from app.transparency.log import checkpoint
from app.transparency.rules.inventories import Marker

# Past answers in the shapes of survey tools.
EXAMPLES = Path(str(files("app.demo").joinpath("files")))
# Where the kiosk stands whose key is printed, where another can be paired, and who rates and replies.
OFFICE, COUNTER, OTHER_COUNTER, ZONE = "disdukcapil", "loket-1", "loket-2", "WIB"
SERVICE, EMPLOYEE = "ktp-el", "E015"
# Since when nobody has heard of one of its kiosks.
SILENT_SINCE = timedelta(days=3)
# A name that is nobody's (RFC 6761): what is told there waits, and the page shows it.
DASHBOARD = "https://dasbor.kabupaten-cermin.example/cermin"
LISTENING_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared, never listened on


def demo(
    port: Port = None,
    serve: Annotated[bool, typer.Option(help="Serve after loading.")] = True,
) -> None:
    """Load the demo agency, "Kabupaten Cermin" (once), print lines to copy, and serve."""
    values = _with_address(settings(), port)
    now = system_clock()
    with database() as db:
        upgrade(values.owner_url or values.database_url)
        try:
            load(values, db, now, serving, err)
        except DemoRefused as refused:
            err.print(str(refused), style="red")
            raise typer.Exit(1) from None
        extend_roster(db, now, err)
        if not half_year.is_done(db):
            _live_half_a_year(values, db, now)
        # Loading took a while, and the trail has no line that is older than what the log has listed.
        now = system_clock()
        exports = dict(_exports(values, db, now))
        links = list(sign_in_links(db, now))
        employee, surveyed = _on_duty(db, now), half_year.surveyed(db)
    for line in _welcome(exports, employee, links, surveyed, _holders_folder(values)):
        typer.echo(line)
    if serve:
        run(values, port=port)


def _with_address(values: Settings, port: int | None) -> Settings:
    """The settings with an address for links and codes, where nobody has given one."""
    host = "127.0.0.1" if values.host in LISTENING_EVERYWHERE else values.host
    address = values.public_url or f"http://{host}:{values.port if port is None else port}"
    return values.model_copy(update={"public_url": address})


def _live_half_a_year(values: Settings, db: Database, now: datetime) -> None:
    """What an agency does besides rating; where somebody has closed periods before, theirs stay as they are."""
    _add_a_webhook(values, db, now)
    reach = Reach(AGENCY_CODE, None, ACTOR)
    have_integrity_reports(db, reach, derive(secret(), RECEIPT_PEPPER), _holders_folder(values), now)
    asyncio.run(half_year.hand_out_tickets(values, db, now, serving))
    try:
        half_year.screen_and_close(values, db, KeyMaker.of(secret()), now)
    except Problem as problem:
        sentence = problem.document(translator("en"))["detail"]
        err.print(f"No period was closed: {sentence}", style="red", markup=False, highlight=False)
    with db.reading() as session:
        released = latest_release(session, AGENCY_CODE)
    if released is None:
        make_release(db, AGENCY_CODE, now)
    _leave_a_kiosk_silent(db, now)
    _enter_into_the_log(values, db, now)
    half_year.done(db)


@asynccontextmanager
async def serving(values: Settings, clock: Clock = system_clock) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the whole service in this process, without a socket."""
    # httpx's transport runs no lifespan by itself, and without it there is no writer. Nothing runs beside the loading:
    # where that takes more than a minute, a release and the forgetting of hours would come before the screening.
    application = create_app(values, clock, jobs=lambda *_: ())
    async with application.router.lifespan_context(application):
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://demo", timeout=60) as client:
            yield client


def _exports(values: Settings, db: Database, now: datetime) -> Iterator[tuple[str, str]]:
    """What the README's examples use, by the name of its variable."""
    assert values.public_url is not None, "_with_address gave one"
    yield "BASE", values.public_url
    yield "AGENCY", AGENCY_CODE
    yield from ((f"{kind.upper()}_KEY", key) for kind, key in _fresh_keys(db, now).items())
    yield "CODE", _armed_ticket(db, now)
    yield "PAIRING_CODE", _pairing_code(values, db, now)
    after = timedelta(days=values.release_after_days)
    yield "PERIOD", half_year.final_quarter(now, after).code
    if link := _reply_link(values.public_url, db, now):
        yield "REPLY_LINK", link


def _armed_ticket(db: Database, now: datetime) -> str:
    """The code of a ticket that is ready to be spent, good for a week."""
    issuer = TicketIssuer(
        db,
        CatalogueCache(db, system_clock, seconds=0, reach=timedelta(days=1)),
        InstrumentCache(db, system_clock, seconds=0),
        derive(secret(), "ticket"),
    )
    queue = Principal(AGENCY_CODE, KeyKind.queue, UUID(int=0))
    [code] = issuer.issue(queue, TicketsIn(office=OFFICE, service=SERVICE), now).codes
    issuer.arm(queue, ArmsIn(tickets=[ArmIn(ticket=code, employee=EMPLOYEE)]), now)
    return code


def _pairing_code(values: Settings, db: Database, now: datetime) -> str:
    """A code that turns a tablet into a kiosk, good for a day."""
    terms = PairingTerms(Reach(AGENCY_CODE, None, ACTOR), timedelta(days=1), values.public_url)
    asked = DeviceIn(office=OFFICE, counter=OTHER_COUNTER, label="demo")
    with db.writing() as session:
        return add_device(session, derive(secret(), "pairing"), terms, asked, None, now).code


def _add_a_webhook(values: Settings, db: Database, now: datetime) -> None:
    """A system that is told what happens in the demo, at a name that is nobody's: the page shows what waits for it."""
    terms, reach = terms_of(secret(), values.webhook_hosts), Reach(AGENCY_CODE, None, ACTOR)
    with db.writing() as session:
        add_webhook(session, terms, reach, WebhookIn(address=DASHBOARD, signing="v1a"), now)


def _holders_folder(values: Settings) -> Path:
    """Where the private halves of the demo's keys for integrity reports lie: beside its secret."""
    return values.secret_file.parent / "demo-integrity-keys"


def _enter_into_the_log(values: Settings, db: Database, now: datetime) -> None:
    """What a night does after its release: the rows are listed, and the log's checkpoint is signed."""
    order = InventoryOrder(now, ACTOR, timedelta(days=values.late_limit_days), timedelta(days=values.trace_days))
    take_inventory(db, AGENCY_CODE, Marker(secret(), AGENCY_CODE), order)
    checkpoint(db, AGENCY_CODE, secret(), values.public_url, now)


def _leave_a_kiosk_silent(db: Database, now: datetime) -> None:
    """Pair one more kiosk three days ago, of which nobody has heard since: the pages and the fleet say so."""
    then, pepper = now - SILENT_SINCE, derive(secret(), "pairing")
    asked = DeviceIn(office=OFFICE, counter=OTHER_COUNTER, label="Kiosk di dekat pintu")
    with db.writing() as session:
        terms = PairingTerms(Reach(AGENCY_CODE, None, ACTOR), timedelta(hours=1), None)
        code = add_device(session, pepper, terms, asked, None, then).code
    KioskPairing(db, AgencyMarks(), pepper, lambda: then).pair("127.0.0.1", code, then)


def _reply_link(base: str, db: Database, now: datetime) -> str | None:
    """An employee's link to the own draft; None where there is none, or its time to reply is over."""
    month = half_year.drafted(db)
    if month is None:
        return None
    try:
        with db.writing() as session:
            tokens = invite(session, Reach(AGENCY_CODE, None, ACTOR), month, half_year.INSTRUMENT, now)
    except Problem:
        return None
    return f"{base}/r#{tokens[EMPLOYEE]}" if EMPLOYEE in tokens else None


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


def _sign_in(base: str, link: SignInLink) -> str:
    account = link.account
    where = f" of {account.office}" if account.office else ""
    return f"  {f'{account.name}, {account.role}{where}':<46} {base}/sign-in/link#{link.code}"


def _on_duty(db: Database, now: datetime) -> str | None:
    """The employee at the printed kiosk's counter at this moment."""
    catalogue = read_catalogue(db, AGENCY_CODE, now)
    roster = catalogue.rosters.get((OFFICE, COUNTER)) if catalogue else None
    return roster.on_duty(now) if roster else None


def _welcome(
    exports: Mapping[str, str],
    employee: str | None,
    links: Sequence[SignInLink],
    surveyed: str | None,
    holders: Path,
) -> Iterator[str]:
    base = exports["BASE"]
    scores = '"scores": {"speed": 4, "transparency": 3, "friendliness": 4}'
    json_type = '-H "Content-Type: application/json"'
    yield ""
    yield f"Kabupaten Cermin is served at {base}/  (API: {base}/docs)"
    yield f"What everybody may see of its final quarter: {base}/p/{AGENCY_CODE}"
    yield ""
    yield "Copy these lines into another terminal: the README's examples use them. Keys and the ticket are good for"
    yield "a week, the pairing code for a day. CODE is a ticket ready to rate with, PAIRING_CODE turns a tablet into a"
    yield f"kiosk at {base}/kiosk, REPLY_LINK is what {EMPLOYEE} gets about the draft of a month; PERIOD is final."
    yield ""
    yield from (f"export {name}={shlex.quote(value)}" for name, value in exports.items())
    yield ""
    yield (
        f"Rate as a kiosk (the roster finds the employee from Monday {OPENS_HOUR:02}:00 to Friday {CLOSES_HOUR}:00 "
        f"{ZONE}, now {employee or 'nobody'}):"
    )
    yield f'  curl -i $BASE/v1/ratings -H "Authorization: Bearer $DEVICE_KEY" {json_type} \\'
    yield f'    -d \'{{"service": "{SERVICE}", {scores}}}\''
    yield ""
    yield "Rate as an app:"
    yield f'  curl -i $BASE/v1/ratings -H "Authorization: Bearer $APP_KEY" {json_type} \\'
    yield (
        f'    -d \'{{"office": "{OFFICE}", "service": "{SERVICE}", "employee": "{EMPLOYEE}", '
        f'"channel": "mobile", {scores}}}\''
    )
    yield ""
    yield f"Rate as a citizen with a slip, in a browser: {base}/t#{exports['CODE']}"
    yield ""
    yield "Sign in, in a browser, as one of these persons. A link works once and for three days; the next start of the"
    yield f"demo prints new ones. Afterwards {base}/sign-in takes names such as {login_of(ACCOUNTS[0])}@{AGENCY_CODE}."
    yield from (_sign_in(base, link) for link in links)
    yield ""
    yield "Look at the mail that a supervisor would get about all of this; no mail server is needed:"
    yield f"  cermin notify preview {AGENCY_CODE} {login_of(ACCOUNTS[0])} --language en"
    yield ""
    if surveyed is not None:
        yield "Write the signed report of another questionnaire, a survey on paper of which only counts were known:"
        yield f"  cermin report {AGENCY_CODE} agency {surveyed} --instrument {SURVEY} --out var/survey"
        yield ""
    yield "Pull indices, as JSON and as CSV:"
    yield '  curl "$BASE/v1/indices?by=office" -H "Authorization: Bearer $READER_KEY"'
    yield f'  curl "$BASE/v1/indices?by=employee&office={OFFICE}" \\'
    yield '    -H "Authorization: Bearer $READER_KEY" -H "Accept: text/csv"'
    yield ""
    yield f"What citizens report of integrity is opened with one of the private keys in {holders}/ (docs/integrity.md);"
    yield "those of a real agency are never on its server."
    yield ""
    yield f"Import past answers as Google Forms, Kobo and LimeSurvey save them (docs/importing.md): {EXAMPLES}/"
    yield ""
