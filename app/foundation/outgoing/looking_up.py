"""Looks up the addresses of a host, so that a resolver that is away keeps nobody from ending."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from socket import SOCK_STREAM, getaddrinfo
from threading import Thread
from typing import Any, TypeAlias

# The addresses of a host at a port.
LookUp: TypeAlias = Callable[[str, int], Awaitable[list[str]]]


async def system_look_up(host: str, port: int) -> list[str]:
    """The addresses that this machine's resolver knows. Raises OSError."""
    # In a thread of its own, for which nobody waits when the service ends: a resolver that is away takes its time.
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str]] = loop.create_future()

    def look() -> None:
        try:
            known = [str(sockaddr[0]) for *_, sockaddr in getaddrinfo(host, port, type=SOCK_STREAM)]
        except (OSError, UnicodeError) as error:
            settle(found.set_exception, error)
        else:
            settle(found.set_result, known)

    def settle(tell: Callable[[Any], None], what: object) -> None:
        # The loop may have ended, or whoever waited given up.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(lambda: None if found.done() else tell(what))

    Thread(target=look, name="look-up", daemon=True).start()
    return await found
