"""A provider that is silent, huge, slow or lying: bounded in time and size, believed in nothing that is not signed."""

import json
from asyncio import gather, run
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from re import search
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey
from joserfc.jwt import encode

from app.foundation.problems import Problem
from app.people.oidc.faults import ProviderFault
from app.people.oidc.kept import FAILS, LASTS, RENEWS
from app.people.oidc.provider import Provider, Seen
from app.people.oidc.rules.attempts import Attempt, Purpose, new_attempt
from app.people.oidc.wire import AT_ONCE, BYTES, Wire
from tests.house import TurnableClock
from tests.people.oidc.fake_provider import CLIENT, NEW, OLD, SECRET, Answer, FakeProvider, fake_provider
from tests.people.oidc.through import config

ELSEWHERE = "https://evil.example/x"


@dataclass
class Asking:
    """Our side of the provider, and one attempt."""

    provider: FakeProvider
    clock: TurnableClock
    ours: Provider
    attempt: Attempt

    def seen(self, code: str = "c", **options: Any) -> Seen:
        """What the provider says of who came back."""
        self.provider.nonce = self.provider.nonce or self.attempt.nonce
        return run(self.ours.seen(self.attempt, code, **options))

    def anew(self, seconds: float = 5) -> Provider:
        """Our side of it in another process."""
        return Provider(self.ours.config, self.clock, Wire(seconds))

    def refused(self) -> str:
        """Why it is not believed."""
        with pytest.raises(ProviderFault) as fault:
            self.seen()
        return fault.value.reason


@pytest.fixture
def asking() -> Iterator[Asking]:
    """A provider and our side of it."""
    clock = TurnableClock()
    with fake_provider(clock) as provider:
        ours = Provider(config(provider.issuer, role_claim="roles", role="user"), clock, Wire(5))
        yield Asking(provider, clock, ours, new_attempt(Purpose.sign_in, clock().timestamp()))


PATHS = ("/.well-known/openid-configuration", "/certs", "/token", "/userinfo")
BAD = {
    "silent": (Answer(silent=True), "no answer within 1 seconds"),
    "slow": (Answer(body=b"{}" * 100, drip=True), "no answer within 1 seconds"),
    "huge": (Answer(body=b'{"x": "' + b"x" * BYTES + b'"}'), "sends more than 262144 bytes"),
    "led on": (Answer(302, headers={"location": ELSEWHERE}), "redirect, which is not followed"),
    "packed": (Answer(headers={"content-encoding": "gzip"}), "compressed answer"),
    "no JSON": (Answer(body=b"<html>"), "sends no JSON"),
    "deep": (Answer(body=b"[" * 100_000), "sends no JSON"),
    "a list": (Answer(body=b"[]"), "sends no JSON object"),
    "bytes": (Answer(body=b"\xff\xfe"), "sends no JSON"),
    "broken": (Answer(500), "answers 500"),
    "refused": (Answer(400, b'{"error": "invalid_grant"}'), r"answers 400 \(invalid_grant\)"),
    "chatty": (Answer(400, b'{"error": "siti@kota is not known"}'), "answers 400$"),
}


@pytest.mark.parametrize("path", PATHS)
def test_whatever_it_answers_ends_soon_and_in_a_sentence(asking: Asking, path: str) -> None:
    for name, (answer, reason) in BAD.items():
        asking.provider.instead = {path: answer}
        # Each kind of slowness once is enough.
        if name in ("silent", "slow") and path != "/token":
            continue
        asking.ours = asking.anew(1 if name in ("silent", "slow") else 5)
        assert search(reason, asking.refused()), name


def test_many_who_wait_for_a_silent_provider_are_asked_to_come_again(asking: Asking) -> None:
    asking.provider.instead = {"/token": Answer(silent=True)}

    wire = Wire(5)
    asking.ours = Provider(asking.ours.config, asking.clock, wire)

    async def crowd() -> list[BaseException | Seen]:
        await asking.ours.metadata()
        wire._seconds = 0.3
        waiting = (asking.ours.seen(asking.attempt, "c") for _ in range(AT_ONCE + 3))
        return await gather(*waiting, return_exceptions=True)

    told = run(crowd())
    assert sum(isinstance(each, Problem) and each.code == "busy" for each in told) == 3
    assert sum(isinstance(each, ProviderFault) for each in told) == AT_ONCE


