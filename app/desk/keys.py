"""Keys of machines: what there is, making one (shown once), ending one."""

from collections.abc import Iterable, Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.principals import KeyKind
from app.access.tables import ApiKey
from app.desk.account import proof_first
from app.desk.addresses import ON_A_PAGE, Place, numbered
from app.desk.blocks import DeskBlock, Field, Form, LinkedTable, Links, Page, Section
from app.desk.moments import day_words
from app.desk.navigation import KEYS
from app.desk.offices import office_choices, office_field, office_words
from app.desk.page_file import part
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, Sent, as_id, having, principal_of, to, to_proof
from app.desk.words import called
from app.directory.listing_store import names_of
from app.foundation.http.services import services_of
from app.foundation.storage.database import Session
from app.people.faults import PeopleFault
from app.people.keys.keeping import KioskKeys, end_key, find_listed, keys_in_reach, make_key
from app.people.keys.schemas import KeyIn
from app.people.rules.codes import is_code
from app.people.rules.key_states import state_of
from app.people.signed_in import SignedIn
from app.ratings.rules.selection import By
from app.reports.sections.blocks import Column, Facts, Table, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Administrator = Annotated[SignedIn, Depends(having(KEYS))]
KeyId = Annotated[UUID, Query(alias="key")]
# A key of a supervisor, auditor or administrator would let whoever makes it act in a role that others did not give:
# persons sign in instead, and an operator may still issue one. A kiosk gets its key when it is paired.
KINDS: Mapping[KeyKind, str] = {
    KeyKind.app: "app of the agency: writes ratings",
    KeyKind.queue: "queue system: tickets and served volumes",
    KeyKind.reader: "reader: indices and reports",
}
LIFETIMES = {"30": "30 days", "365": "a year", "0": "until it is ended"}
LONGEST_LABEL = 100


@router.get("/desk/keys")
def keys(request: Request, found: Administrator, _: Lang, place: Place = 1) -> Response:
    """Every key in reach, fifty on a page, and the form for a new one."""
    return _keys(request, found, place=place)


@router.post("/desk/keys/issue")
def issue_key(request: Request, found: Administrator, sent: FormSent) -> Response:
    """Make a key, which is shown once."""
    services, tell = services_of(request), reader_of(request)
    if not found.is_proven(services.now()):
        return to_proof(request, "keys")
    try:
        asked = _read(sent)
        with services.database.writing() as session:
            made = make_key(session, principal_of(found), asked, services.now())
    except PeopleFault as fault:
        return _keys(request, found, fault, sent)
    page = Page(
        tell("The key is ready"),
        tell("Copy it now into the system that needs it: it is shown once, and nobody can show it again."),
        (
            Section(
                (Facts(((tell("Key"), made.key), (tell("Label"), made.label))), Links(((tell("Keys"), KEYS.address),)))
            ),
        ),
    )
    return respond(request, page, found)


@router.get("/desk/keys/revoke")
def ask_revoking(request: Request, found: Administrator, _: Lang, asked: KeyId) -> Response:
    """Say in words what ending a key will do."""
    tell = reader_of(request)
    with services_of(request).database.reading() as session:
        row = _key(request, session, found, asked)
        names = {} if row is None else _names(session, found, [row])
    if row is None:
        return _keys(request, found, PeopleFault("This key was ended already."))
    page = Page(
        tell("End this key?"),
        tell("Whoever uses it is refused within a minute, and it cannot be brought back."),
        (
            Section(
                (
                    Facts(
                        (
                            (tell("Label"), row.label),
                            (tell("Kind"), tell(called(row.kind))),
                            (tell("Reach"), _reach(row, names, tell)),
                        )
                    ),
                    Form(
                        "/desk/keys/revoke",
                        tell("End the key"),
                        (Field("key", "", "hidden", value=str(row.key_id)),),
                        tone="danger",
                    ),
                    Links(((tell("No, leave it"), KEYS.address),)),
                )
            ),
        ),
    )
    return respond(request, page, found)


@router.post("/desk/keys/revoke")
def revoke_key(request: Request, found: Administrator, sent: FormSent) -> Response:
    """End a key."""
    services = services_of(request)
    asked = as_id(sent.get("key", ""))
    if not found.is_proven(services.now()):
        return to_proof(request, "keys-revoke", key=asked)
    try:
        with services.database.writing() as session:
            if _key(request, session, found, asked, locked=True) is None:
                raise PeopleFault("This key was ended already.")
            end_key(session, principal_of(found).reach, services.of(KioskKeys), asked, services.now())
    except PeopleFault:
        return _keys(request, found, PeopleFault("This key was ended already."))
    return to(request, KEYS.address)


