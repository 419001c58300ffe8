"""Whether integrity reports are taken: the keys they are sealed to, and what an administrator says about them."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from app.access.principals import Role
from app.desk.account import proof_first
from app.desk.blocks import DeskBlock, Field, Form, KeyTool, LinkedTable, Page, Section
from app.desk.faults import Faults, faults_of, read
from app.desk.integrity_words import RECIPIENTS, inspectorate_words, key_state, opening_words
from app.desk.moments import day_words
from app.desk.navigation import INTEGRITY_KEYS
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, Sent, having, principal_of, saved, to, to_proof
from app.foundation.http.services import services_of
from app.foundation.problems import FieldError, Problem
from app.integrity.keys import add_key, list_keys
from app.integrity.schemas import IntegrityKeyIn, IntegrityKeyPage, IntegritySettingsIn, IntegritySettingsOut
from app.integrity.settings import get_settings, put_settings
from app.people.signed_in import SignedIn
from app.reports.sections.blocks import Column, Table, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Overseer = Annotated[SignedIn, Depends(having(INTEGRITY_KEYS))]
TITLES = ("Key", "For whom", "State", "Added", "Proved", "Retired")
ADD, SET = f"{INTEGRITY_KEYS.address}/add", "/desk/integrity/settings"


def administrator(found: Overseer) -> SignedIn:
    """An administrator. Raises `role-refused` for an auditor, who has the page, too."""
    if principal_of(found).kind is not Role.administrator:
        raise Problem("role-refused", roles=Role.administrator)
    return found


Administrator = Annotated[SignedIn, Depends(administrator)]


@router.get(INTEGRITY_KEYS.address)
def keys(request: Request, found: Overseer, _: Lang) -> Response:
    """The keys, and whether reports are taken."""
    return _keys(request, found)


@router.post(ADD)
def add(request: Request, found: Administrator, sent: FormSent) -> Response:
    """Add a public key, and lead to the page where it is proved."""
    services, tell = services_of(request), reader_of(request)
    if not found.is_proven(services.now()):
        return to_proof(request, "integrity-keys")
    try:
        given = {"recipient": sent.get("recipient"), "label": sent.get("label", "").strip()}
        asked = read(IntegrityKeyIn, given | {"jwk": _jwk(sent)})
        with services.database.writing() as session:
            made = add_key(session, principal_of(found).reach, asked, services.now())
    except Problem as problem:
        if problem.code not in ("invalid-request", "integrity-keys-many"):
            raise
        # A private half that was pasted by mistake is not shown again.
        shown = {name: value for name, value in sent.items() if name != "jwk"}
        return _keys(request, found, _of_fields(faults_of(problem, tell)), shown)
    return to(request, f"/desk/integrity/key?id={made.id}")


@router.post(SET)
def set_settings(request: Request, found: Administrator, sent: FormSent) -> Response:
    """Open or close, say how long what was confirmed is kept and what the inspectorate is called."""
    services, tell = services_of(request), reader_of(request)
    if not found.is_proven(services.now()):
        return to_proof(request, "integrity-keys")
    try:
        given = {
            "open": "true" if sent.get("open") == "1" else "false",
            "retention_days": sent.get("retention_days", "").strip(),
            "inspectorate": sent.get("inspectorate", "").strip(),
        }
        asked = read(IntegritySettingsIn, given)
        with services.database.writing() as session:
            put_settings(session, principal_of(found).reach, asked, services.now())
    except Problem as problem:
        if problem.code != "invalid-request":
            raise
        return _keys(request, found, faults_of(problem, tell), sent)
    return saved(request, INTEGRITY_KEYS.address)


def _jwk(sent: Sent) -> object:
    """The public key that was pasted. Raises `invalid-request` where it is no JSON object."""
    try:
        found = json.loads(sent.get("jwk", ""))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or "d" in found:
        raise Problem("invalid-request", errors=[FieldError("jwk", "public-key-refused")])
    return {name: found.get(name) for name in ("kty", "crv", "x", "y")}


def _of_fields(faults: Faults) -> Faults:
    """What is wrong with a part of the key is wrong with its field."""
    return tuple((None if name is None else name.partition(".")[0], sentence) for name, sentence in faults)


def _keys(request: Request, found: SignedIn, faults: Faults = (), sent: Sent | None = None) -> Response:
    services, tell, reach = services_of(request), reader_of(request), principal_of(found).reach
    with services.database.reading() as session:
        listed, settings = list_keys(session, reach), get_settings(session, reach)
    lead = opening_words(settings, listed.items, tell)
    sections = [Section((Words(inspectorate_words(settings, listed.items, tell)), _table(listed, found.zone, tell)))]
    if principal_of(found).kind is not Role.administrator:
        sections.append(Section(_making(tell), tell("Make a key")))
    elif found.is_proven(services.now()):
        sections.append(Section(_making(tell), tell("Make a key")))
        sections.append(Section((_adding(tell),), tell("Add a key")))
        sections.append(Section((_setting(settings, tell),), tell("Taking reports")))
    else:
        sections.append(proof_first(tell, "integrity-keys"))
    page = Page(
        tell(INTEGRITY_KEYS.text),
        lead,
        tuple(sections),
        faults=faults,
        script="integrity.js",
        values=dict(sent or {}),
    )
    return respond(request, page, found, 422 if faults else 200)


def _table(listed: IntegrityKeyPage, zone: str, tell: Language) -> DeskBlock:
    if not listed.items:
        return Words(tell("There are no keys so far."))
    rows = tuple(
        (
            each.label,
            tell(RECIPIENTS[each.recipient]),
            key_state(each, tell),
            day_words(each.added_at, zone, tell),
            None if each.proved_at is None else day_words(each.proved_at, zone, tell),
            None if each.retired_at is None else day_words(each.retired_at, zone, tell),
        )
        for each in listed.items
    )
    table = Table(
        tell("Keys to which reports are sealed; each leads to its proof"),
        tuple(Column(tell(title), "text") for title in TITLES),
        rows,
    )
    return LinkedTable(table, tuple(f"/desk/integrity/key?id={each.id}" for each in listed.items))


def _making(tell: Language) -> tuple[DeskBlock, ...]:
    what = tell(
        "Whoever shall open reports makes a key and keeps its file, on another device than this service's. The service "
        "never gets it. Two holders are needed, so that one lost file loses no report."
    )
    without = tell(
        "This browser cannot make a key: that needs JavaScript and an encrypted connection (https). Make it at a "
        "terminal: cermin integrity key-make KEYFILE"
    )
    return (Words(what), KeyTool("make", without))


def _adding(tell: Language) -> Form:
    recipients = tuple((each.value, tell(text)) for each, text in RECIPIENTS.items())
    return Form(
        ADD,
        tell("Add the key"),
        (
            Field("label", tell("Whose key it is"), hint=tell("Such as: auditor, first key, in the safe.")),
            Field("recipient", tell("For whom"), "select", choices=recipients),
            Field("jwk", tell("Public half"), "words", hint=tell("As it stands in the holder's browser: a JWK.")),
        ),
    )


def _setting(settings: IntegritySettingsOut, tell: Language) -> Form:
    choices = (("0", tell("closed")), ("1", tell("open")))
    return Form(
        SET,
        tell("Keep this"),
        (
            Field("open", tell("State"), "select", value="1" if settings.open else "0", choices=choices),
            Field(
                "retention_days",
                tell("Days for which a confirmed report is kept"),
                hint=tell("1 to 3650; then an auditor may erase what it says."),
                value=str(settings.retention_days),
            ),
            Field(
                "inspectorate",
                tell("Name of the inspectorate"),
                hint=tell("As citizens read it; left empty, they cannot choose it."),
                value=settings.inspectorate or "",
                required=False,
            ),
        ),
    )
