"""A provider that says whatever a test wants, over real HTTP: shaped like Keycloak, like Okta, or lying."""

import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from time import sleep
from typing import Any
from urllib.parse import parse_qs

from joserfc.jwk import ECKey, KeySet
from joserfc.jwt import encode

from app.foundation.clock import Clock
from app.people.oidc.rules.logout import EVENT

CLIENT, SECRET = "cermin", "rahasia klien"
OLD, NEW = (ECKey.generate_key("P-256", {"kid": kid, "use": "sig"}) for kid in ("old", "new"))


@dataclass
class Answer:
    """An answer instead of the right one; `silent` until the test is over, `drip` a byte at a time."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    silent: bool = False
    drip: bool = False


@dataclass
class FakeProvider:
    """What it will say. `instead` are answers by path; `asked` are the forms and headers that came."""

    issuer: str
    clock: Clock
    sub: str = "u-1"
    nonce: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    access: dict[str, Any] | str | None = None
    userinfo: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    instead: dict[str, Answer] = field(default_factory=dict)
    key: ECKey = field(default_factory=lambda: OLD)
    shown: tuple[ECKey, ...] = (OLD,)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    over: Event = field(default_factory=Event)

    def signed(self, claims: dict[str, Any], key: ECKey | None = None, **header: Any) -> str:
        """A token of these claims; those that are None are left out."""
        chosen = key or self.key
        whole = {name: value for name, value in claims.items() if value is not None}
        return encode({"alg": "ES256", "kid": chosen.kid, **header}, whole, chosen)

    def times(self) -> dict[str, Any]:
        """When tokens are made and expire."""
        now = int(self.clock().timestamp())
        return {"iat": now, "exp": now + 300}

    def id_token(self) -> str:
        """The ID token for the attempt."""
        base = {"iss": self.issuer, "aud": CLIENT, "sub": self.sub, "nonce": self.nonce}
        return self.signed(base | self.times() | self.claims)

    def logout_token(self, **changed: Any) -> str:
        """A logout token, right unless changed; a claim of None is left out."""
        base = {"iss": self.issuer, "aud": CLIENT, "jti": "j-1", "events": {EVENT: {}}} | self.times()
        return self.signed(base | changed, typ="logout+jwt")

    def answer(self, path: str) -> dict[str, Any]:
        """The right answer at a path."""
        if path == "/.well-known/openid-configuration":
            paths = {
                "authorization_endpoint": "auth",
                "token_endpoint": "token",
                "userinfo_endpoint": "userinfo",
                "jwks_uri": "certs",
                "end_session_endpoint": "logout",
            }
            whole = {"issuer": self.issuer, **{k: f"{self.issuer}/{v}" for k, v in paths.items()}, **self.metadata}
            return {name: value for name, value in whole.items() if value is not None}
        if path == "/certs":
            return dict(KeySet(list(self.shown)).as_dict())
        if path == "/userinfo":
            return {"sub": self.sub, **self.userinfo}
        access = self.access
        if isinstance(access, dict):
            access = self.signed({"iss": self.issuer, "azp": CLIENT, "aud": "account"} | self.times() | access)
        return {"id_token": self.id_token(), "access_token": access or "opaque", "token_type": "Bearer"}


@contextmanager
def fake_provider(clock: Clock) -> Iterator[FakeProvider]:
    """The provider on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._respond({})

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["content-length"])).decode()
            self._respond({name: value for name, [value] in parse_qs(sent).items()})

        def _respond(self, form: dict[str, str]) -> None:
            authorization = self.headers.get("authorization", "")
            if authorization.startswith("Basic "):
                form["basic"] = b64decode(authorization.removeprefix("Basic ")).decode()
            provider.asked.append((self.path, form))
            found = provider.instead.get(self.path) or Answer(body=json.dumps(provider.answer(self.path)).encode())
            if found.silent:
                provider.over.wait(20)
                return
            self.send_response(found.status)
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.send_header("content-type", "application/json")
            self.end_headers()
            for start in range(0, len(found.body), 1 if found.drip else 65_536):
                if provider.over.is_set():
                    return
                self.wfile.write(found.body[start : start + (1 if found.drip else 65_536)])
                sleep(0.02 if found.drip else 0)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider = FakeProvider(f"http://127.0.0.1:{server.server_port}", clock)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield provider
    finally:
        provider.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
