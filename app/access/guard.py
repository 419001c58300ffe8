"""Dependencies that guard routes: each names the kinds of key it takes; others are refused with 401 or 403."""

from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from app.access.authentication import Authenticator, key_missing
from app.access.principals import KeyKind, Principal
from app.access.readings import Readings
from app.foundation.http.body import json_body
from app.foundation.http.query_parameters import exact_query
from app.foundation.http.services import address_of, services_of
from app.foundation.problems import Problem
from app.foundation.storage.time_budget import count_from_now

EVERY_KIND = tuple(KeyKind)
# People, or programs of theirs, who could go through ids and codes; whatever they ask for counts.
READING = frozenset({KeyKind.reader, KeyKind.supervisor, KeyKind.auditor, KeyKind.admin})


async def admit(request: Request, kinds: tuple[KeyKind, ...], authorization: str | None) -> Principal:
    """The principal of this header's key; 401 without a valid one, 403 for another kind."""
    authenticator = services_of(request).of(Authenticator)
    principal = authenticator.cached(authorization)
    if principal is None:
        # The look-up waits for the database, which must not hold the event loop up.
        principal = await run_in_threadpool(authenticator.check, authorization, address_of(request))
        # The route itself waits for a thread, too.
        count_from_now()
    if principal.kind not in kinds:
        raise Problem("key-kind-refused", kinds=", ".join(kinds))
    return principal


def _authorization(request: Request) -> str | None:
    """The Authorization header, read without decoding all the others."""
    for name, value in request.scope["headers"]:
        if name == b"authorization":
            return str(value, "latin-1")
    return None


def requires(*kinds: KeyKind) -> Callable[[Request], Awaitable[Principal]]:
    """A dependency that admits these kinds only: `Annotated[Principal, Depends(requires(KeyKind.reader))]`."""

    async def guard(request: Request) -> Principal:
        principal = await admit(request, kinds, _authorization(request))
        if principal.kind in READING:
            services_of(request).of(Readings).take(principal)
        # A rating has no query, and pays nothing for this.
        if request.scope["query_string"]:
            await exact_query(request)
        await json_body(request)
        return principal

    return guard


def reads(*kinds: KeyKind) -> Callable[[Request], Awaitable[Principal]]:
    """As `requires`, for what tells figures: any kind of key may ask so often an hour and no more."""
    admitted = requires(*kinds)

    async def guard(request: Request) -> Principal:
        principal = await admitted(request)
        if principal.kind not in READING:
            services_of(request).of(Readings).take(principal)
        return principal

    return guard


def requires_proof(*kinds: KeyKind) -> Callable[[Request], Awaitable[Principal | None]]:
    """As `requires`, but a request without any key passes as None: its body must hold another proof, a ticket.

    A body that is not even JSON holds none: 401, as anywhere else.
    """

    async def guard(request: Request) -> Principal | None:
        authorization = _authorization(request)
        principal = None if authorization is None else await admit(request, kinds, authorization)
        if principal is None:
            await _without_key(request)
            return None
        if request.scope["query_string"]:
            await exact_query(request)
        await json_body(request)
        return principal

    return guard


async def _without_key(request: Request) -> None:
    try:
        await json_body(request)
    except Problem:
        raise key_missing() from None
    await exact_query(request)


async def anybody(request: Request) -> None:
    """A dependency for routes that take no key; query and content type are checked as everywhere."""
    await exact_query(request)
    await json_body(request)
