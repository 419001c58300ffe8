"""One key of integrity reports: its holder proves that it opens; an administrator retires it."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.principals import Role
from app.desk.account import proof_first
from app.desk.blocks import Field, Form, KeyTool, Links, Page, Section
from app.desk.faults import Faults, faults_of, read
from app.desk.integrity_keys import Administrator, Overseer
from app.desk.integrity_report import json_file
from app.desk.integrity_words import RECIPIENTS, key_state
from app.desk.moments import day_words
from app.desk.navigation import INTEGRITY_KEYS
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, principal_of, to, to_proof
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.integrity.keys import challenge_key, list_keys, prove_key, retire_key
from app.integrity.schemas import IntegrityKeyOut, IntegrityProofIn, KeyId
from app.people.signed_in import SignedIn
from app.reports.sections.blocks import Facts, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Id = Annotated[KeyId, Query(alias="id")]
WORD, PROVE, RETIRE = (f"/desk/integrity/key/{each}" for each in ("word", "prove", "retire"))


@router.get("/desk/integrity/key")
def key(request: Request, found: Overseer, _: Lang, asked: Id) -> Response:
    """One key, and how it is proved."""
    return _key(request, found, asked)


@router.post(WORD)
def sealed_word(request: Request, found: Overseer, sent: FormSent) -> Response:
    """A new word, sealed to the key, as a file; the one before ends."""
    services = services_of(request)
    if not found.is_proven(services.now()):
        return to_proof(request, "integrity-key", id=sent.get("id", ""))
    with services.database.writing() as session:
        made = challenge_key(session, principal_of(found).reach, sent.get("id", ""), services.now())
    return json_file(f"cermin-word-{made.id[:8]}.json", made.sealed)


@router.post(PROVE)
def prove(request: Request, found: Overseer, sent: FormSent) -> Response:
    """Take the word that was sealed as proof."""
    services, tell, asked = services_of(request), reader_of(request), sent.get("id", "")
    if not found.is_proven(services.now()):
        return to_proof(request, "integrity-key", id=asked)
    try:
        proof = read(IntegrityProofIn, {"word": sent.get("word", "").strip()})
        with services.database.writing() as session:
            prove_key(session, principal_of(found).reach, asked, proof.word, services.now())
    except Problem as problem:
        if problem.code not in ("invalid-request", "integrity-proof-refused"):
            raise
        faults = tuple(("word", sentence) for _, sentence in faults_of(problem, tell))
        return _key(request, found, asked, faults)
    return to(request, f"/desk/integrity/key?id={asked}")


@router.get(RETIRE)
def ask_retiring(request: Request, found: Administrator, _: Lang, asked: Id) -> Response:
    """Say in words what retiring a key will do."""
    tell, one = reader_of(request), _found(request, found, asked)
    page = Page(
        tell("Retire this key?"),
        tell(
            "No report is sealed to it any more, and it cannot be brought back. Reports that were sealed to it still "
            "open with it. With fewer than two keys left no report is taken."
        ),
        (
            Section(
                (
                    Facts(((tell("Key"), one.label), (tell("For whom"), tell(RECIPIENTS[one.recipient])))),
                    Form(RETIRE, tell("Retire the key"), (_hidden(one),), tone="danger"),
                    Links(((tell("No, leave it"), f"/desk/integrity/key?id={one.id}"),)),
                )
            ),
        ),
    )
    return respond(request, page, found)


@router.post(RETIRE)
def retire(request: Request, found: Administrator, sent: FormSent) -> Response:
    """Seal nothing more to a key."""
    services = services_of(request)
    if not found.is_proven(services.now()):
        return to_proof(request, "integrity-key", id=sent.get("id", ""))
    with services.database.writing() as session:
        retire_key(session, principal_of(found).reach, sent.get("id", ""), services.now())
    return to(request, INTEGRITY_KEYS.address)


def _found(request: Request, found: SignedIn, asked: str) -> IntegrityKeyOut:
    """One key of the agency. Raises `integrity-key-unknown`."""
    with services_of(request).database.reading() as session:
        listed = list_keys(session, principal_of(found).reach).items
    one = next((each for each in listed if each.id == asked), None)
    if one is None:
        raise Problem("integrity-key-unknown")
    return one


def _key(request: Request, found: SignedIn, asked: str, faults: Faults = ()) -> Response:
    tell, one = reader_of(request), _found(request, found, asked)
    sections = [Section((_facts(one, found.zone, tell),))]
    if one.retired_at is None:
        if found.is_proven(services_of(request).now()):
            sections += _actions(one, principal_of(found).kind is Role.administrator, tell)
        else:
            sections.append(proof_first(tell, "integrity-key", id=one.id))
    sections.append(Section((Links(((tell(INTEGRITY_KEYS.text), INTEGRITY_KEYS.address),)),)))
    page = Page(one.label, _lead(one, tell), tuple(sections), faults=faults, script="integrity.js", file=False)
    return respond(request, page, found, 422 if faults else 200)


def _facts(one: IntegrityKeyOut, zone: str, tell: Language) -> Facts:
    days = ((tell("Added"), one.added_at), (tell("Proved"), one.proved_at), (tell("Retired"), one.retired_at))
    return Facts(
        (
            (tell("For whom"), tell(RECIPIENTS[one.recipient])),
            (tell("State"), key_state(one, tell)),
            *((name, day_words(moment, zone, tell)) for name, moment in days if moment is not None),
            (tell("Fingerprint"), one.id),
        )
    )


def _lead(one: IntegrityKeyOut, tell: Language) -> str:
    if one.retired_at is not None:
        return tell("Retired: nothing is sealed to it any more.")
    if one.proved_at is not None:
        return tell("Proved: reports can be sealed to it. Try from time to time whether its file still opens.")
    return tell("Not proved so far: it counts once its holder has opened a sealed word.")


def _actions(one: IntegrityKeyOut, retires: bool, tell: Language) -> list[Section]:
    """Proving that the key opens, in this browser or with a file, and the way to its end."""
    how = tell("A word is sealed to the key. Only who has the key file can open it and say it here, within a day.")
    without = tell(
        "This browser cannot open it: that needs JavaScript and an encrypted connection (https). Save the sealed word "
        "below, open it at a terminal (cermin integrity open FILE --key KEYFILE), and type what it says."
    )
    by_hand = tell("If the key file is elsewhere: give its holder the sealed word as a file, and type what it says.")
    word = Field("word", tell("The word that was sealed"), "code")
    sections = [
        Section((Words(how), KeyTool("prove", without, WORD, one.id)), tell("Prove that it opens")),
        Section(
            (
                Words(by_hand),
                Form(WORD, tell("Save a new sealed word"), (_hidden(one),)),
                Form(PROVE, tell("Say the word"), (_hidden(one), word)),
            ),
            tell("With the file elsewhere"),
        ),
    ]
    if retires:
        sections.append(Section((Links(((tell("Retire this key"), f"{RETIRE}?id={one.id}"),)),)))
    return sections


def _hidden(one: IntegrityKeyOut) -> Field:
    return Field("id", "", "hidden", value=one.id)
