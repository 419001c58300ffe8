"""An answer leaves in one piece, in order, and nothing of it is kept back."""

import asyncio
from typing import Any

from app.foundation.http.single_write import JoiningTransport


class Transport:
    """Notes what reaches the socket."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def close(self) -> None:
        self.sent.append("closed")

    def abort(self) -> None:
        self.sent.append("closed")

    def set_protocol(self, protocol: object) -> None:
        self.sent.append(protocol)

    def is_closing(self) -> bool:
        return "closed" in self.sent

    def get_extra_info(self, name: str) -> str:
        return f"the transport's {name}"


def run(*steps: Any) -> list[Any]:
    """What was sent after the steps, each a function of the joining transport or a turn of the loop (None)."""

    async def main() -> list[Any]:
        transport = Transport()
        joining = JoiningTransport(transport, asyncio.get_running_loop())  # type: ignore[arg-type]  # it notes, no more
        for step in steps:
            if step is None:
                await asyncio.sleep(0)
            else:
                step(joining)
        return transport.sent

    return asyncio.run(main())


def write(data: bytes) -> Any:
    return lambda joining: joining.write(data)


def test_head_and_body_leave_together() -> None:
    assert run(write(b"head "), write(b"body"), None) == [b"head body"]


def test_what_is_written_after_the_loop_came_round_leaves_apart() -> None:
    assert run(write(b"one"), None, write(b"two"), None) == [b"one", b"two"]


def test_nothing_is_lost_when_the_connection_closes_at_once() -> None:
    assert run(write(b"last"), lambda joining: joining.close(), None) == [b"last", "closed"]


def test_another_protocol_finds_an_empty_transport() -> None:
    assert run(write(b"first"), lambda joining: joining.set_protocol("next"), None) == [b"first", "next"]


def test_the_rest_is_the_transports_own() -> None:
    asked: list[str] = []
    sent = run(
        lambda joining: asked.append(joining.get_extra_info("peer")),
        lambda joining: joining.close(),
        lambda joining: asked.append(str(joining.is_closing())),
    )
    assert (asked, sent) == (["the transport's peer", "True"], ["closed"])


def test_nothing_is_written_to_a_connection_that_was_aborted_meanwhile() -> None:
    assert run(write(b"late"), lambda joining: joining.abort(), None) == ["closed"]
