"""Posts to an address once: its name is looked up once and checked, and only what was checked is called."""

import asyncio
import ssl
from collections.abc import Collection
from socket import gaierror
from typing import TYPE_CHECKING, NamedTuple

from app.foundation.outgoing.looking_up import LookUp, system_look_up
from app.foundation.outgoing.rules.addresses import Target, may_be_called, read_address

if TYPE_CHECKING:
    import httpx

# In all, from the look-up to the answer: whoever trickles bytes gets no more than whoever is silent.
SECONDS = 8.0
USER_AGENT = "Cermin"
REFUSED, TOO_LONG = "address-refused", "too-long"


class Answer(NamedTuple):
    """What became of a post as a code (`http-204`, `timeout`, `no-connection`, `address-refused` …), and the body."""

    outcome: str
    body: bytes = b""


class OutgoingPost:
    """Posts to addresses of the internet, and to the private hosts that are allowed by name."""

    def __init__(
        self, hosts: Collection[str], look_up: LookUp = system_look_up, *, trusted: ssl.SSLContext | None = None
    ) -> None:
        self._hosts = hosts
        self._look_up = look_up
        self._trusted = trusted

    async def post(self, address: str, headers: dict[str, str], body: bytes, *, most: int = 0) -> Answer:
        """Post once. Of the answer's body at most so many bytes are taken, and without any nothing is read of it."""
        # Here, because most processes post nothing.
        import httpx

        target = read_address(address, self._hosts)
        if target is None:
            return Answer(REFUSED)
        try:
            async with asyncio.timeout(SECONDS):
                return await self._posted(target, headers, body, most)
        except (TimeoutError, httpx.TimeoutException):
            return Answer("timeout")
        except gaierror:
            return Answer("name-unknown")
        except (httpx.HTTPError, OSError, ValueError):
            # Their texts may hold the address, which may let whoever knows it in somewhere.
            return Answer("no-connection")

    async def _posted(self, target: Target, headers: dict[str, str], body: bytes, most: int) -> Answer:
        import httpx

        found = await self._look_up(target.host, target.port)
        by_name = target.host in self._hosts
        # One that leads inwards beside one that does not is no accident.
        if not found or not all(may_be_called(each, by_name=by_name) for each in found):
            return Answer(REFUSED)
        host = f"[{found[0]}]" if ":" in found[0] else found[0]
        # Called by number, so that nobody looks the name up a second time; the certificate is that of the name.
        url = f"{target.scheme}://{host}:{target.port}{target.path}"
        sent = {"host": target.authority, "user-agent": USER_AGENT, **headers}
        if self._trusted is None:
            # Only now: reading all authorities takes a while.
            self._trusted = ssl.create_default_context()
        async with (
            # No proxy and no certificates of the environment, which nobody checks here; nothing is kept open.
            httpx.AsyncClient(verify=self._trusted, trust_env=False, follow_redirects=False, timeout=SECONDS) as client,
            client.stream("POST", url, content=body, headers=sent, extensions={"sni_hostname": target.host}) as answer,
        ):
            outcome = f"http-{answer.status_code}"
            return await _read(answer, outcome, most) if most else Answer(outcome)


async def _read(answer: "httpx.Response", outcome: str, most: int) -> Answer:
    """The body, unless it is too long: it may be endless."""
    found = b""
    # As it came: whoever compresses could make much of little.
    async for piece in answer.aiter_raw():
        found += piece
        if len(found) > most:
            return Answer(TOO_LONG)
    return Answer(outcome, found)


def is_taken(outcome: str) -> bool:
    """Whether the receiver has taken what was posted: with any 2xx and with nothing else; a redirect is none."""
    return outcome.startswith("http-2")
