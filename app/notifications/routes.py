"""Webhooks over HTTP: administrators add them, see what became of each message, and have it sent again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request

from app.access.guard import requires
from app.access.principals import KeyKind, Principal, Role
from app.foundation.http.openapi import problems
from app.foundation.http.services import services_of
from app.notifications import webhooks
from app.notifications.schemas import (
    DeliveryPage,
    DeliveryQuery,
    Replayed,
    ReplayIn,
    WebhookAdded,
    WebhookIn,
    WebhookOut,
    WebhookPage,
)
from app.notifications.webhooks import WebhookTerms

router = APIRouter(prefix="/v1", tags=["webhooks"])
ROLES = (Role.administrator,)
Admin = Annotated[Principal, Depends(requires(KeyKind.admin, roles=ROLES))]
Changer = Annotated[Principal, Depends(requires(KeyKind.admin, roles=ROLES, proof=True))]
BODY = (400, 408, 413, 415)


@router.get("/webhooks", responses=problems())
def get_webhooks(request: Request, principal: Admin) -> WebhookPage:
    """The webhooks this key reaches, the oldest first, those that are off, too."""
    services = services_of(request)
    with services.database.reading() as session:
        return webhooks.list_webhooks(session, services.of(WebhookTerms), principal.reach)


@router.post("/webhooks", status_code=201, responses=problems(*BODY, 409, 422))
def post_webhook(request: Request, principal: Changer, body: WebhookIn) -> WebhookAdded:
    """Add a webhook (Standard Webhooks 1.0.0). Its shared secret is told once."""
    services = services_of(request)
    with services.database.writing() as session:
        return webhooks.add_webhook(session, services.of(WebhookTerms), principal.reach, body, services.now())


@router.post("/webhooks/{webhook_id}/off", responses=problems(404, 422))
def switch_webhook_off(request: Request, principal: Changer, webhook_id: UUID) -> WebhookOut:
    """Tell a webhook nothing more, and drop what waits for it. Again changes nothing."""
    return _switch(request, principal, webhook_id, on=False)


@router.post("/webhooks/{webhook_id}/on", responses=problems(404, 422))
def switch_webhook_on(request: Request, principal: Changer, webhook_id: UUID) -> WebhookOut:
    """Tell a webhook of what happens from now on. Again changes nothing."""
    return _switch(request, principal, webhook_id, on=True)


@router.get("/webhooks/{webhook_id}/deliveries", responses=problems(404, 422))
def get_deliveries(
    request: Request, principal: Admin, webhook_id: UUID, query: Annotated[DeliveryQuery, Query()]
) -> DeliveryPage:
    """What was delivered to a webhook, what waits and what failed, the newest event first."""
    with services_of(request).database.reading() as session:
        return webhooks.list_deliveries(session, principal.reach, webhook_id, query)


@router.post("/webhooks/{webhook_id}/replay", responses=problems(*BODY, 404, 409, 422))
def replay_deliveries(request: Request, principal: Changer, webhook_id: UUID, body: ReplayIn) -> Replayed:
    """Deliver one event again, or all that failed or were dropped; each with the id it had before."""
    services = services_of(request)
    with services.database.writing() as session:
        return Replayed(replayed=webhooks.replay(session, principal.reach, webhook_id, body.event, services.now()))


def _switch(request: Request, principal: Principal, webhook_id: UUID, *, on: bool) -> WebhookOut:
    services = services_of(request)
    with services.database.writing() as session:
        return webhooks.switch(
            session, services.of(WebhookTerms), principal.reach, webhook_id, on=on, now=services.now()
        )
