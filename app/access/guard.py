"""Dependencies that guard routes: each names the kinds of key it takes; others are refused with 401 or 403."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from app.access.authentication import Authenticator, key_missing
from app.access.principals import KeyKind, Principal, Role
from app.access.readings import Readings
from app.foundation.http.body import json_body, refuse_other_than_json
from app.foundation.http.query_parameters import exact_query
from app.foundation.http.request_head import head_of
from app.foundation.http.services import address_of, services_of
from app.foundation.http.visits import Visit, visit_of
from app.foundation.problems import Problem
from app.foundation.storage.agency_scope import enter_agency
from app.foundation.storage.time_budget import count_from_now

EVERY_KIND = tuple(KeyKind)
# People, or programs of theirs, who could go through ids and codes; whatever they ask for counts.
READING: frozenset[KeyKind | Role] = frozenset(
    {KeyKind.reader, KeyKind.supervisor, KeyKind.auditor, KeyKind.admin, *Role}
)


@dataclass(frozen=True)
class PersonGate:
    """Finds the person who sent a request: the room of persons stands above this one, and is put in here.

    `principal_of` gives None for a request without a session; what is wrong with one it raises as a problem. Its second
    argument says whether the person must have proved lately to be there.
    """

    principal_of: Callable[[Visit, bool], Principal | None]


async def admit(request: Request, kinds: tuple[KeyKind, ...], authorization: str | None) -> Principal:
    """The principal of this header's key; 401 without a valid one, 403 for another kind."""
    authenticator = services_of(request).of(Authenticator)
    principal = authenticator.cached(authorization)
    if principal is None:
        # The look-up waits for the database, which must not hold the event loop up.
        principal = await run_in_threadpool(authenticator.check, authorization, address_of(request))
        # The route itself waits for a thread, too.
        count_from_now()
    enter_agency(principal.agency_id)
    if principal.kind not in kinds:
        raise Problem("key-kind-refused", kinds=", ".join(kinds))
    return principal


async def _admit_person(request: Request, roles: tuple[Role, ...], *, proof: bool) -> Principal | None:
    """The signed-in person; None without a session.

    401 for one that is over, 403 for another role, for a change that another site sent, and without a `proof` where one
    is needed.
    """
    if not any(name == b"cookie" for name, _ in request.scope["headers"]):
        return None
    gate = services_of(request).of(PersonGate)
    # Asked at every request and never cached: a role or session that was taken away ends with the next one.
    principal = await run_in_threadpool(gate.principal_of, visit_of(request), False)
    if principal is not None and principal.kind not in roles:
        raise Problem("role-refused", roles=", ".join(roles))
    if principal is not None and proof:
        # After the role: whoever may not do it is not asked for a proof first.
        principal = await run_in_threadpool(gate.principal_of, visit_of(request), True)
    count_from_now()
    return principal


def requires(
    *kinds: KeyKind, roles: tuple[Role, ...] = (), proof: bool = False
) -> Callable[[Request], Awaitable[Principal]]:
    """A dependency that admits these kinds only: `Annotated[Principal, Depends(requires(KeyKind.reader))]`.

    Persons in one of these roles are admitted by their session, where a request brings no key; with `proof` those who
    proved lately to be there, as their pages ask for it.
    """

    async def guard(request: Request) -> Principal:
        authorization = head_of(request.scope).authorization
        principal = await _admit_person(request, roles, proof=proof) if roles and authorization is None else None
        if principal is None:
            principal = await admit(request, kinds, authorization)
        if principal.kind in READING:
            services_of(request).of(Readings).take(principal)
        # A rating has no query, and pays nothing for this.
        if request.scope["query_string"]:
            await exact_query(request)
        refuse_other_than_json(request.scope)
        return principal

    return guard


def requires_person(*roles: Role, proof: bool = False) -> Callable[[Request], Awaitable[Principal]]:
    """A dependency that admits persons alone, by their session: what gives somebody a way in takes no key.

    A key proves nothing about who holds it, so nobody could be kept from giving oneself a role.
    """

    async def guard(request: Request) -> Principal:
        authorization = head_of(request.scope).authorization
        if authorization is not None:
            # Whoever holds a wrong key learns no more than elsewhere.
            await admit(request, EVERY_KIND, authorization)
            raise Problem("persons-only")
        principal = await _admit_person(request, roles, proof=proof)
        if principal is None:
            raise Problem("session-ended")
        services_of(request).of(Readings).take(principal)
        if request.scope["query_string"]:
            await exact_query(request)
        refuse_other_than_json(request.scope)
        return principal

    return guard


def reads(*kinds: KeyKind, roles: tuple[Role, ...] = ()) -> Callable[[Request], Awaitable[Principal]]:
    """As `requires`, for what tells figures: any kind of key, and any person, may ask so often an hour and no more."""
    admitted = requires(*kinds, roles=roles)

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
        authorization = head_of(request.scope).authorization
        principal = None if authorization is None else await admit(request, kinds, authorization)
        if principal is None:
            await _without_key(request)
            return None
        if request.scope["query_string"]:
            await exact_query(request)
        refuse_other_than_json(request.scope)
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
