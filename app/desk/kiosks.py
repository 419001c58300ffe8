"""Kiosks: how all of them are doing, adding one, its code and QR code on the screen; one of them is in `kiosk.py`."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.principals import Reach, Role
from app.desk.account import proof_first
from app.desk.addresses import numbered, reached_at
from app.desk.blocks import Awaited, Field, Form, LinkedTable, Links, Page, Section
from app.desk.faults import faults_of, read
from app.desk.instrument_choice import instrument_choices
from app.desk.kiosk_words import ORDER, clock, heard, kept, state_of, state_words, waiting
from app.desk.moments import moment_words
from app.desk.navigation import DIRECTORY, KEYS, KIOSKS
from app.desk.offices import counter_choices, counter_field, counters_named, office_choices, one_office
from app.desk.page_file import part
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, Sent, having, principal_of, to_proof
from app.devices import fleet
from app.devices.kiosk import INSTRUMENT
from app.devices.pairing import KioskPairing, PairingTerms, add_device
from app.devices.rules.pins import pin_digest
from app.devices.rules.states import DeviceState
from app.devices.schemas import DeviceAdded, DeviceIn, DeviceOut, DeviceQuery
from app.directory.store import find_office
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.instruments.model import Collected
from app.instruments.registry import instruments_of
from app.people.rules.channels import is_loopback_origin
from app.people.signed_in import SignedIn
from app.reports.sections.blocks import Code, Column, Facts, Number, Table, Words
from app.reports.sections.language import Language
from app.tickets.rules.slips import ASKED_UNNAMED

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Overseer = Annotated[SignedIn, Depends(having(KIOSKS))]
Administrator = Annotated[SignedIn, Depends(having(KEYS))]
Place = Annotated[int, Query(alias="page", ge=1, le=10_000)]
ON_A_PAGE, AT_ONCE = 50, 1_000
COLUMNS = (
    "Kiosk",
    # On a phone the columns behind these two are scrolled to.
    "State",
    "Office and counter",
    "Questionnaire",
    "Last heard",
    "Waiting on the device",
    "Refused",
    "Clock",
    "Storage",
)


@router.get("/desk/kiosks")
def kiosks(request: Request, found: Overseer, _: Lang, place: Place = 1) -> Response:
    """Every kiosk in reach, those first that somebody must look at; the form for a new one; the offices' posters."""
    return _kiosks(request, found, place)


@router.post("/desk/kiosks/add")
def add_kiosk(request: Request, found: Administrator, sent: FormSent) -> Response:
    """Add a kiosk; its code is shown once."""
    services = services_of(request)
    if not found.is_proven(services.now()):
        return to_proof(request, "kiosks")
    try:
        office, _, counter = sent.get("counter", "").partition("/")
        fields = {name: sent.get(name) for name in ("label", "instrument", "pin")}
        asked = read(DeviceIn, {**fields, "office": office.strip(), "counter": counter.strip()})
        # A digest takes a tenth of a second, in which nobody should wait for this transaction's locks.
        pin = None if asked.pin is None else pin_digest(asked.pin)
        pepper = services.of(KioskPairing).pepper
        with services.database.writing() as session:
            added = add_device(session, pepper, terms_of(request, found), asked, pin, services.now())
    except Problem as problem:
        if problem.code not in ("invalid-request", "out-of-scope"):
            raise
        return _kiosks(request, found, 1, problem, sent)
    return code_page(request, found, added)


def terms_of(request: Request, found: SignedIn) -> PairingTerms:
    """On behalf of whom a code is made, for how long it is valid, and where its QR code leads."""
    minutes = services_of(request).settings.pairing_minutes
    return PairingTerms(principal_of(found).reach, timedelta(minutes=minutes), reached_at(request))


def code_page(request: Request, found: SignedIn, added: DeviceAdded) -> Response:
    """The code of a kiosk and its QR code, shown once."""
    services, tell = services_of(request), reader_of(request)
    with services.database.reading() as session:
        place = places(session, found.agency_id, [(added.office, added.counter)])[added.office, added.counter]
        office = find_office(session, found.agency_id, added.office)
    assert office is not None, "a foreign key holds it"
    until = moment_words(added.expires_at, office.timezone, tell)
    address = f"/desk/kiosk?id={added.id}"
    own = reached_at(request)
    facts = (
        (tell("Pairing code"), added.code),
        (tell("On the tablet, open"), None if own is None else f"{own}/kiosk"),
        (tell("Kiosk"), added.label),
        (tell("Office and counter"), place),
        (tell("Valid until"), until),
    )
    code = (Code(added.address, tell("QR code that opens the kiosk's page with this code")),) if added.address else ()
    alone = tell(
        "This address leads to this machine alone. Open this page under the address that tablets reach, or ask the "
        "operator to set CERMIN_PUBLIC_URL."
    )
    notice = (Words(alone, "notice"),) if own is None or is_loopback_origin(own) else ()
    page = Page(
        tell("Connect the kiosk now"),
        tell("Type the code on the tablet, or scan the QR code with it: it is shown once and works once."),
        (
            Section((Facts(facts), *code, *notice)),
            Section(
                (
                    Awaited(DeviceState.waiting, tell("It waits for its code to be typed."), address),
                    Links(((tell("Look whether it is connected"), address), (tell(KIOSKS.text), KIOSKS.address))),
                ),
                tell("Is it connected?"),
            ),
        ),
        script="awaited.js",
    )
    return respond(request, page, found)


