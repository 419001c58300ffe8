"""The pages of signing in through the agency's own provider: there, back again, and out."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.desk.attempts import forget, keep_attempt
from app.desk.blocks import Field, Form, Links, Page, Section
from app.desk.proof_targets import after_proof, known_target
from app.desk.rendering import reader_of, respond
from app.desk.requests import (
    Anybody,
    DeskRoute,
    FormSent,
    Lang,
    SomeoneIn,
    go_on,
    to,
)
from app.foundation.http.forms import read_form
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.people.faults import PeopleFault
from app.people.oidc.door import Departure, Farewell, ProviderDoor, Providers
from app.people.oidc.faults import ProviderFault, Silent
from app.people.signed_in import SignedIn
from app.reports.sections.blocks import Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
# Where another machine asks, not a browser: refusals stay problems.
machines = APIRouter(include_in_schema=False)


def provider_of(request: Request) -> ProviderDoor:
    """The door of the provider. Raises `not-found` where there is none."""
    door = services_of(request).of(Providers).door
    if door is None:
        raise Problem("not-found")
    return door


Through = Annotated[ProviderDoor, Depends(provider_of)]


@router.get("/sign-in/oidc")
async def begin(request: Request, visit: Anybody, door: Through, _: Lang) -> Response:
    """Go to the provider to sign in."""
    try:
        departure = await door.begin(visit)
    except PeopleFault as fault:
        return _failed(request, fault)
    # By a link, as redirects of a form must not lead to other sites.
    return _keeping(request, RedirectResponse(departure.address, 303), departure)


@router.post("/sign-in/oidc/invitation")
async def begin_invitation(request: Request, visit: Anybody, door: Through, sent: FormSent) -> Response:
    """Take an invitation with an account at the provider."""
    try:
        departure = await door.begin_link(visit, sent.get("code", ""))
    except PeopleFault as fault:
        return _failed(request, fault)
    return _interstitial(request, door, departure)


@router.post("/sign-in/oidc/proof")
async def begin_proof(request: Request, visit: Anybody, door: Through, found: SomeoneIn, sent: FormSent) -> Response:
    """Prove to be there by signing in at the provider anew."""
    try:
        departure = await door.begin_proof(visit, found, sent.get("code", ""), known_target(sent.get("to", "")))
    except PeopleFault as fault:
        return _failed(request, fault)
    return _interstitial(request, door, departure, found)


@router.get("/sign-in/oidc/callback")
async def finish(request: Request, visit: Anybody, door: Through) -> Response:
    """Where the provider leads back to; what else it adds to the address is none of our business."""
    query = dict(request.query_params)
    try:
        arrival = await door.finish(visit, query)
    except PeopleFault as fault:
        failed = _failed(request, fault)
        forget(request, failed, door.cookie(visit, query.get("state", "")))
        return failed
    if arrival.departure is not None:
        response: Response = RedirectResponse(arrival.departure.address, 303)
        _keeping(request, response, arrival.departure)
    elif arrival.entered is not None:
        response = go_on(request, arrival.entered)
    else:
        response = to(request, after_proof(arrival.target))
    forget(request, response, arrival.attempt)
    return response


@machines.post("/sign-in/oidc/back-channel-logout")
async def back_channel_logout(request: Request, door: Through) -> Response:
    """The provider says that somebody signed out there."""
    sent = await read_form(request)
    try:
        await door.log_out(sent.get("logout_token", ""))
    except ProviderFault:
        raise Problem("logout-token-refused") from None
    return Response(status_code=200)


def ways_in(request: Request, tell: Language) -> tuple[Section, ...]:
    """On the page of signing in: the way through the provider, where there is one."""
    door = services_of(request).of(Providers).door
    if door is None:
        return ()
    return (Section((Links(((tell("Sign in with {name}", name=door.name), "/sign-in/oidc"),)),)),)


def lead(request: Request, tell: Language) -> str | None:
    """With what one signs in where there is a provider."""
    door = services_of(request).of(Providers).door
    return tell("With your account at {name}, or with name and passphrase.", name=door.name) if door else None


def invitation_lead(request: Request, tell: Language) -> str | None:
    """With what one takes an invitation where there is a provider."""
    door = services_of(request).of(Providers).door
    return tell("With your account at {name}, or with a passphrase that you choose.", name=door.name) if door else None


def invitation(request: Request, tell: Language, code: str) -> tuple[Section, ...]:
    """On the page of an invitation: taking it with an account at the provider."""
    door = services_of(request).of(Providers).door
    if door is None:
        return ()
    field = Field(
        "code",
        tell("Code of the invitation"),
        "code",
        hint=tell("What stands behind # in the link; pasting the whole link works, too."),
        value=code,
    )
    title = tell("With your account at {name}, without a passphrase here", name=door.name)
    return (Section((Form("/sign-in/oidc/invitation", tell("Go on with {name}", name=door.name), (field,)),), title),)


def proof_form(request: Request, found: SignedIn, target: str, tell: Language) -> tuple[Words | Form, ...]:
    """In the place of a passphrase, for who came through the provider: signing in there once more."""
    door = services_of(request).of(Providers).door
    if door is None or found.provided is None:
        return ()
    code = Field("code", tell("Code"), "code", autocomplete="one-time-code")
    fields = (*((code,) if found.has_second_factor else ()), Field("to", "", "hidden", value=target))
    return (
        Words(tell("You sign in with {name}; there you are asked once more who you are.", name=door.name)),
        Form("/sign-in/oidc/proof", tell("Go on with {name}", name=door.name), fields),
    )


async def farewell_of(request: Request, found: SignedIn) -> Farewell | None:
    """What signs this browser out at the provider, too."""
    door = services_of(request).of(Providers).door
    return None if door is None or found.provided is None else await door.farewell(found)


def farewell_section(request: Request, farewell: Farewell, tell: Language) -> Section:
    """The form that signs out at the provider; what it sends stands in no address."""
    name = provider_of(request).name
    fields = tuple(Field(each, "", "hidden", value=value) for each, value in farewell.fields.items())
    return Section(
        (
            Words(tell("At {name} you are still signed in.", name=name)),
            Form(farewell.address, tell("Sign out of {name}, too", name=name), fields),
        )
    )


def _interstitial(
    request: Request, door: ProviderDoor, departure: Departure, found: SignedIn | None = None
) -> Response:
    # A form's answer must not lead to another site, and a provider may lead on to more of them.
    tell = reader_of(request)
    page = Page(
        tell("On to {name}", name=door.name),
        tell("There you sign in, and are led back here."),
        (Section((Links(((tell("Go on to {name}", name=door.name), departure.address),)),)),),
    )
    return _keeping(request, respond(request, page, found), departure)


def _keeping(request: Request, response: Response, departure: Departure) -> Response:
    return keep_attempt(request, response, departure.cookie)


def _failed(request: Request, fault: PeopleFault) -> Response:
    tell = reader_of(request)
    back = Section((Links(((tell("Sign in"), "/sign-in"),)),))
    page = Page(tell("That did not sign you in"), fault.in_words(tell), (back,))
    return respond(request, page, None, 503 if isinstance(fault, Silent) else 403)
