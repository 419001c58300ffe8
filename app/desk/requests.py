"""What desk routes are asked with: the form that was sent, and who sent it. What is refused becomes a page."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.access.principals import Principal
from app.desk.blocks import Links, Page, Section
from app.desk.navigation import Entry, roles_of
from app.desk.proof_targets import confirm_address
from app.desk.rendering import SAVED_COOKIE, SAVED_SECONDS, in_its_language, reader_of, remember, respond
from app.foundation.http.forms import read_form
from app.foundation.http.query_parameters import exact_query
from app.foundation.http.services import services_of
from app.foundation.http.visits import Visit, visit_of
from app.foundation.problems import Problem
from app.pages.refusals import PageRoute
from app.pages.shell import base_of
from app.people.sessions import Sessions, cookie_name
from app.people.signed_in import SignedIn
from app.people.steps import Entered, Stage
from app.people.tries import BROWSER_COOKIE, BROWSER_SECONDS

Sent = Mapping[str, str]
# Where somebody goes on who has come so far.
NEXT = {Stage.code: "/sign-in/code", Stage.enrol: "/sign-in/second-factor", Stage.open: "/desk"}


class DeskRoute(PageRoute):
    """A route whose refusals are pages; who is not signed in any more is led to where one signs in."""

    @staticmethod
    def refusal(request: Request, problem: Problem) -> Response:
        """The problem as a page of the desk."""
        return _told(request, problem)


async def bare_query(
    request: Request,
    lang: Annotated[str | None, Query(max_length=8)] = None,  # noqa: ARG001 - known by its name
    form: Annotated[Literal["csv"] | None, Query(alias="format")] = None,  # noqa: ARG001 - likewise
) -> None:
    """Refuse unknown parameters of a page, as everywhere; `lang` and `format` are known to all of them."""
    await exact_query(request)


def visitor(request: Request) -> Visit:
    """Whoever sent this request, signed in or not. Raises `cross-site` for a change that another site sent."""
    visit = visit_of(request)
    if not services_of(request).of(Sessions).comes_from_us(visit):
        raise Problem("cross-site")
    return visit


def halfway(request: Request) -> SignedIn:
    """Somebody whose passphrase was right, perhaps without the second factor so far. Raises `session-ended`."""
    found = services_of(request).of(Sessions).find(visitor(request))
    if found is None:
        raise Problem("session-ended")
    return found


def signed_in(request: Request) -> SignedIn:
    """Somebody who is signed in, in whatever role. Raises `session-ended`."""
    found = halfway(request)
    if not found.complete:
        raise Problem("session-ended")
    return found


def having(entry: Entry) -> Callable[[Request], SignedIn]:
    """A dependency that admits those whose active role has this page. Raises `role-refused`."""
    roles = roles_of(entry)

    def guard(request: Request) -> SignedIn:
        found = signed_in(request)
        if found.active is None or found.active.role not in roles:
            raise Problem("role-refused", roles=", ".join(roles))
        return found

    return guard


def principal_of(found: SignedIn) -> Principal:
    """The person in the active role; whoever reached a page of a role has one."""
    principal = found.principal
    assert principal is not None, "the page's guard asked for a role"
    return principal


Anybody = Annotated[Visit, Depends(visitor)]
Halfway = Annotated[SignedIn, Depends(halfway)]
SomeoneIn = Annotated[SignedIn, Depends(signed_in)]
FormSent = Annotated[Sent, Depends(read_form)]
Lang = Annotated[None, Depends(bare_query)]


def as_id(text: str) -> UUID:
    """The id that a form was sent with; one that nothing has where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def to(request: Request, address: str) -> RedirectResponse:
    """Go on to another of our pages, by GET; the language that this address was asked for in goes along."""
    return in_its_language(request, RedirectResponse(f"{base_of(request)}{address}", 303))


def saved(request: Request, address: str) -> RedirectResponse:
    """Go on to the page on which something was changed, which says once that it is."""
    response = to(request, address)
    remember(response, SAVED_COOKIE, "1", SAVED_SECONDS, secure=request.scope["scheme"] == "https")
    return response


def to_proof(request: Request, target: str, **chosen: object | None) -> RedirectResponse:
    """Have somebody prove to be there; after that they are back where they were, with what was chosen there."""
    return to(request, confirm_address(target, chosen))


def with_session(request: Request, response: Response, entered: Entered) -> Response:
    """Give the browser the cookies of its session."""
    secure = request.scope["scheme"] == "https"
    # Until the browser is closed: how long it lasts at most, the row says.
    remember(response, cookie_name(visit_of(request)), entered.cookie, None, secure=secure)
    if entered.browser is not None:
        remember(response, BROWSER_COOKIE, entered.browser, BROWSER_SECONDS, secure=secure)
    return response


def go_on(request: Request, entered: Entered) -> Response:
    """Lead whoever has come so far to what comes next."""
    return with_session(request, to(request, NEXT[entered.stage]), entered)


def _told(request: Request, problem: Problem) -> Response:
    """A refusal as a page."""
    if problem.code == "session-ended":
        return to(request, "/sign-in")
    tell = reader_of(request)
    document = problem.document(tell)
    lead = str(document["detail"])
    if problem.code == "role-refused":
        lead = tell("Ask an administrator of your agency if you need this page.")
    if problem.code == "unsupported-media-type":
        # Its own sentence asks programs for JSON.
        lead = tell("This address takes what the form on its page sends. Open the page and send the form from there.")
    back = Section((Links(((tell("My account"), "/desk/account"), (tell("Sign in"), "/sign-in"))),))
    response = respond(request, Page(str(document["title"]), lead, (back,)), status=problem.status)
    response.headers.update(problem.headers)
    return response
