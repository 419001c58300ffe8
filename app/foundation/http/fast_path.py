"""Answers the busiest routes before the framework: guard → body bytes validated once → endpoint → bytes.

A FastAPI route parses a body to Python objects, validates these, solves dependencies by reflection and
serialises the answer; the layers, routers and exit stacks around it cost as much again. A `FastPathRoute`
keeps its declaration and its place in the OpenAPI document, but `FastPath` answers it before all of them.
docs/decisions/0003-the-fast-path.md has the measurement.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from typing import Any

from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from app.foundation.http.body import read_body
from app.foundation.http.middleware import missing_security_headers
from app.foundation.http.problem_responses import (
    SECURITY_HEADERS,
    database_problem,
    problem_response,
    unexpected_error,
    validation_problem,
)
from app.foundation.http.services import services_of
from app.foundation.http.single_write import IN_SCOPE, SendWhole
from app.foundation.problems import Problem
from app.foundation.storage.agency_scope import begin_scope
from app.foundation.storage.database import SQLAlchemyError
from app.foundation.storage.time_budget import begin_budget
from app.foundation.telemetry import Metrics

Guard = Callable[[Request], Awaitable[Any]]
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class FastPathRoute(APIRoute):
    """A route whose endpoint is `async def endpoint(request, principal, body)` and returns a whole `Response`.

    Where it takes no body: `async def endpoint(request, principal)`.
    """

    guard: Guard
    limits: Mapping[str, int]
    tolerant: Mapping[type[BaseModel], Any]
    mend: Callable[[bytes], bytes]

    def get_route_handler(self) -> Handler:
        """The handler of this route; the router and `FastPath` call the same one, so they cannot differ."""
        if self.body_field is None:
            return self._handler_without_body()
        model: Any = self.body_field.field_info.annotation
        validate, guard, endpoint = TypeAdapter(model).validator.validate_json, self.guard, self.endpoint
        mend = self.mend
        validate_tolerantly = (
            TypeAdapter(self.tolerant[model]).validator.validate_json if model in self.tolerant else validate
        )
        limit = self.limits[self.path]

        async def handle(request: Request) -> Response:
            # Before the body is read: a stranger is refused without having sent much.
            principal = await guard(request)
            seconds = services_of(request).settings.receive_seconds
            body = await read_body(request.scope, request.receive, limit=limit, seconds=seconds)
            try:
                content = validate(body)
            except ValidationError:
                # Nearly every body is valid, so only the others pay for the slower, tolerant model, which finds out
                # which items of a batch are wrong: one bad item must not cost the good ones.
                content = _validated_again(mend(body), validate_tolerantly)
            response: Response = await endpoint(request, principal, content)
            return response

        return handle

    def _handler_without_body(self) -> Handler:
        guard, endpoint = self.guard, self.endpoint

        async def handle(request: Request) -> Response:
            response: Response = await endpoint(request, await guard(request))
            return response

        return handle


def fast_path_route(
    admitting: Guard,
    limits: Mapping[str, int],
    tolerant: Mapping[type[BaseModel], Any],
    mend: Callable[[bytes], bytes] = bytes,
) -> type[FastPathRoute]:
    """The route class whose routes are guarded by `admitting` and take bodies up to the limit of their path.

    A body that does not fit its model is mended, and validated again as the model's `tolerant` type, if it has one.
    """

    class Guarded(FastPathRoute):
        guard = staticmethod(admitting)

    Guarded.limits, Guarded.tolerant, Guarded.mend = limits, tolerant, staticmethod(mend)
    return Guarded


class FastPath:
    """ASGI layer that answers the `FastPathRoute`s itself and passes everything else on."""

    def __init__(self, app: ASGIApp, routes: Iterable[BaseRoute], metrics: Metrics, seconds: float) -> None:
        self.app = app
        self.metrics = metrics
        # How long a request, whoever answers it, may wait for the database.
        self.seconds = seconds
        self.handlers = {
            (route.path, method): (route, route.get_route_handler())
            for route in routes
            if isinstance(route, FastPathRoute)
            for method in route.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer here, or pass on."""
        begin_budget(self.seconds)
        begin_scope()
        found = self.handlers.get((scope["path"], scope["method"])) if scope["type"] == "http" else None
        if found is None:
            await self.app(scope, receive, send)
            return
        # Guards read the matched route from the scope, where the router would have put it.
        scope["route"], handle = found
        request = Request(scope, receive)
        try:
            response = await handle(request)
        except Exception as error:  # No request may end without an answer.
            response = _refusal(request, error)
        self.metrics.answered(scope["method"], scope["path"], response.status_code)
        # The answer is all there: nothing comes piece by piece, and nothing is done after it.
        if type(response) is PreparedResponse:
            send_whole: SendWhole | None = scope.get(IN_SCOPE)
            if send_whole and send_whole(scope, response.status_code, response.head(), response.body):
                return
        headers = [*response.raw_headers, *missing_security_headers(response.raw_headers)]
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})


def _refusal(request: Request, error: Exception) -> Response:
    # The framework's exception handlers stand behind this layer, so each kind of error is answered here, too.
    if isinstance(error, Problem):
        return problem_response(request, error)
    if isinstance(error, SQLAlchemyError):
        return problem_response(request, database_problem(error))
    return problem_response(request, unexpected_error(error, request.scope["path"]))


class PreparedResponse(Response):
    """A response from ready bytes; it skips the building of headers that never differ."""

    def __init__(self, body: bytes, status: int, *, replayed: bool = False, retry_after: int | None = None) -> None:
        self.status_code = status
        self.body = body
        self.background = None
        self._replayed = replayed
        self._retry_after = retry_after

    @property
    def raw_headers(self) -> list[tuple[bytes, bytes]]:  # type: ignore[override]  # nobody sets them
        """The headers, for whoever sends them one by one."""
        lines = self.head().removesuffix(b"\r\n").split(b"\r\n")
        return [(name, value) for name, _, value in (line.partition(b": ") for line in lines)]

    def head(self) -> bytes:
        """The headers as they are sent, the security headers among them."""
        head = b"content-length: %d\r\n%b" % (len(self.body), FIXED_HEAD)
        if self._replayed:
            head += b"idempotent-replayed: true\r\n"
        if self._retry_after is not None:
            head += b"retry-after: %d\r\n" % self._retry_after
        return head


FIXED_HEAD = b"".join(b"%b: %b\r\n" % header for header in ((b"content-type", b"application/json"), *SECURITY_HEADERS))


def _validated_again(body: bytes, validate: Callable[[bytes], Any]) -> Any:
    try:
        return validate(body)
    except ValidationError as error:
        raise validation_problem(error) from None
