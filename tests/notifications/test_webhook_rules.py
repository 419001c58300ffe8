"""Signatures by the specification's vectors and an outside judge, delays, whose matter an event is, and bodies."""

import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from app.notifications.rules.bodies import RESOURCES, webhook_body
from app.notifications.rules.concerns import concerns, is_asked_for
from app.notifications.rules.retries import DELAYS, next_delay
from app.notifications.rules.signatures import new_secret, public_key, signature
from app.outbox.rules.kinds import ABOUT, EventKind

MESSAGE, SECOND, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}'
PARENTS = {"setda": None, "dukcapil": "setda", "upt-makassar": "setda", "upt-jayapura": "upt-makassar"}


@pytest.mark.parametrize(
    ("secret", "expected"),
    [
        # Of the libraries that the specification's own repository holds (Go, JavaScript, Python …).
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        (
            "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=",
            "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==",
        ),
    ],
)
def test_the_specifications_vectors(secret: str, expected: str) -> None:
    assert signature(secret, MESSAGE, SECOND, BODY) == expected


@given(st.text(max_size=200))
def test_receivers_own_library_takes_what_is_signed_and_nothing_changed(text: str) -> None:
    secret, body, now = new_secret("v1"), json.dumps({"type": text}).encode(), int(datetime.now(UTC).timestamp())
    headers = {"webhook-id": "x", "webhook-timestamp": str(now), "webhook-signature": signature(secret, "x", now, body)}
    assert Webhook(secret).verify(body, headers) == {"type": text}
    for changed in ({"webhook-id": "y"}, {"webhook-timestamp": str(now + 1)}):
        with pytest.raises(Exception, match="No matching signature"):
            Webhook(secret).verify(body, headers | changed)
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(new_secret("v1")).verify(body, headers)


def test_a_key_pair_is_checked_by_its_public_half() -> None:
    secret = new_secret("v1a")
    public = public_key(secret)
    assert secret.startswith("whsk_")
    assert public is not None
    assert public.startswith("whpk_")
    signed = signature(secret, "x", 7, b"{}").removeprefix("v1a,")
    Ed25519PublicKey.from_public_bytes(b64decode(public[5:])).verify(b64decode(signed), b"x.7.{}")
    assert public_key(new_secret("v1")) is None


def test_secrets_are_as_long_as_the_specification_asks_and_never_the_same() -> None:
    made = {new_secret(signing) for signing in ("v1", "v1a") for _ in range(50)}
    assert len(made) == 100
    assert all(24 <= len(b64decode(each.partition("_")[2])) <= 64 for each in made)


def test_delays_grow_from_five_seconds_to_a_day_over_three_days() -> None:
    assert (next_delay(1), next_delay(len(DELAYS))) == (timedelta(seconds=5), timedelta(days=1))
    assert list(DELAYS) == sorted(DELAYS)
    assert timedelta(hours=70) < sum(DELAYS, timedelta()) < timedelta(hours=73)
    assert next_delay(len(DELAYS) + 1) is None


@pytest.mark.parametrize(
    ("kind", "office", "root", "expected"),
    [
        (EventKind.finding, "dukcapil", None, True),
        (EventKind.finding, "dukcapil", "dukcapil", True),
        (EventKind.finding, "dukcapil", "setda", True),
        (EventKind.finding, "dukcapil", "upt-makassar", False),
        (EventKind.finding, "setda", "dukcapil", False),
        # Of the agency as a whole only those know who have the whole.
        (EventKind.overdue, None, "setda", False),
        (EventKind.overdue, None, None, True),
        # A period that is closed above is also that of the offices below, and of nobody beside.
        (EventKind.final, None, "dukcapil", True),
        (EventKind.final, "upt-makassar", "upt-jayapura", True),
        (EventKind.drafted, "upt-jayapura", "upt-makassar", True),
        (EventKind.ending, "upt-makassar", "dukcapil", False),
    ],
)
def test_whose_matter_it_is(kind: EventKind, office: str | None, root: str | None, expected: bool) -> None:
    assert concerns(PARENTS, kind, office, root) is expected


def test_without_kinds_all_are_asked_for() -> None:
    assert is_asked_for([], EventKind.final)
    assert is_asked_for(["period.final"], EventKind.final)
    assert not is_asked_for(["period.final"], EventKind.drafted)


@pytest.mark.parametrize("kind", list(EventKind))
def test_a_body_says_what_happened_and_where_to_read_it(kind: EventKind) -> None:
    about = dict.fromkeys(ABOUT[kind], "x")
    at = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
    body = json.loads(webhook_body(kind, at, "kota", "dukcapil", about, "https://cermin.example.go.id"))
    assert (body["type"], body["timestamp"]) == (kind, "2026-11-18T03:00:00Z")
    assert body.keys() == {"type", "timestamp", "data"}
    assert body["data"].keys() == {"agency", "office", "url", *about}
    assert body["data"]["url"].startswith("https://cermin.example.go.id/v1/")
    assert "{" not in body["data"]["url"]
    assert set(RESOURCES) == set(EventKind)
    path = json.loads(webhook_body(kind, at, "kota", None, about, ""))["data"]["url"]
    assert path.startswith("/v1/")
    assert "office=" not in path
