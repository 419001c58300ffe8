"""A real provider in another process, and somebody who signs in there."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.house import CANARY_NAME, CANARY_NIP
from tests.people.oidc.fake_provider import CLIENT

Claims = Mapping[str, object]
CLIENT_SECRET = "rahasia klien yang panjang"
SITI = {"sub": "siti", "name": CANARY_NAME, "nip": CANARY_NIP, "resource_access": {"cermin": {"roles": ["user"]}}}


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def mock_provider(*users: Claims) -> Iterator[str]:
    """The issuer of oidc-provider-mock with these users, each with a `sub`."""
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    for user in users:
        command += ["--user-claims", json.dumps(user)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    issuer = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                httpx.get(f"{issuer}/.well-known/openid-configuration", timeout=1)
                break
            except httpx.TransportError:
                assert process.poll() is None, "the provider did not start"
                time.sleep(0.05)
        yield issuer
    finally:
        process.terminate()
        process.wait(10)


def sign_in_there(address: str, sub: str, **sent: str) -> str:
    """What the provider adds to our callback's address once somebody signed in, or refused."""
    response = httpx.post(address, data={"sub": sub, **sent}, follow_redirects=False)
    assert response.status_code == 302, response.text
    return response.headers["location"]


def asked(address: str) -> dict[str, str]:
    """What an address asks of the provider."""
    return {name: value for name, [value] in parse_qs(urlsplit(address).query).items()}


def configured(issuer: str, **more: Any) -> dict[str, Any]:
    """The settings of this provider."""
    return {
        "public_url": "http://localhost",
        "oidc_issuer": issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_agency": "kota",
        "oidc_name": "Keycloak",
    } | more
