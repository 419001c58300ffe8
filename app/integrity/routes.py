"""Integrity reports over HTTP: sending one and asking by its receipt, which take no key; and what auditors do."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request

from app.access.guard import anybody, requires
from app.access.principals import KeyKind, Principal, Reach, Role
from app.foundation.http.openapi import open_problems, problems
from app.foundation.http.services import address_of, services_of
from app.foundation.storage.database import Session
from app.foundation.translations import Translate, negotiate, translator
from app.integrity import handing_over, keys, settings
from app.integrity.door import IntegrityDoor
from app.integrity.schemas import (
    IntegrityChallenge,
    IntegrityFormOut,
    IntegrityHandOver,
    IntegrityKeyIn,
    IntegrityKeyOut,
    IntegrityKeyPage,
    IntegrityProofIn,
    IntegrityReceiptGiven,
    IntegrityReceiptIn,
    IntegrityReceiptOut,
    IntegrityReportIn,
    IntegrityReportOut,
    IntegrityReportPage,
    IntegrityReportQuery,
    IntegritySettingsIn,
    IntegritySettingsOut,
    KeyId,
)

router = APIRouter(prefix="/v1", tags=["integrity reports"])
REPORTS, RECEIPTS = "/v1/integrity-reports", "/v1/integrity-receipts"
# Four thousand characters, each of which JSON may write with twelve.
LIMITS = {REPORTS: 64 * 1_024}
# Answers here are not counted: a counter that goes up tells the moment at which somebody sent a report.
UNCOUNTED = frozenset({REPORTS, RECEIPTS, "/v1/integrity-form/{agency}"})
OPEN = [Depends(anybody)]
Auditor = Annotated[Principal, Depends(requires(KeyKind.auditor, roles=(Role.auditor,)))]
Deciding = Annotated[Principal, Depends(requires(KeyKind.auditor, roles=(Role.auditor,), proof=True))]
Looking = Annotated[
    Principal, Depends(requires(KeyKind.auditor, KeyKind.admin, roles=(Role.auditor, Role.administrator)))
]
Administrator = Annotated[Principal, Depends(requires(KeyKind.admin, roles=(Role.administrator,), proof=True))]
# Whoever holds a key proves it, often an auditor; which keys there are, administrators say.
Holder = Annotated[
    Principal, Depends(requires(KeyKind.auditor, KeyKind.admin, roles=(Role.auditor, Role.administrator), proof=True))
]
Code = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{1,40}$")]
Thumbprint = Annotated[KeyId, Path(description="Thumbprint of the key, as `GET /v1/integrity-keys` lists it.")]
BODY = (400, 408, 413, 415)
Step: TypeAlias = Callable[[Session, Reach, UUID, datetime], IntegrityReportOut]


@router.get("/integrity-form/{agency}", dependencies=OPEN, responses=open_problems(404))
def get_integrity_form(request: Request, agency: Code) -> IntegrityFormOut:
    """What a form for integrity reports of an agency shows; 404 where it takes none."""
    return services_of(request).of(IntegrityDoor).form(agency, _tell(request))


@router.post(
    "/integrity-reports", status_code=201, dependencies=OPEN, responses=open_problems(*BODY, 404, 422, 429, 503)
)
def post_integrity_report(request: Request, body: IntegrityReportIn) -> IntegrityReceiptGiven:
    """Send a report, without key, ticket or cookie: what a request brings of these is not looked at.

    The words are sealed to keys whose other halves are not here; the answer holds the receipt, which is told once.
    """
    return services_of(request).of(IntegrityDoor).take(body, address_of(request))


@router.post("/integrity-receipts", dependencies=OPEN, responses=open_problems(*BODY, 404, 422, 429))
def look_at_integrity_receipt(request: Request, body: IntegrityReceiptIn) -> IntegrityReceiptOut:
    """What became of a report. A wrong code and an unknown one get the same answer."""
    return services_of(request).of(IntegrityDoor).receipt(body.receipt, address_of(request), _tell(request))


@router.get("/integrity-reports", responses=problems(422))
def get_integrity_reports(
    request: Request, principal: Auditor, query: Annotated[IntegrityReportQuery, Query()]
) -> IntegrityReportPage:
    """The agency's integrity reports, the oldest first, without what they say."""
    services = services_of(request)
    with services.database.reading() as session:
        return handing_over.list_reports(session, principal.reach, query, services.now())


@router.get("/integrity-reports/{integrity_report_id}", responses=problems(404, 422))
def get_integrity_report(request: Request, principal: Auditor, integrity_report_id: UUID) -> IntegrityReportOut:
    """One integrity report without what it says."""
    services = services_of(request)
    with services.database.reading() as session:
        return handing_over.find_report(session, principal.reach, integrity_report_id, services.now())


