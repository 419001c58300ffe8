"""Where links in mail lead, without signing in: confirming an address, and leaving. Nothing changes by looking."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.desk.addresses import with_query
from app.desk.blocks import Form, Links, Page, Section
from app.desk.rendering import reader_of, respond
from app.desk.requests import Anybody, DeskRoute, Lang
from app.foundation.http.query_parameters import exact_query
from app.foundation.http.services import services_of
from app.notifications.mailboxes import Mailboxes

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
CONFIRM, LEAVE = "/mail/confirm", "/unsubscribe"
Code = Annotated[str, Query(alias="t", max_length=120)]


@router.get(CONFIRM)
def ask_to_confirm(request: Request, _: Lang, code: Code = "") -> Response:
    """Ask whether the address is right: mail servers open links by themselves."""
    tell = reader_of(request)
    form = Form(with_query(CONFIRM, {"t": code}), tell("Yes, this is my address"))
    page = Page(
        tell("Confirm this address?"),
        tell("Messages of Cermin come to the address at which you got this link."),
        (Section((form,)),),
    )
    return respond(request, page)


@router.post(CONFIRM, dependencies=[Depends(exact_query)])
def confirm(request: Request, _: Anybody, code: Code = "") -> Response:
    """Confirm an address."""
    services, tell = services_of(request), reader_of(request)
    account = Section((Links(((tell("My account"), "/desk/account"),)),))
    if not services.of(Mailboxes).confirm(services.database, code, services.now()):
        lead = tell("It is too old, or another one was sent since. Enter your address again in your account.")
        return respond(request, Page(tell("This link is not valid"), lead, (account,)), status=410)
    lead = tell("Choose in your account what you want to be told of.")
    return respond(request, Page(tell("The address is confirmed"), lead, (account,)))


@router.get(LEAVE)
def ask_to_leave(request: Request, _: Lang, code: Code = "") -> Response:
    """Ask whether mail shall end: mail servers open links by themselves."""
    tell = reader_of(request)
    form = Form(with_query(LEAVE, {"t": code}), tell("End all mail"))
    page = Page(
        tell("No more mail?"),
        tell("All messages of Cermin to the address at which you got this link end."),
        (Section((form,)),),
    )
    return respond(request, page)


# Also mail programs send this, by themselves once their reader asks for it (RFC 8058): from no page of ours, and with
# a body that nobody needs. Its link is all the proof there is.
@router.post(LEAVE, dependencies=[Depends(exact_query)])
def leave(request: Request, code: Code = "") -> Response:
    """End all mail to an address."""
    services, tell = services_of(request), reader_of(request)
    if not services.of(Mailboxes).unsubscribe(services.database, code, services.now()):
        lead = tell("It was cut off, or the address was replaced by another one since. Sign in to end messages.")
        account = Section((Links(((tell("My account"), "/desk/account"),)),))
        return respond(request, Page(tell("This link is not valid"), lead, (account,)), status=410)
    lead = tell("You can subscribe again in your account at any time.")
    return respond(request, Page(tell("You get no more mail"), lead))
