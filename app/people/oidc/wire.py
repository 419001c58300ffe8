"""Asks the provider over HTTP: within a time, up to a size, without following redirects."""

import json
from collections.abc import Mapping
from functools import cache
from ssl import SSLContext

import httpx
from anyio import fail_after

from app.foundation.problems import busy
from app.people.oidc.faults import ProviderFault

SECONDS, BYTES = 10.0, 256 * 1_024
# A provider that is silent keeps so many of our requests waiting and no more.
AT_ONCE = 16
# Compressed, a small answer could be a huge one.
HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Cermin"}
Document = Mapping[str, object]


@cache
def _certificates() -> SSLContext:
    # SSL_CERT_FILE names an agency's own authority.
    return httpx.create_ssl_context()


class Wire:
    """Requests to the provider."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._running = 0

    async def ask(
        self, method: str, address: str, headers: Mapping[str, str] | None = None, body: str | None = None
    ) -> tuple[int, Document]:
        """The status and the JSON object of an answer. Raises `ProviderFault`, and `busy` where too many wait."""
        if self._running >= AT_ONCE:
            raise busy()
        self._running += 1
        try:
            # In all, however slowly it drips.
            with fail_after(self._seconds):
                status, answer = await self._read(method, address, {**HEADERS, **(headers or {})}, body)
        except TimeoutError:
            raise ProviderFault(f"no answer within {self._seconds:g} seconds") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise ProviderFault(f"cannot be reached ({type(error).__name__})") from None
        finally:
            self._running -= 1
        return status, _object(answer)

    async def _read(self, method: str, address: str, headers: Mapping[str, str], body: str | None) -> tuple[int, bytes]:
        async with (
            # Neither proxies nor passwords from the environment.
            httpx.AsyncClient(
                verify=_certificates(), trust_env=False, follow_redirects=False, timeout=self._seconds
            ) as client,
            client.stream(method, address, headers=dict(headers), content=body) as response,
        ):
            if response.is_redirect:
                raise ProviderFault("answers with a redirect, which is not followed")
            if response.headers.get("content-encoding", "identity") != "identity":
                raise ProviderFault("sends a compressed answer that was not asked for")
            answer = b""
            async for piece in response.aiter_raw():
                answer += piece
                if len(answer) > BYTES:
                    raise ProviderFault(f"sends more than {BYTES} bytes")
            return response.status_code, answer


def _object(answer: bytes) -> Document:
    try:
        document = json.loads(answer)
    except (ValueError, RecursionError):
        raise ProviderFault("sends no JSON") from None
    if not isinstance(document, dict):
        raise ProviderFault("sends no JSON object")
    return document