@router.get("/integrity-reports/{integrity_report_id}/hand-over", responses=problems(404, 409, 422))
def get_integrity_hand_over(request: Request, principal: Deciding, integrity_report_id: UUID) -> IntegrityHandOver:
    """The file by which a report is handed over (Open311 GeoReport v2), its words sealed. Leaves an audit row."""
    services = services_of(request)
    with services.database.writing() as session:
        return handing_over.hand_over(session, principal.reach, integrity_report_id, services.now())


@router.post("/integrity-reports/{integrity_report_id}/forward", responses=problems(404, 409, 422))
def forward_integrity_report(request: Request, principal: Deciding, integrity_report_id: UUID) -> IntegrityReportOut:
    """Note that a report was handed over; webhooks that ask for it by name are told its address. Again: nothing."""
    return _step(request, principal, integrity_report_id, handing_over.forward)


@router.post("/integrity-reports/{integrity_report_id}/confirm", responses=problems(404, 409, 422))
def confirm_integrity_report(request: Request, principal: Deciding, integrity_report_id: UUID) -> IntegrityReportOut:
    """Note that the receiver has confirmed a report. Again changes nothing."""
    return _step(request, principal, integrity_report_id, handing_over.confirm)


@router.post("/integrity-reports/{integrity_report_id}/erase", responses=problems(404, 409, 422))
def erase_integrity_report(request: Request, principal: Deciding, integrity_report_id: UUID) -> IntegrityReportOut:
    """Erase what a confirmed report says, once the agency's time for it is over; its receipt stays good."""
    return _step(request, principal, integrity_report_id, handing_over.erase)


@router.get("/integrity-settings", responses=problems())
def get_integrity_settings(request: Request, principal: Looking) -> IntegritySettingsOut:
    """Whether the agency takes integrity reports, how long it keeps them, and what its inspectorate is called."""
    with services_of(request).database.reading() as session:
        return settings.get_settings(session, principal.reach)


@router.put("/integrity-settings", responses=problems(*BODY, 422))
def put_integrity_settings(
    request: Request, principal: Administrator, body: IntegritySettingsIn
) -> IntegritySettingsOut:
    """Change these settings. Reports are taken once two keys of the agency's are proved."""
    services = services_of(request)
    with services.database.writing() as session:
        return settings.put_settings(session, principal.reach, body, services.now())


@router.get("/integrity-keys", responses=problems())
def get_integrity_keys(request: Request, principal: Looking) -> IntegrityKeyPage:
    """The public keys that reports are sealed to, those that were retired, too."""
    with services_of(request).database.reading() as session:
        return keys.list_keys(session, principal.reach)


@router.post("/integrity-keys", status_code=201, responses=problems(*BODY, 409, 422))
def post_integrity_key(request: Request, principal: Administrator, body: IntegrityKeyIn) -> IntegrityChallenge:
    """Add a public key. Its holder opens the sealed word of the answer; the key counts once that was sent back."""
    services = services_of(request)
    with services.database.writing() as session:
        return keys.add_key(session, principal.reach, body, services.now())


@router.post("/integrity-keys/{thumbprint}/challenge", responses=problems(404, 409, 422))
def challenge_integrity_key(request: Request, principal: Holder, thumbprint: Thumbprint) -> IntegrityChallenge:
    """Seal a new word to a key, in the place of the one before; also to try whether a key can still be opened."""
    services = services_of(request)
    with services.database.writing() as session:
        return keys.challenge_key(session, principal.reach, thumbprint, services.now())


@router.post("/integrity-keys/{thumbprint}/prove", responses=problems(*BODY, 404, 409, 410, 422))
def prove_integrity_key(
    request: Request, principal: Holder, thumbprint: Thumbprint, body: IntegrityProofIn
) -> IntegrityKeyOut:
    """Prove that a key can be opened, by the word that was sealed to it."""
    services = services_of(request)
    with services.database.writing() as session:
        return keys.prove_key(session, principal.reach, thumbprint, body.word, services.now())


@router.post("/integrity-keys/{thumbprint}/retire", responses=problems(404, 422))
def retire_integrity_key(request: Request, principal: Administrator, thumbprint: Thumbprint) -> IntegrityKeyOut:
    """Seal nothing more to a key. What was sealed to it stays so. Again changes nothing."""
    services = services_of(request)
    with services.database.writing() as session:
        return keys.retire_key(session, principal.reach, thumbprint, services.now())


def _step(request: Request, principal: Principal, report_id: UUID, step: Step) -> IntegrityReportOut:
    services = services_of(request)
    with services.database.writing() as session:
        return step(session, principal.reach, report_id, services.now())


def _tell(request: Request) -> Translate:
    language = request.headers.get("accept-language")
    return translator(negotiate(language, services_of(request).settings.language))
