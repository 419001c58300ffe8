"""Passkeys at the door: what opens, and what is refused in words, whatever a device or a browser says."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.access.principals import Role
from app.foundation.problems import Problem
from app.people.faults import PeopleFault
from app.people.passkeys import store as passkey_store
from app.people.passkeys.exchange import COPIED, FAILED, OVER, REFUSED, TROUBLES, Sent
from app.people.passkeys.rules.handles import handle_of
from app.people.steps import Stage
from tests.people.passkeys.at_the_door import ORIGIN, add, passkeys_of, sign_in, there, with_attempt
from tests.people.passkeys.authenticator import PRESENT, Authenticator, packed
from tests.people.passkeys.joining import joined, told
from tests.people.persons import Door, visit
from tests.people.trail import actions


def test_a_passkey_is_both_factors_for_an_administrator(door: Door) -> None:
    device = add(door, joined(door))
    entered = sign_in(door, device)
    assert entered.stage is Stage.open
    who = door.who(there(visit(entered)))
    assert (who.login, who.strong, who.active and who.active.role) == ("ani", True, Role.administrator)
    assert who.is_proven(door.clock())
    [row] = passkeys_of(door).of(who)
    assert (row.name, row.used_at, row.sign_count) == ("laptop", door.clock(), 2)
    assert actions(door, "person.passkey-added") == [{}]
    assert actions(door, "person.signed-in")[-1] == {"by": "passkey"}


def test_a_passkey_that_never_counts_opens_again_and_again(door: Door) -> None:
    device = add(door, joined(door), device=Authenticator(ORIGIN, counts=False))
    for _ in range(3):
        assert sign_in(door, device).stage is Stage.open


LIES: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "https://evil.example"},
    "our name on another port": {"origin": "https://cermin.example:8443"},
    "our name without encryption": {"origin": "http://cermin.example"},
    "another name": {"name": "evil.example"},
    "within another page": {"cross": True},
    "another challenge": {"challenge": packed(b"x" * 32)},
    "the other ceremony": {"kind": "webauthn.create"},
    "nobody was there": {"flags": 0},
    "the person was not verified": {"flags": PRESENT},
    "backed up and not to be": {"flags": 0x15},
    "another signature": {"signature": b"x" * 70},
    "no signature": {"signature": b""},
    "too little data": {"data": b"x" * 36},
    "data that is no CBOR": {"flags": 0xC5},
    "nobody's handle": {"handle": None},
    "a handle too short": {"handle": b"x" * 16},
    "a handle that is no text": {"handle": b"x" * 16 + b"\xff"},
    "a handle of no agency": {"handle": b"x" * 16 + b"tiada"},
    "a handle with a NUL": {"handle": b"x" * 16 + b"kota\0"},
    "a handle of nobody": {"handle": b"x" * 16 + b"kota"},
}


@pytest.mark.long
@pytest.mark.parametrize("lie", LIES)
def test_a_lie_opens_nothing(door: Door, lie: str) -> None:
    device = add(door, joined(door))
    assert told(door, device, **LIES[lie]) == REFUSED
    # The truth still opens.
    assert sign_in(door, device).stage is Stage.open


@pytest.mark.sqlite_daily
@pytest.mark.parametrize(
    "answer",
    ["x", "[]", "{}", "null", '{"id": 1}', "[" * 5_000, "\0", "\ud800",
     '{"id":"a","rawId":"a","type":"x","response":{}}',
     json.dumps({"id": "YQ", "rawId": "YQ", "type": "public-key",
                 "response": {"clientDataJSON": "W10", "authenticatorData": "!", "signature": "é"}})],
)  # fmt: skip
def test_what_is_no_answer_is_refused_in_words(door: Door, answer: str) -> None:
    browser, passkeys = joined(door), passkeys_of(door)
    asked = passkeys.ask_to_sign_in(browser)
    with pytest.raises(PeopleFault, match="not accepted"):
        passkeys.sign_in(with_attempt(browser, asked), Sent(asked.attempt, answer, ""))
    who = door.who(browser)
    asked = passkeys.ask_to_add(browser, who)
    with pytest.raises(PeopleFault, match="not accepted"):
        passkeys.add(with_attempt(browser, asked), who, "laptop", Sent(asked.attempt, answer, ""))


NEW_LIES: dict[str, dict[str, Any]] = {
    **{name: LIES[name] for name in ("another origin", "another name", "another challenge", "nobody was there")},
    "the person was not verified": {"flags": PRESENT},
    "within another page": {"cross": True},
    "no CBOR": {"attestation": b"\xff\xfe"},
    "CBOR without end": {"attestation": b"\x9f" * 3_000},
    "CBOR of another kind": {"attestation": b"\x01"},
    "a key that is none": {"key": b"\xa0"},
    "a key of an unknown kind": {"key": b"\xa2\x01\x09\x03\x26"},
    "an algorithm nobody asked for": {"key": b"\xa2\x01\x02\x03\x38\xff"},
}


@pytest.mark.sqlite_daily
@pytest.mark.parametrize("lie", NEW_LIES)
def test_a_lie_adds_no_passkey(door: Door, lie: str) -> None:
    browser, passkeys = joined(door), passkeys_of(door)
    who = door.who(browser)
    asked = passkeys.ask_to_add(browser, who)
    answer = Authenticator(ORIGIN).make(asked.options, **NEW_LIES[lie])
    with pytest.raises(PeopleFault, match="not accepted"):
        passkeys.add(with_attempt(browser, asked), who, "laptop", Sent(asked.attempt, answer, ""))
    assert passkeys.of(who) == []
    assert actions(door, "person.refused") == [{"step": "passkey"}]


def test_a_challenge_is_answered_once(door: Door) -> None:
    device = add(door, joined(door), device=Authenticator(ORIGIN, counts=False))
    passkeys, browser = passkeys_of(door), there()
    asked = passkeys.ask_to_sign_in(browser)
    at, sent = with_attempt(browser, asked), Sent(asked.attempt, device.use(asked.options), "")
    assert passkeys.sign_in(at, sent).stage is Stage.open
    # With the cookie as it was, in this process and in another one.
    for other in (passkeys, passkeys_of(door)):
        with pytest.raises(PeopleFault) as caught:
            other.sign_in(at, sent)
        assert caught.value.text == OVER


def test_a_challenge_that_was_answered_wrongly_is_over_too(door: Door) -> None:
    device = add(door, joined(door))
    passkeys, browser = passkeys_of(door), there()
    asked = passkeys.ask_to_sign_in(browser)
    at = with_attempt(browser, asked)
    for lies, said in (({"origin": "https://evil.example"}, REFUSED), ({}, OVER)):
        with pytest.raises(PeopleFault) as caught:
            passkeys.sign_in(at, Sent(asked.attempt, device.use(asked.options, **lies), ""))
        assert caught.value.text == said


def test_an_attempt_ends_after_five_minutes_and_in_no_other_browser(door: Door) -> None:
    device = add(door, joined(door))
    passkeys, browser = passkeys_of(door), there()
    asked = passkeys.ask_to_sign_in(browser)
    sent = Sent(asked.attempt, device.use(asked.options), "")
    other = with_attempt(browser, passkeys.ask_to_sign_in(browser))
    forged = replace(browser, cookies={asked.cookie.name: asked.cookie.value[:-4] + "AAAA"})
    for elsewhere in (browser, other, forged):
        with pytest.raises(PeopleFault, match="took too long"):
            passkeys.sign_in(elsewhere, sent)
    door.clock.now += timedelta(minutes=5)
    with pytest.raises(PeopleFault, match="took too long"):
        passkeys.sign_in(with_attempt(browser, asked), sent)


def test_an_attempt_opens_only_what_it_was_begun_for(door: Door) -> None:
    browser = joined(door)
    device, passkeys, who = add(door, browser), passkeys_of(door), door.who(browser)
    other = there(visit(sign_in(door, device)))
    for_signing, for_proof = passkeys.ask_to_sign_in(browser), passkeys.ask_for_proof(browser, who)
    with pytest.raises(PeopleFault, match="took too long"):
        passkeys.prove(
            with_attempt(browser, for_signing), who, Sent(for_signing.attempt, device.use(for_signing.options), "")
        )
    sent = Sent(for_proof.attempt, device.use(for_proof.options), "")
    with pytest.raises(PeopleFault, match="took too long"):
        passkeys.sign_in(with_attempt(browser, for_proof), sent)
    # Nor in the same person's other browser.
    with pytest.raises(PeopleFault, match="took too long"):
        passkeys.prove(with_attempt(other, for_proof), door.who(other), sent)
    assert passkeys.prove(with_attempt(browser, for_proof), who, sent) is None


def test_a_counter_that_goes_back_is_a_copy(door: Door) -> None:
    device = add(door, joined(door))
    sign_in(door, device)
    for count in (device.count, device.count - 1, 0):
        assert told(door, device, count=count) == COPIED
    assert actions(door, "person.refused")[-1] == {"step": "passkey counter"}
    # A forged answer does not even accuse: the signature is looked at first.
    assert told(door, device, count=0, signature=b"x") == REFUSED
    device.count += 10
    assert sign_in(door, device).stage is Stage.open


def test_of_two_uses_with_one_counter_one_is_refused(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    device = add(door, joined(door))
    counted = passkey_store.count_use

    def beaten(session: Any, passkey: Any, count: int, now: Any) -> bool:
        assert counted(session, passkey, count, now)
        return counted(session, passkey, count, now)

    monkeypatch.setattr(passkey_store, "count_use", beaten)
    assert told(door, device) == REFUSED


def test_anothers_passkey_opens_ones_own_account_alone(door: Door) -> None:
    ani, budi = joined(door), joined(door, "Budi", Role.viewer)
    anis, budis = add(door, ani), add(door, budi)
    # Budi's key under Ani's handle, and Ani's id with Budi's key.
    assert told(door, budis, handle=anis.handle) == REFUSED
    assert told(door, replace(budis, credential=anis.credential, handle=anis.handle)) == REFUSED
    passkeys, who = passkeys_of(door), door.who(ani)
    for lies in ({}, {"handle": None}, {"handle": anis.handle}):
        asked = passkeys.ask_for_proof(ani, who)
        with pytest.raises(PeopleFault, match="not accepted"):
            passkeys.prove(with_attempt(ani, asked), who, Sent(asked.attempt, budis.use(asked.options, **lies), ""))
    # Nor can it be ended by anybody else.
    [row] = passkeys.of(door.who(budi))
    with pytest.raises(PeopleFault, match="ended already"):
        passkeys.end(who, row.passkey_id)
    assert door.who(there(visit(sign_in(door, budis)))).login == "budi"


def test_a_passkey_of_another_agency_opens_nothing_here(door: Door) -> None:
    ani = joined(door)
    anis = add(door, ani)
    foreign = joined(door, "Tetangga", Role.administrator, agency="desa")
    # The same device, so that its id is known in both agencies, each to its own person.
    twin = replace(anis, key=Authenticator(ORIGIN).key)
    add(door, foreign, device=twin)
    assert told(door, twin, handle=anis.handle) == REFUSED
    assert told(door, anis, handle=twin.handle) == REFUSED
    assert door.who(there(visit(sign_in(door, twin)))).agency_id == "desa"
    assert told(door, anis, handle=handle_of("desa", door.who(ani).person_id)) == REFUSED


@pytest.mark.sqlite_daily
@pytest.mark.parametrize(
    ("trouble", "said"), [*TROUBLES.items(), ("AbortError", FAILED), ("<b>", FAILED), ("", TROUBLES["unsupported"])]
)
def test_a_browser_that_has_no_answer_is_told_why(door: Door, trouble: str, said: str) -> None:
    with pytest.raises(PeopleFault) as caught:
        passkeys_of(door).sign_in(there(), Sent("x", "", trouble))
    assert caught.value.text == said


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_whoever_makes_up_answers_is_slowed(door: Door) -> None:
    device = add(door, joined(door))
    passkeys, browser = passkeys_of(door), there(address="10.9.8.7")

    def tried(**lies: Any) -> None:
        asked = passkeys.ask_to_sign_in(browser)
        passkeys.sign_in(with_attempt(browser, asked), Sent(asked.attempt, device.use(asked.options, **lies), ""))

    for _ in range(50):
        tried()
    for _ in range(40):
        with pytest.raises(PeopleFault):
            tried(signature=b"x")
    with pytest.raises(Problem) as caught:
        tried()
    assert caught.value.code == "too-many-sign-ins"
    door.clock.now += timedelta(seconds=11)
    tried()


@pytest.mark.sqlite_daily
def test_attempts_do_not_fill_a_browsers_cookies(door: Door) -> None:
    passkeys, browser = passkeys_of(door), there()
    for _ in range(12):
        browser = with_attempt(browser, passkeys.ask_to_sign_in(browser))
        assert len(browser.cookies) <= 4


@pytest.mark.sqlite_daily
def test_challenges_that_are_over_are_forgotten(door: Door) -> None:
    device = add(door, joined(door))
    for _ in range(3):
        door.clock.now += timedelta(minutes=6)
        sign_in(door, device)
    with door.database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM passkey_challenge")).scalar() == 1
