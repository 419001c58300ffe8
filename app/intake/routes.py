"""Intake over HTTP: one rating, or a batch of them."""

from collections import Counter
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from app.access.authentication import key_missing
from app.access.guard import requires, requires_proof
from app.access.principals import KeyKind, Principal
from app.foundation.http.fast_path import PreparedResponse, fast_path_route
from app.foundation.http.openapi import problems
from app.foundation.http.problem_responses import database_problem, validation_problem
from app.foundation.http.services import Services, address_of, services_of
from app.foundation.ids import text_of
from app.foundation.problems import Problem
from app.foundation.storage.database import SQLAlchemyError
from app.foundation.telemetry import Metrics
from app.foundation.translations import Translate, negotiate, translator
from app.intake.rules.credentials import batch_flaws, check_ticketed, refuse_agency
from app.intake.with_key import TOO_FAST, Accepted, Intake
from app.intake.with_ticket import TicketIntake
from app.intake.without_key import OpenAnswerIntake
from app.ratings.rating import Result, Stored, StoreOutcome
from app.ratings.rules.comment_text import without_half_characters
from app.ratings.schemas import (
    LONGEST_BATCH,
    BatchIn,
    BatchOut,
    MalformedItem,
    RatingIn,
    RatingOut,
    TolerantBatchIn,
    TolerantRatingIn,
)

raters = requires_proof(KeyKind.device, KeyKind.app)
batchers = requires(KeyKind.device, KeyKind.app)
# A rating is small; a batch of 500 with comments fits into a mebibyte.
LIMITS = {"/v1/ratings": 16 * 1_024, "/v1/ratings/batch": 1_024 * 1_024}
rating_route = fast_path_route(raters, LIMITS, {RatingIn: TolerantRatingIn}, without_half_characters)
batch_route = fast_path_route(batchers, LIMITS, {BatchIn: TolerantBatchIn}, without_half_characters)
router = APIRouter(prefix="/v1", tags=["ratings"], route_class=rating_route)
batch_router = APIRouter(prefix="/v1", tags=["ratings"], route_class=batch_route)
Rater = Annotated[Principal | None, Depends(raters)]
Batcher = Annotated[Principal, Depends(batchers)]
# A key, or what the body holds instead.
SECURITY: dict[str, Any] = {"security": [{"key": []}, {}]}


@router.post(
    "/ratings",
    status_code=201,
    response_model=RatingOut,
    openapi_extra=SECURITY,
    responses={
        200: {
            "model": RatingOut,
            "description": "This id with this content was stored before.",
            "headers": {"Idempotent-Replayed": {"schema": {"type": "string", "enum": ["true"]}}},
        },
        **problems(400, 408, 409, 410, 413, 415, 422, 429, 503),
    },
)
async def post_rating(request: Request, principal: Rater, sheet: RatingIn) -> Response:
    """Store one answer sheet. 201 is sent when it is on disk, never earlier; retry with the same id until then.

    A one-time `ticket` takes the place of a key: it says whom the sheet is about, and works once. With neither, an
    answer that names `agency`, `office`, `service` and the channel `web` is kept apart as an open one.
    """
    services = services_of(request)
    intake = services.of(Intake)
    metrics = services.metrics
    try:
        if principal is not None and type(sheet) is RatingIn and sheet.ticket is None and sheet.agency is None:
            accepted = await intake.submit(principal, sheet)
        else:
            accepted = await _submit_without_plain_key(request, principal, sheet)
    except Problem as problem:
        metrics.submitted(outcome_of(problem))
        raise
    except SQLAlchemyError as error:
        failure = database_problem(error)
        metrics.submitted(failure.code)
        raise failure from None
    metrics.submitted(accepted.stored.outcome)
    replayed = accepted.is_replay
    return PreparedResponse(rating_body(accepted), 200 if replayed else 201, replayed=replayed)


async def _submit_without_plain_key(request: Request, principal: Principal | None, sheet: object) -> Accepted:
    """A rating with a ticket or without a key; raises the problem of what is no valid rating."""
    services = services_of(request)
    if isinstance(sheet, MalformedItem):
        raise key_missing() if principal is None and not sheet.is_keyless else validation_problem(sheet.error)
    assert isinstance(sheet, RatingIn), "the tolerant model gives nothing else"
    address = address_of(request)
    if sheet.ticket is not None:
        check_ticketed(sheet, principal.kind if principal else None)
        tickets = services.of(TicketIntake)
        return await tickets.spend(sheet, principal, address)
    if principal is not None:
        refuse_agency()
    if sheet.agency is None:
        raise key_missing()
    open_answers = services.of(OpenAnswerIntake)
    return await open_answers.submit(sheet, sheet.agency, address)