def places(session: Session, agency_id: str, asked: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """`Dukcapil, Loket 1` of each pair of codes."""
    return {key: ", ".join(names) for key, names in counters_named(session, agency_id, asked).items()}


def silent_after(request: Request) -> timedelta:
    """After how long without a word a kiosk is silent."""
    return timedelta(minutes=services_of(request).settings.device_silent_minutes)


def _kiosks(
    request: Request, found: SignedIn, place: int, fault: Problem | None = None, sent: Sent | None = None
) -> Response:
    services, tell, reach = services_of(request), reader_of(request), principal_of(found).reach
    now = services.now()
    with services.database.reading() as session:
        fleet_now = _fleet(session, reach, now, silent_after(request))
        shown, pages = part(fleet_now, place, ON_A_PAGE, request)
        named = places(session, found.agency_id, [(each.office, each.counter) for each in shown])
        counters = counter_choices(session, reach)
        known = instruments_of(session, found.agency_id).values()
        # What comes with a ticket only, or openly only, a kiosk cannot ask.
        instruments = instrument_choices((each for each in known if each.takes(None)), tell)
        openly = instrument_choices((each for each in known if each.takes(Collected.open)), tell)
        offices = office_choices(session, reach, tell)
    sections = (
        [Section((_table(shown, named, now, tell), *numbered(KIOSKS.address, {}, place, pages, tell)))] if shown else []
    )
    if principal_of(found).kind is Role.administrator:
        if found.is_proven(now):
            form = _form(counters, instruments, tell) if counters else _no_counters(tell)
            sections.append(Section(form, tell("Add a kiosk")))
        else:
            sections.append(proof_first(tell, "kiosks", page=place if place > 1 else None))
    sections.append(Section(_poster(offices, openly, services.settings.public_url, tell), tell("Poster of an office")))
    silent = sum(each.silent for each in fleet_now)
    counts = {"n": tell.number(Number(len(fleet_now))), "silent": tell.number(Number(silent))}
    page = Page(
        tell(KIOSKS.text),
        tell("Kiosks: {n}, of these silent: {silent}.", **counts) if fleet_now else tell("There are no kiosks so far."),
        tuple(sections),
        faults=() if fault is None else _faults(fault, tell),
        values=dict(sent or {}),
    )
    return respond(request, page, found, 200 if fault is None else 422)


def _fleet(session: Session, reach: Reach, now: datetime, silent: timedelta) -> list[DeviceOut]:
    """All kiosks in reach: first what somebody must look at, then by place and label."""
    everything: list[DeviceOut] = []
    query = DeviceQuery(limit=AT_ONCE)
    while True:
        page = fleet.list_fleet(session, reach, query, now=now, silent_after=silent)
        everything += page.items
        if page.next is None:
            break
        query = DeviceQuery(after=page.next, limit=AT_ONCE)
    return sorted(everything, key=lambda each: (ORDER.index(state_of(each)), each.office, each.counter, each.label))


def _faults(fault: Problem, tell: Language) -> tuple[tuple[str | None, str], ...]:
    # Office and counter are one field of the form.
    found = [(("counter" if name == "office" else name), text) for name, text in faults_of(fault, tell)]
    choose = tell("Choose the counter at which the kiosk stands.")
    return tuple(dict.fromkeys((name, choose if name == "counter" else text) for name, text in found))


def _table(shown: list[DeviceOut], named: dict[tuple[str, str], str], now: datetime, tell: Language) -> LinkedTable:
    rows = tuple(
        (
            each.label,
            state_words(each, tell),
            named[each.office, each.counter],
            each.instrument,
            heard(each, now, tell),
            waiting(each, tell),
            None if each.parked is None else Number(each.parked),
            clock(each, tell),
            kept(each, tell),
        )
        for each in shown
    )
    columns = tuple(Column(tell(title), "number" if title == "Refused" else "text") for title in COLUMNS)
    table = Table(tell("Kiosks; each leads to what it tells of itself"), columns, rows)
    return LinkedTable(table, tuple(f"/desk/kiosk?id={each.id}" for each in shown))


def _no_counters(tell: Language) -> tuple[Words, Links]:
    words = tell("A kiosk stands at a counter, and there is none yet: services and counters come with a workbook.")
    return Words(words), Links(((tell("Enter services, counters and employees"), DIRECTORY.address),))


def _form(
    counters: tuple[tuple[str, str], ...], instruments: tuple[tuple[str, str], ...], tell: Language
) -> tuple[Form]:
    pin = tell("Four to eight digits by which a technician leaves the kiosk's page; left empty, nobody needs one.")
    fields = (
        counter_field(counters, tell),
        Field("label", tell("Label"), hint=tell("What people call it: Tablet at the entrance.")),
        Field("instrument", tell("Questionnaire"), "select", value=INSTRUMENT, choices=instruments),
        Field("pin", tell("PIN"), "code", hint=pin, required=False),
    )
    return (Form("/desk/kiosks/add", tell("Add the kiosk"), fields),)


def _poster(
    offices: tuple[tuple[str, str], ...],
    instruments: tuple[tuple[str, str], ...],
    public_url: str | None,
    tell: Language,
) -> tuple[Words] | tuple[Words, Form]:
    if public_url is None:
        missing = tell(
            "A poster shows the address by which citizens get here; the operator sets it as CERMIN_PUBLIC_URL."
        )
        return (Words(missing),)
    what = tell("It leads citizens without a ticket to the open page of the office, to be hung up at the entrance.")
    kinds = (("pdf", tell("A sheet of A4 (PDF)")), ("svg", tell("The QR code alone (SVG)")))
    fields = (
        one_office(offices, tell),
        Field("instrument", tell("Questionnaire"), "select", value=ASKED_UNNAMED, choices=instruments),
        Field("kind", tell("As"), "select", choices=kinds),
    )
    return Words(what), Form("/desk/poster", tell("Download the poster"), fields, method="get")
