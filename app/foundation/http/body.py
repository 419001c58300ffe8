"""Reads request bodies, bounded in bytes and in seconds, and refuses those that are not JSON."""

import asyncio
from collections.abc import Awaitable, Generator
from types import coroutine
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive, Scope

from app.foundation.http.request_head import head_of
from app.foundation.problems import Problem
from app.foundation.storage.time_budget import count_from_now

CLOSE = {"Connection": "close"}


class BodyRefused(HTTPException):
    """Carries the problem of a body out of the framework, which answers any other exception while reading with 400."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.status)
        self.problem = problem


def too_large(limit: int) -> Problem:
    """413; the connection is closed, because the rest of the body is never read."""
    return Problem("body-too-large", headers=CLOSE, limit=limit)


def too_slow(seconds: float) -> Problem:
    """408; uvicorn has no timeout of its own for reading a request."""
    return Problem("body-too-slow", headers=CLOSE, seconds=seconds)


async def json_body(request: Request) -> None:
    """Refuse what is not declared as JSON in UTF-8, uncompressed, where the route takes a body (415)."""
    refuse_other_than_json(request.scope)


def refuse_other_than_json(scope: Scope) -> None:
    """The same, for whoever need not wait for it."""
    if getattr(scope["route"], "body_field", None) is not None and not head_of(scope).is_json:
        raise Problem("unsupported-media-type")


async def read_body(scope: Scope, receive: Receive, *, limit: int, seconds: float) -> bytes:
    """The whole body, nearly always one message; raises the two problems above."""
    # Refused before a byte is read; a body sent in chunks declares nothing and is counted as it comes.
    if head_of(scope).length > limit:
        raise too_large(limit)
    # A body of one packet is nearly always here with the head: then there is nothing to wait for, and no timer.
    awaited = receive().__await__()
    try:
        pending = awaited.send(None)
    except StopIteration as arrived:
        body = _body_of(arrived.value)
        if body is None:
            body = await _in_time(_read_pieces(arrived.value, receive, limit), seconds)
    else:
        body = await _in_time(_read_from(_resumed(awaited, pending), receive, limit), seconds)
    if len(body) > limit:
        raise too_large(limit)
    # However slowly the body came: the database has its time from here.
    count_from_now()
    return body


def _body_of(message: Message) -> bytes | None:
    """The body, if this message holds the whole of it."""
    return None if message.get("more_body", False) else message.get("body", b"")


async def _in_time(reading: Awaitable[bytes], seconds: float) -> bytes:
    """What is read, unless it takes longer (408)."""
    # A plain timer costs a fifth of `asyncio.timeout`.
    timer = _Timer(seconds)
    try:
        return await reading
    except asyncio.CancelledError:
        # Only a cancellation by the timer alone is a slow body: at shutdown somebody else cancels the task as well, and
        # that must go on upwards.
        if timer.fired and timer.task.uncancel() == 0:
            raise too_slow(seconds) from None
        raise
    finally:
        timer.handle.cancel()


async def _read_from(first: Awaitable[Message], receive: Receive, limit: int) -> bytes:
    """A body of which nothing has come yet."""
    return await _read_pieces(await first, receive, limit)


async def _read_pieces(message: Message, receive: Receive, limit: int) -> bytes:
    """A body that comes in pieces, read no further than the piece that exceeds the limit."""
    pieces = [message.get("body", b"")]
    taken = len(pieces[0])
    while message.get("more_body", False) and taken <= limit:
        message = await receive()
        pieces.append(message.get("body", b""))
        taken += len(pieces[-1])
    return b"".join(pieces)


@coroutine
def _resumed(awaited: Generator[Any, Any, Message], pending: Any) -> Generator[Any, Any, Message]:
    """What is left of an awaitable that was begun by hand and waits for `pending`."""
    try:
        while True:
            try:
                answer = yield pending
            except BaseException as error:
                pending = awaited.throw(error)
            else:
                pending = awaited.send(answer)
    except StopIteration as end:
        message: Message = end.value
        return message


class _Timer:
    """Cancels the running task after some seconds, and says whether it did."""

    __slots__ = ("fired", "handle", "task")

    def __init__(self, seconds: float) -> None:
        task = asyncio.current_task()
        assert task is not None, "a body is read inside a task"
        self.task = task
        self.fired = False
        self.handle = asyncio.get_running_loop().call_later(seconds, self._fire)

    def _fire(self) -> None:
        self.fired = True
        self.task.cancel()