@batch_router.post(
    "/ratings/batch",
    response_model=BatchOut,
    responses={
        200: {
            "description": "One result per rating.",
            "headers": {
                "Retry-After": {
                    "schema": {"type": "integer"},
                    "description": "Seconds after which the ratings with status 429 should come again.",
                }
            },
        },
        **problems(400, 408, 413, 415, 422, 503),
    },
)
async def post_batch(request: Request, principal: Batcher, batch: BatchIn) -> Response:
    """Store up to 500 answer sheets; each gets its own result and costs no other."""
    services = services_of(request)
    outcomes = await _submit_all(services, principal, batch)
    _count(services.metrics, outcomes)
    language = negotiate(request.headers.get("accept-language"), services.settings.language)
    translate = translator(language)
    pairs = zip(batch.ratings, outcomes, strict=True)
    body = to_json({"results": [_item(item, outcome, translate) for item, outcome in pairs]})
    waits = [seconds for one in outcomes if isinstance(one, Problem) and (seconds := retry_after(one))]
    return PreparedResponse(body, 200, retry_after=max(waits, default=None))


async def _submit_all(services: Services, principal: Principal, batch: BatchIn) -> list[Result]:
    """One outcome for each rating; raises the problem of a batch that is refused as a whole."""
    try:
        if len(batch.ratings) > LONGEST_BATCH:
            raise Problem("batch-too-long", limit=LONGEST_BATCH)
        sheets = [item for item in batch.ratings if _is_complete(item)]
        stored = await services.of(Intake).submit_all(principal, sheets) if sheets else []
    except Problem as problem:
        services.metrics.submitted(outcome_of(problem), len(batch.ratings))
        raise
    except SQLAlchemyError as error:
        failure = database_problem(error)
        services.metrics.submitted(failure.code, len(batch.ratings))
        raise failure from None
    if len(sheets) == len(batch.ratings):
        return stored
    rest = iter(stored)
    return [next(rest) if _is_complete(item) else _malformed(item) for item in batch.ratings]


def _is_complete(item: RatingIn | MalformedItem) -> bool:
    """Whether it belongs in a batch: with an id, without ticket (spent one by one) or agency (the key has one)."""
    return isinstance(item, RatingIn) and item.id is not None and item.ticket is None and item.agency is None


def retry_after(problem: Problem) -> int | None:
    """After how many seconds a device that was too fast should send the sheet again."""
    return int(problem.headers["Retry-After"]) if problem.status == TOO_FAST else None


def _malformed(item: RatingIn | MalformedItem) -> Problem:
    if isinstance(item, MalformedItem):
        return validation_problem(item.error)
    return Problem("invalid-request", errors=list(batch_flaws(item)))


def _item(item: RatingIn | MalformedItem, outcome: Result, translate: Translate) -> dict[str, Any]:
    """One result of a batch; its id is the client's own spelling where the item is malformed."""
    if isinstance(outcome, Stored):
        return {"id": item.id, "status": 201 if outcome.outcome is StoreOutcome.stored else 200}
    return {"id": item.id, "status": outcome.status, "problem": outcome.document(translate)}


def rating_body(accepted: Accepted) -> bytes:
    """The answer's JSON. Every value is an id, a date or a code, none of which needs escaping."""
    stored = accepted.stored
    employee = "null" if stored.employee is None else f'"{stored.employee}"'
    return (
        f'{{"id":"{text_of(accepted.rating_id)}","outcome":"stored","office":"{stored.office}",'
        f'"employee":{employee},"rated_on":"{stored.rated_on.isoformat()}"}}'
    ).encode()


def outcome_of(problem: Problem) -> str:
    """The code of a refusal for the metrics: that of its first field error, or its own."""
    return problem.errors[0].code if problem.errors else problem.code


def _count(metrics: Metrics, outcomes: list[Result]) -> None:
    counts = Counter([one.outcome if isinstance(one, Stored) else outcome_of(one) for one in outcomes])
    for outcome, n in counts.items():
        metrics.submitted(outcome, n)