def test_where_nobody_listens_the_sentence_names_no_address(asking: Asking) -> None:
    asking.ours = Provider(config("http://127.0.0.1:9"), asking.clock, Wire(5))
    assert asking.refused() == "cannot be reached (ConnectError)"


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": ELSEWHERE},
        {"jwks_uri": "http://169.254.169.254/latest"},
        {"jwks_uri": "file:///etc/passwd"},
        {"userinfo_endpoint": "http://user@127.0.0.1/x"},
        {"authorization_endpoint": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"end_session_endpoint": ELSEWHERE},
    ],
)
def test_its_document_leads_to_no_other_host(asking: Asking, metadata: dict[str, Any]) -> None:
    asking.provider.metadata = metadata
    assert "calls itself otherwise" in (reason := asking.refused()) or "that may be used" in reason
    assert {path for path, _ in asking.provider.asked} == {PATHS[0]}


def test_hosts_that_are_configured_may_be_named(asking: Asking) -> None:
    asking.provider.metadata = {"token_endpoint": ELSEWHERE}
    asking.ours = Provider(
        config(asking.provider.issuer, hosts=asking.ours.config.hosts | {"evil.example"}), asking.clock, Wire(5)
    )
    assert run(asking.ours.metadata()).token == ELSEWHERE


LIES: dict[str, dict[str, Any]] = {
    "issuer": {"iss": "https://evil.example"},
    "audience": {"aud": "other"},
    "a party that is another": {"aud": [CLIENT, "other"], "azp": "other"},
    "two audiences and no party": {"aud": [CLIENT, "other"]},
    "nonce": {"nonce": "other"},
    "no nonce": {"nonce": None},
    "expired": {"exp": 1_000_000_000},
    "no expiry": {"exp": None},
    "from the future": {"iat": 9_000_000_000},
    "not yet": {"nbf": 9_000_000_000},
    "no subject": {"sub": None},
    "a subject that is none": {"sub": "x\n"},
    "a subject of nothing": {"sub": ""},
    "a number": {"sub": 7},
    "too long a subject": {"sub": "x" * 256},
    "a time of words": {"auth_time": "now"},
    "the hash of another token": {"at_hash": "x"},
}


def test_an_id_token_that_is_not_for_this_attempt_is_not_believed(asking: Asking) -> None:
    for name, lie in LIES.items():
        asking.provider.claims = lie
        reason = asking.refused()
        assert "ID token" in reason, name
        # It says which claim, and never what it holds.
        assert "evil" not in reason
    asking.provider.claims = {}
    asking.seen()


def test_only_the_private_keys_of_the_provider_sign(asking: Asking) -> None:
    asking.provider.nonce = asking.attempt.nonce
    right = asking.provider.id_token()
    header, payload, signature = right.split(".")
    claims = json.loads(urlsafe_b64decode(payload + "=="))
    as_bytes = OctKey.import_key(json.dumps(OLD.as_dict(private=False)))
    forged = {
        "another key": asking.provider.signed(claims, NEW, kid=OLD.kid),
        "none": f"eyJhbGciOiJub25lIn0.{payload}.",
        "our secret": encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET * 3)),
        "the public key as a secret": encode({"alg": "HS256", "kid": OLD.kid}, claims, as_bytes),
        "cut": f"{header}.{payload}",
        "changed": f"{header}.{payload[:-4]}AAAA.{signature}",
    }
    for name, token in forged.items():
        asking.provider.instead["/token"] = Answer(body=json.dumps({"id_token": token, "access_token": "a"}).encode())
        assert "token" in asking.refused() or "key" in asking.refused(), name
    access = ("é", "a\r\nx: y", "", None, 7)
    halves: list[dict[str, Any]] = [{}, {"id_token": 7, "access_token": "a"}, {"id_token": "x" * 70_000}]
    for tokens in (*halves, *({"id_token": right, "access_token": each} for each in access)):
        asking.provider.instead["/token"] = Answer(body=json.dumps(tokens).encode())
        assert "_token" in asking.refused()
    del asking.provider.instead["/token"]
    assert asking.seen().claims["sub"] == "u-1"


