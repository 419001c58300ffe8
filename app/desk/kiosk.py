"""One kiosk: what it tells of itself, a new code for one that was not connected in time, and ending it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.principals import Role
from app.desk.account import proof_first
from app.desk.blocks import Awaited, Field, Form, Links, Page, Section
from app.desk.faults import faults_of
from app.desk.kiosk_words import clock, refused, sentence, state_words, storage, waiting
from app.desk.kiosks import Administrator, Overseer, code_page, places, silent_after, terms_of
from app.desk.moments import day_words
from app.desk.navigation import KIOSKS
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, as_id, principal_of, to, to_proof
from app.devices import fleet
from app.devices.pairing import KioskPairing, renew_code
from app.devices.rules.states import DeviceState
from app.devices.schemas import DeviceOut
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.people.signed_in import SignedIn
from app.reports.sections.blocks import Facts, Number, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Id = Annotated[UUID, Query(alias="id")]
CODELESS = (DeviceState.waiting, DeviceState.expired)


@router.get("/desk/kiosk")
def kiosk(request: Request, found: Overseer, _: Lang, kiosk_id: Id) -> Response:
    """How one kiosk is doing; for an administrator also what can be done."""
    return _kiosk(request, found, kiosk_id)


@router.post("/desk/kiosk/code")
def new_code(request: Request, found: Administrator, sent: FormSent) -> Response:
    """A new code, shown once; the one before no longer works."""
    services, kiosk_id = services_of(request), as_id(sent.get("kiosk", ""))
    if not found.is_proven(services.now()):
        return to_proof(request, "kiosk", id=kiosk_id)
    try:
        with services.database.writing() as session:
            pepper = services.of(KioskPairing).pepper
            added = renew_code(session, pepper, terms_of(request, found), kiosk_id, services.now())
    except Problem as problem:
        if problem.code != "device-not-waiting":
            raise
        return _kiosk(request, found, kiosk_id, problem)
    return code_page(request, found, added)


@router.get("/desk/kiosk/revoke")
def ask_revoking(request: Request, found: Administrator, _: Lang, kiosk_id: Id) -> Response:
    """Say in words what ending a kiosk will do."""
    tell = reader_of(request)
    shown, place = _find(request, found, kiosk_id)
    if shown.state is DeviceState.revoked:
        return to(request, _address(kiosk_id))
    form = Form(
        "/desk/kiosk/revoke",
        tell("End the kiosk"),
        (Field("kiosk", "", "hidden", value=str(kiosk_id)),),
        tone="danger",
    )
    facts = (
        (tell("Kiosk"), shown.label),
        (tell("Office and counter"), place),
        (tell("State"), state_words(shown, tell)),
    )
    page = Page(
        tell("End this kiosk?"),
        tell(
            "Within a minute it can send nothing more. It keeps what it has not sent: added again for the same counter "
            "and connected with the new code, it sends that."
        ),
        (Section((Facts(facts), form, Links(((tell("No, leave it"), _address(kiosk_id)),)))),),
    )
    return respond(request, page, found)


@router.post("/desk/kiosk/revoke")
def revoke_kiosk(request: Request, found: Administrator, sent: FormSent) -> Response:
    """End a kiosk; again changes nothing."""
    services, kiosk_id = services_of(request), as_id(sent.get("kiosk", ""))
    if not found.is_proven(services.now()):
        return to_proof(request, "kiosk-revoke", id=kiosk_id)
    reach, now = principal_of(found).reach, services.now()
    with services.database.writing() as session:
        fleet.revoke_device(session, reach, kiosk_id, now=now, silent_after=silent_after(request))
    return to(request, _address(kiosk_id))


def _address(kiosk_id: UUID) -> str:
    return f"/desk/kiosk?id={kiosk_id}"


def _find(request: Request, found: SignedIn, kiosk_id: UUID) -> tuple[DeviceOut, str]:
    """A kiosk in reach, and what its place is called. Raises `device-unknown`, `out-of-scope`."""
    services, reach = services_of(request), principal_of(found).reach
    with services.database.reading() as session:
        shown = fleet.find_device(session, reach, kiosk_id, now=services.now(), silent_after=silent_after(request))
        key = (shown.office, shown.counter)
        return shown, places(session, found.agency_id, [key])[key]


def _kiosk(request: Request, found: SignedIn, kiosk_id: UUID, fault: Problem | None = None) -> Response:
    services, tell = services_of(request), reader_of(request)
    shown, place = _find(request, found, kiosk_id)
    said = Awaited(shown.state, sentence(shown, services.now(), tell), _address(kiosk_id))
    again = ((tell("Look again"), _address(kiosk_id)),)
    page = Page(
        shown.label,
        f"{place}.",
        (
            Section((said, Links(again), Facts(_facts(shown, found.zone, tell)))),
            *_acts(request, found, shown, tell),
            Section((Links(((tell(KIOSKS.text), KIOSKS.address),)),)),
        ),
        faults=() if fault is None else faults_of(fault, tell),
        script="awaited.js" if shown.state is DeviceState.waiting else None,
    )
    return respond(request, page, found, 200 if fault is None else fault.status)


def _facts(shown: DeviceOut, zone: str, tell: Language) -> tuple[tuple[str, str | None], ...]:
    paired = shown.paired_at
    return (
        (tell("State"), state_words(shown, tell)),
        (tell("Questionnaire"), shown.instrument),
        (tell("Arrived today (in tens)"), tell.number(Number(shown.received_today))),
        (tell("Waiting on the device"), waiting(shown, tell)),
        (tell("Refused"), refused(shown, tell)),
        (tell("Clock"), clock(shown, tell)),
        (tell("Storage"), storage(shown, tell)),
        (tell("Version of the page"), shown.app_version),
        (tell("PIN"), tell("set") if shown.has_pin else tell("none")),
        (tell("Added on"), day_words(shown.added_at, zone, tell)),
        (tell("Connected on"), None if paired is None else day_words(paired, zone, tell)),
    )


def _acts(request: Request, found: SignedIn, shown: DeviceOut, tell: Language) -> tuple[Section, ...]:
    """What an administrator can do with it, after a fresh proof."""
    if principal_of(found).kind is not Role.administrator or shown.state is DeviceState.revoked:
        return ()
    if not found.is_proven(services_of(request).now()):
        return (proof_first(tell, "kiosk", id=shown.id),)
    sections = []
    if shown.state in CODELESS:
        words = Words(tell("The code before no longer works then."))
        hidden = Field("kiosk", "", "hidden", value=str(shown.id))
        form = Form("/desk/kiosk/code", tell("Make a new code"), (hidden,))
        sections.append(Section((words, form), tell("A new code")))
    end = Links(((tell("End this kiosk"), f"/desk/kiosk/revoke?id={shown.id}"),))
    return (*sections, Section((end,), tell("It is lost or no longer needed")))
