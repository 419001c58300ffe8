"""Pure ASGI middleware (a BaseHTTPMiddleware would cost 70 % of the throughput).

`BodyLimits` bounds how large a body may be and how long it may take; `HeadAsGet` answers HEAD wherever there is
GET; `ResponseWatch` counts answers, gives every one the security headers, and turns an exception that escaped into
a 500 without its text.
"""

import asyncio

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.foundation.http.body import declared_length, too_large, too_slow
from app.foundation.http.problem_responses import SECURITY_HEADERS, ProblemResponse, unexpected_error
from app.foundation.problems import Problem
from app.foundation.storage.time_budget import count_from_now
from app.foundation.telemetry import Metrics


class BodyLimits:
    """Refuses a body over its limit (413) or slower than the deadline (408), whoever sends it."""

    def __init__(self, app: ASGIApp, *, limit: int, seconds: float, language: str) -> None:
        self.app = app
        self.limit = limit
        self.seconds = seconds
        self.language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with a `receive` that counts bytes and seconds."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            await self.app(scope, self._bounded(scope, receive), send)
        except _Refused as refused:
            language = Request(scope).headers.get("accept-language")
            await ProblemResponse(refused.problem, language, self.language)(scope, receive, send)

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        limit = self.limit
        taken = 0
        deadline: float | None = None

        async def bounded() -> Message:
            nonlocal taken, deadline
            loop = asyncio.get_running_loop()
            if deadline is None:
                deadline = loop.time() + self.seconds
                if declared_length(scope) > limit:
                    raise _Refused(too_large(limit))
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise _Refused(too_slow(self.seconds)) from None
            if message["type"] == "http.request":
                taken += len(message.get("body", b""))
                if taken > limit:
                    raise _Refused(too_large(limit))
                if not message.get("more_body", False):
                    # From here on `receive` only waits for the client to hang up, which may take its time.
                    deadline = loop.time() + 86_400
                    count_from_now()
            return message

        return bounded


class _Refused(Exception):
    """Carries a refusal from `receive` through the application out to `BodyLimits`."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


class HeadAsGet:
    """Answers HEAD as GET without the body (RFC 9110 §9.3.2), so that no route needs to know of it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, a HEAD as the GET whose headers it asks for."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        # The server looks at its own scope to see that no body is to come.
        asked = {**scope, "method": "GET"}
        try:
            await self.app(asked, receive, send_without_body)
        finally:
            scope["route"] = asked.get("route")


class ResponseWatch:
    """Counts every answer exactly once and adds the security headers, for all that the fast path leaves."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, language: str) -> None:
        self.app = app
        self.metrics = metrics
        self.language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and record the status of the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 0

        async def send_recorded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *_missing_security_headers(message["headers"])]
            await send(message)

        try:
            await self.app(scope, receive, send_recorded)
        except Exception as error:
            problem = unexpected_error(error, route_of(scope))
            # The head has left already: a second answer would corrupt the connection.
            if status:
                return
            language = Request(scope).headers.get("accept-language")
            await ProblemResponse(problem, language, self.language)(scope, receive, send_recorded)
        finally:
            self.metrics.answered(scope["method"], route_of(scope), status)


def _missing_security_headers(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    present = {name for name, _ in headers}
    return [pair for pair in SECURITY_HEADERS if pair[0] not in present]


def route_of(scope: Scope) -> str:
    """The route's template, never the path itself: a path may hold codes, and would make endless metric labels."""
    route = scope.get("route")
    return getattr(route, "path", "unknown")
