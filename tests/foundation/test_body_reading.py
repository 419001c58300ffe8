"""How a body is read: at once where it is there with the head, else bounded in seconds and bytes."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope

from app.foundation.http.body import read_body
from app.foundation.problems import Problem

SCOPE: Scope = {"type": "http", "headers": []}


def piece(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def sender(*messages: Message, pause: float | None = None) -> Receive:
    """Gives these messages, each after a pause (None: at once); then it waits for good."""
    left = list(messages)

    async def receive() -> Message:
        if pause is not None:
            await asyncio.sleep(pause)
        if not left:
            await asyncio.sleep(60)
        return left.pop(0)

    return receive


def read(receive: Receive, *, limit: int = 10, seconds: float = 5.0) -> bytes | str:
    """The body, or the code of the refusal."""
    try:
        return asyncio.run(read_body(SCOPE, receive, limit=limit, seconds=seconds))
    except Problem as problem:
        return problem.code


def test_a_body_that_is_there_is_read_without_a_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> bytes:
        def unwanted(*_: object) -> None:
            raise AssertionError("a timer was set")

        monkeypatch.setattr(asyncio.get_running_loop(), "call_later", unwanted)
        return await read_body(SCOPE, sender(piece(b"whole")), limit=10, seconds=5)

    assert asyncio.run(main()) == b"whole"


@pytest.mark.parametrize("pause", [None, 0.0, 0.01])
def test_pieces_are_joined_whether_they_are_there_or_come_later(pause: float | None) -> None:
    pieces = (piece(b"a", more=True), piece(b"b", more=True), piece(b"", more=True), piece(b"c"))
    assert read(sender(*pieces, pause=pause)) == b"abc"
    assert read(sender(piece(b"late"), pause=pause)) == b"late"


@pytest.mark.parametrize("pause", [None, 0.0])
def test_what_is_too_long_is_refused_and_no_further_piece_is_asked_for(pause: float | None) -> None:
    assert read(sender(piece(b"x" * 11), pause=pause)) == "body-too-large"
    assert read(sender(piece(b"x" * 11, more=True), pause=pause)) == "body-too-large"
    assert read(sender(piece(b"x" * 6, more=True), piece(b"x" * 6, more=True), pause=pause)) == "body-too-large"


@pytest.mark.parametrize("first", [(), (piece(b"a", more=True),)], ids=["nothing", "a piece"])
def test_a_sender_that_stops_is_refused_in_time(first: tuple[Message, ...]) -> None:
    assert read(sender(*first), seconds=0.02) == "body-too-slow"
    assert read(sender(*first, pause=0.0), seconds=0.02) == "body-too-slow"


@pytest.mark.parametrize("first", [(), (piece(b"a", more=True),)], ids=["nothing", "a piece"])
def test_somebody_elses_cancellation_goes_on_upwards(first: tuple[Message, ...]) -> None:
    async def main() -> None:
        reading = asyncio.create_task(_coroutine(read_body, sender(*first, pause=0.0)))
        await asyncio.sleep(0.01)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading

    asyncio.run(main())


def test_what_receiving_raises_is_raised_at_once_and_later() -> None:
    async def gone() -> Message:
        raise ConnectionResetError

    async def gone_later() -> Message:
        await asyncio.sleep(0)
        raise ConnectionResetError

    for receive in (gone, gone_later):
        with pytest.raises(ConnectionResetError):
            read(receive)


def test_whoever_receives_may_catch_a_cancellation() -> None:
    """As a middleware may; the timer's cancellation reaches it and nothing is lost."""
    noticed: list[str] = []

    async def receive() -> Message:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            noticed.append("cancelled")
            raise
        return piece(b"")

    assert read(receive, seconds=0.02) == "body-too-slow"
    assert noticed == ["cancelled"]


async def _coroutine(work: Callable[..., Coroutine[Any, Any, bytes]], receive: Receive) -> bytes:
    return await work(SCOPE, receive, limit=10, seconds=5)
