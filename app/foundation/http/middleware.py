"""Pure ASGI middleware (a BaseHTTPMiddleware would cost 70 % of the throughput).

`BodyLimits` bounds how large a body may be and how long it may take; `HeadAsGet` answers HEAD wherever there is
GET; `ResponseWatch` counts answers, gives every one the security headers, and turns an exception that escaped into
a 500 without its text; `UnderPath` lets the service live under a path of a host.
"""

from collections.abc import Collection, Mapping

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.foundation.http.body import BodyRefused, read_body
from app.foundation.http.problem_responses import SECURITY_HEADERS, ProblemResponse, unexpected_error
from app.foundation.problems import Problem
from app.foundation.telemetry import Metrics

BROKEN = 500


class BodyLimits:
    """Reads the bodies of all routes but those of the fast path, by the same function as that one: 413 and 408."""

    def __init__(self, app: ASGIApp, *, limit: int, seconds: float, longer: Mapping[str, int] | None = None) -> None:
        self.app = app
        self.limit = limit
        self.seconds = seconds
        # Paths whose bodies may be longer, and folders (`/integrity/`) in which all may be.
        self.longer = longer or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with a `receive` that gives the whole body at once, if anybody wants it."""
        await self.app(scope, self._bounded(scope, receive) if scope["type"] == "http" else receive, send)

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        path: str = scope["path"]
        folder = path[: path.rfind("/") + 1]
        read, limit = False, self.longer.get(path, self.longer.get(folder, self.limit))

        async def bounded() -> Message:
            nonlocal read
            if read:
                # Whoever asks again waits for the client to hang up, which may take its time.
                return await receive()
            try:
                body = await read_body(scope, receive, limit=limit, seconds=self.seconds)
            except Problem as problem:
                raise BodyRefused(problem) from None
            read = True
            return {"type": "http.request", "body": body, "more_body": False}

        return bounded


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

    def __init__(
        self, app: ASGIApp, *, metrics: Metrics, language: str, uncounted: Collection[str] = frozenset()
    ) -> None:
        self.app = app
        self.metrics = metrics
        self.language = language
        # Routes whose answers would tell, counted as they come, when somebody was there; their failures are counted.
        self.uncounted = uncounted

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
                message["headers"] = [*message["headers"], *missing_security_headers(message["headers"])]
            await send(message)

        try:
            if "\0" in scope["path"]:
                # No code, id or file has one, and neither file system nor database bears the question.
                await self._answer(Problem("not-found"), scope, receive, send_recorded)
                return
            await self.app(scope, receive, send_recorded)
        except Exception as error:
            problem = unexpected_error(error, route_of(scope))
            # The head has left already: a second answer would corrupt the connection.
            if status:
                return
            await self._answer(problem, scope, receive, send_recorded)
        finally:
            route = route_of(scope)
            if route not in self.uncounted or status >= BROKEN:
                self.metrics.answered(scope["method"], route, status)

    async def _answer(self, problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
        language = Request(scope).headers.get("accept-language")
        await ProblemResponse(problem, language, self.language)(scope, receive, send)


class UnderPath:
    """Takes the path under which the service is reached (`/cermin`) off, where the proxy has left it on.

    What stands behind never meets it; pages put it before the addresses they lead to.
    """

    def __init__(self, app: ASGIApp, path: str) -> None:
        self.app = app
        self.path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the rest of the path."""
        if scope["type"] == "http" and f"{scope['path']}/".startswith(f"{self.path}/"):
            rest = scope["path"].removeprefix(self.path) or "/"
            scope = {**scope, "path": rest, "raw_path": rest.encode()}
        await self.app(scope, receive, send)


def missing_security_headers(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Those of the security headers that an answer does not set otherwise itself."""
    present = {name for name, _ in headers}
    return [pair for pair in SECURITY_HEADERS if pair[0] not in present]


def route_of(scope: Scope) -> str:
    """The route's template, never the path itself: a path may hold codes, and would make endless metric labels."""
    route = scope.get("route")
    return getattr(route, "path", "unknown")