def _read(sent: Sent) -> KeyIn:
    kind, label, days = (sent.get(name, "").strip() for name in ("kind", "label", "lifetime"))
    if kind not in KINDS:
        raise PeopleFault("Choose one of the kinds.", "kind")
    if not label or len(label) > LONGEST_LABEL or not label.isprintable():
        raise PeopleFault("A label has 1 to 100 characters; say which system it is for.", "label")
    if days not in LIFETIMES:
        raise PeopleFault("Choose how long it works.", "lifetime")
    office = sent.get("office") or None
    if office is not None and not is_code(office):
        raise PeopleFault("Choose one of your offices.", "office")
    return KeyIn.model_validate({"kind": kind, "label": label, "office": office, "days": int(days) or None})


def _key(request: Request, session: Session, found: SignedIn, key_id: UUID, *, locked: bool = False) -> ApiKey | None:
    """A key that can be ended: in reach, and not ended before."""
    kiosks = services_of(request).of(KioskKeys)
    row = find_listed(session, principal_of(found).reach, kiosks, key_id, locked=locked)
    return None if row is None or row.revoked_at is not None else row


def _keys(
    request: Request, found: SignedIn, fault: PeopleFault | None = None, sent: Sent | None = None, place: int = 1
) -> Response:
    services, tell = services_of(request), reader_of(request)
    reach = principal_of(found).reach
    with services.database.reading() as session:
        rows = keys_in_reach(session, reach, services.of(KioskKeys))
        offices = office_choices(session, reach, tell)
        names = _names(session, found, rows)
    now = services.now()
    valid = [row for row in rows if state_of(row.expires_at, row.revoked_at, now) == "valid"]
    proven = found.is_proven(now)
    shown, pages = part(valid, place, ON_A_PAGE, request)
    onward = numbered(KEYS.address, {}, place, pages, tell)
    kiosks = Words(tell("Kiosks that were paired have keys of their own, which begin and end with them."))
    sections = [Section((_table(shown, names, found.zone, tell, proven=proven), *onward, kiosks))]
    if proven:
        sections.append(Section((_form(offices, tell),), tell("Make a key")))
    else:
        sections.append(proof_first(tell, "keys", page=place if place > 1 else None))
    page = Page(
        tell("Keys"),
        tell("Keys in force: {n}. Machines use them; persons sign in.", n=str(len(valid))),
        tuple(sections),
        faults=() if fault is None else ((fault.field, fault.in_words(tell)),),
        values=dict(sent or {}),
    )
    return respond(request, page, found, 200 if fault is None else 422)


def _names(session: Session, found: SignedIn, rows: Iterable[ApiKey]) -> Mapping[str, str]:
    return names_of(session, found.agency_id, By.office, {row.office for row in rows if row.office})


def _table(rows: list[ApiKey], names: Mapping[str, str], zone: str, tell: Language, *, proven: bool) -> DeskBlock:
    titles = (tell("Label"), tell("Kind"), tell("Reach"), tell("Issued"), tell("Last used"), tell("Expires"))
    table = Table(
        tell("Keys in force; each leads to the question whether it shall end") if proven else tell("Keys in force"),
        tuple(Column(title, "text") for title in titles),
        tuple(
            (
                row.label,
                tell(called(row.kind)),
                _reach(row, names, tell),
                day_words(row.issued_at, zone, tell),
                None if row.last_used_on is None else tell.day(row.last_used_on.isoformat()),
                tell("never") if row.expires_at is None else day_words(row.expires_at, zone, tell),
            )
            for row in rows
        ),
    )
    return LinkedTable(table, tuple(f"/desk/keys/revoke?key={row.key_id}" for row in rows)) if proven else table


def _reach(row: ApiKey, names: Mapping[str, str], tell: Language) -> str:
    return f"{office_words(row.office, names, tell)}{f' · {row.counter}' if row.counter else ''}"


def _form(offices: tuple[tuple[str, str], ...], tell: Language) -> Form:
    kinds = tuple((kind.value, tell(text)) for kind, text in KINDS.items())
    return Form(
        "/desk/keys/issue",
        tell("Make the key"),
        (
            Field("label", tell("Label"), hint=tell("Which system it is for, and where.")),
            Field("kind", tell("Kind"), "select", choices=kinds),
            office_field(offices, tell),
            Field(
                "lifetime",
                tell("Works for"),
                "select",
                choices=tuple((days, tell(text)) for days, text in LIFETIMES.items()),
            ),
        ),
    )
