"""The short way for the hot path: guard → body bytes validated once → endpoint → prepared bytes.

A FastAPI route parses a body to Python objects, validates these, solves dependencies by reflection and
serialises the answer; the routers and exit stacks around it cost as much again. A one-pass route keeps
its declaration and its place in the OpenAPI document, but is answered by `ShortWay` before the router
is asked. docs/performance.md has the measurement.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any

from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from app.foundation.answers import answer, invalid, of_database
from app.foundation.database import SQLAlchemyError
from app.foundation.problems import Problem

Guard = Callable[[Request], Awaitable[Any]]
Answerer = Callable[[Request], Coroutine[Any, Any, Response]]


class OnePassRoute(APIRoute):
    """Endpoints are `async def endpoint(request, principal, body)` returning a `Response`."""

    guard: Guard

    def get_route_handler(self) -> Answerer:
        """What answers a request for this route, whichever way it came."""
        assert self.body_field is not None, "a one-pass route has a body"
        model: Any = self.body_field.field_info.annotation
        validate, guard, endpoint = TypeAdapter(model).validator.validate_json, self.guard, self.endpoint

        async def answerer(request: Request) -> Response:
            principal = await guard(request)
            if not _is_json(request.scope):
                raise Problem("unsupported-media-type")
            try:
                body = validate(await _body(request))
            except ValidationError as error:
                raise invalid(error) from None
            response: Response = await endpoint(request, principal, body)
            return response

        return answerer


def one_pass(admitting: Guard) -> type[OnePassRoute]:
    """The route class whose routes are guarded by `admitting`."""

    class Guarded(OnePassRoute):
        guard = staticmethod(admitting)

    return Guarded


class ShortWay:
    """Answers the one-pass routes among `routes` itself; everything else goes on to the router."""

    def __init__(self, app: ASGIApp, routes: Iterable[BaseRoute]) -> None:
        self.app = app
        self.answerers = {
            route.path: (route, route.get_route_handler()) for route in routes if isinstance(route, OnePassRoute)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer here."""
        found = self.answerers.get(scope["path"]) if scope["type"] == "http" else None
        if found is None or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        scope["route"], answerer = found
        request = Request(scope, receive)
        try:
            response = await answerer(request)
        except Problem as problem:
            response = answer(request, problem)
        except SQLAlchemyError as error:
            response = answer(request, of_database(error))
        await response(scope, receive, send)


class Prepared(Response):
    """An answer whose bytes are ready; it skips the building of headers that never differ."""

    def __init__(self, body: bytes, status: int, *, replayed: bool = False) -> None:
        self.status_code = status
        self.body = body
        self.background = None
        self.raw_headers = [
            (b"content-length", str(len(body)).encode()),
            (b"content-type", b"application/json"),
        ]
        if replayed:
            self.raw_headers.append((b"idempotent-replayed", b"true"))


async def _body(request: Request) -> bytes:
    """The whole body, which is nearly always one message; `Limits` has bounded it."""
    message = await request.receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body", False):
        message = await request.receive()
        body += message.get("body", b"")
    return body


def _is_json(scope: Scope) -> bool:
    for name, value in scope["headers"]:
        if name == b"content-type":
            return bytes(value).split(b";")[0].strip().lower() == b"application/json"
    return False
