"""Pure ASGI middleware (a BaseHTTPMiddleware would cost 70 % of the throughput).

`Limits` bounds how large a body may be and how long it may take; `Watch` counts answers, gives every
one the security headers, and turns whatever escaped into a 500 that tells nothing.
"""

import asyncio
from collections.abc import Mapping

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.foundation.answers import ProblemResponse
from app.foundation.problems import Problem
from app.foundation.telemetry import Metrics

log = structlog.get_logger("cermin.http")

SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cache-control", b"no-store"),
)


class Limits:
    """Refuses a body over its limit (413) or slower than the deadline (408), whoever sends it."""

    def __init__(
        self, app: ASGIApp, *, default: int, of_path: Mapping[str, int], seconds: float, language: str
    ) -> None:
        self.app = app
        self.default = default
        self.of_path = of_path
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
        limit = self.of_path.get(scope["path"], self.default)
        taken = 0
        deadline: float | None = None

        async def bounded() -> Message:
            nonlocal taken, deadline
            loop = asyncio.get_running_loop()
            if deadline is None:
                deadline = loop.time() + self.seconds
                if _declared(scope) > limit:
                    raise _too_large(limit)
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise _Refused(Problem("body-too-slow", headers=CLOSE, seconds=self.seconds)) from None
            if message["type"] == "http.request":
                taken += len(message.get("body", b""))
                if taken > limit:
                    raise _too_large(limit)
                if not message.get("more_body", False):
                    # From here on `receive` only waits for the client to hang up, which may take its time.
                    deadline = loop.time() + 86_400
            return message

        return bounded


CLOSE = {"Connection": "close"}


class _Refused(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def _too_large(limit: int) -> "_Refused":
    return _Refused(Problem("body-too-large", headers=CLOSE, limit=limit))


def _declared(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value)
    return 0


class Watch:
    """The outermost layer: every request ends in exactly one counted answer."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, language: str) -> None:
        self.app = app
        self.metrics = metrics
        self.language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, noting the status of the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *_missing(message["headers"])]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception as error:
            # The exception's text may hold a citizen's words; its type and place do not.
            log.error("request.failed", route=route_of(scope), error=type(error).__name__, where=_place(error))
            if status:
                return
            language = Request(scope).headers.get("accept-language")
            await ProblemResponse(Problem("internal-error"), language, self.language)(scope, receive, noting)
        finally:
            self.metrics.answered(scope["method"], route_of(scope), status)


def _missing(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    present = {name for name, _ in headers}
    return [pair for pair in SECURITY_HEADERS if pair[0] not in present]


def route_of(scope: Scope) -> str:
    """The route's template, never the path itself: paths are the sender's words."""
    route = scope.get("route")
    return getattr(route, "path", "unknown")


def _place(error: BaseException) -> str:
    """The innermost function and line, e.g. `write_group:57`."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}"