def test_keys_change_and_are_asked_for_once_a_minute_at_most(asking: Asking) -> None:
    def times() -> int:
        return sum(path == "/certs" for path, _ in asking.provider.asked)

    asking.seen()
    assert times() == 1
    asking.provider.key, asking.provider.shown = NEW, (OLD, NEW)
    # Whoever sends tokens of unknown keys makes nobody ask again and again.
    for _ in range(3):
        assert "a key that it does not show" in asking.refused()
    assert times() == 1
    asking.clock.now = asking.clock.now + timedelta(seconds=RENEWS)
    asking.seen()
    assert times() == 2
    asking.clock.now = asking.clock.now + timedelta(seconds=LASTS)
    asking.seen()
    assert times() == 3


def test_after_a_failure_not_everybody_asks_again(asking: Asking) -> None:
    asking.provider.instead = {PATHS[0]: Answer(500)}
    assert asking.refused() == asking.refused() == "answers 500"
    assert len(asking.provider.asked) == 1
    asking.provider.instead = {}
    asking.clock.now = asking.clock.now + timedelta(seconds=FAILS)
    asking.seen()


def test_keys_that_cannot_be_used_are_left_out(asking: Asking) -> None:
    rsa = RSAKey.generate_key(2048, {"kid": "rsa"}).as_dict(private=False)
    listed: list[Any] = [7, {}, {"kty": "oct", "k": "eA"}, {"kty": "RSA", "n": "!", "e": "AQAB"}, {"kty": "OKP"}]
    listed += [{**rsa, "use": "enc"}]
    asking.provider.instead = {"/certs": Answer(body=json.dumps({"keys": listed}).encode())}
    assert asking.refused() == "has no key for RS, PS or ES signatures"
    asking.ours = asking.anew()
    listed += [OLD.as_dict(private=False), rsa]
    asking.provider.instead = {"/certs": Answer(body=json.dumps({"keys": listed}).encode())}
    asking.seen()
    assert {key.kid for key in run(asking.ours.keys()).keys} == {"old", "rsa"}


def test_userinfo_tells_of_whoever_signed_in_or_is_not_there(asking: Asking) -> None:
    asking.provider.metadata = {"userinfo_endpoint": None}
    assert asking.seen().userinfo is None
    asking.provider.metadata, asking.ours = {}, asking.anew()
    asking.provider.userinfo = {"sub": "u-2", "roles": ["user"]}
    assert asking.refused() == "tells of somebody else than who signed in"


def test_our_secret_goes_the_way_the_provider_wants_it(asking: Asking) -> None:
    asking.seen()
    form = dict(asking.provider.asked)["/token"]
    assert form["basic"] == f"{CLIENT}:{SECRET}"
    assert form["code_verifier"] == asking.attempt.verifier
    assert form["grant_type"] == "authorization_code"
    assert "client_secret" not in form
    asking.provider.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    asking.ours = asking.anew()
    asking.seen()
    form = [form for path, form in asking.provider.asked if path == "/token"][-1]
    assert (form["client_id"], form["client_secret"], "basic" in form) == (CLIENT, SECRET, False)
    asking.ours = Provider(config(asking.provider.issuer, client_secret=None), asking.clock, Wire(5))
    asking.seen()
    form = [form for path, form in asking.provider.asked if path == "/token"][-1]
    assert (form["client_id"], "client_secret" in form, "basic" in form) == (CLIENT, False, False)
    assert isinstance(OLD, ECKey)
