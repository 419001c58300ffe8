"""Passkeys of one account: how many, what they are called, what proves them, and when they end."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from app.access.principals import Role
from app.foundation.problems import Problem
from app.people import store
from app.people.faults import PeopleFault
from app.people.granting import Asked, grant
from app.people.inviting import invite_again
from app.people.openings import Provided
from app.people.passkeys.door import MOST_OF_A_PERSON
from app.people.passkeys.exchange import ELSEWHERE, NOWHERE, REFUSED, TROUBLES, Sent
from app.people.rules.linking import LinkedBy
from app.people.signing_in import BY_PASSKEY, UNPROVEN
from app.people.steps import Stage
from tests.people.passkeys.at_the_door import add, passkeys_of, sign_in, there, with_attempt
from tests.people.passkeys.authenticator import packed
from tests.people.passkeys.joining import joined, told
from tests.people.persons import OPERATOR, PASSPHRASE, Door, visit
from tests.people.trail import actions


def test_a_proof_by_passkey_is_one(door: Door) -> None:
    browser = joined(door)
    device, passkeys = add(door, browser), passkeys_of(door)
    for handle in (None, device.handle):
        door.clock.now += timedelta(minutes=11)
        who = door.who(browser)
        assert not who.is_proven(door.clock())
        asked = passkeys.ask_for_proof(browser, who)
        assert [each["id"] for each in json.loads(asked.options)["allowCredentials"]] == [packed(device.credential)]
        sent = Sent(asked.attempt, device.use(asked.options, handle=handle), "")
        assert passkeys.prove(with_attempt(browser, asked), who, sent) is None
        assert door.who(browser).is_proven(door.clock())
    assert actions(door, "person.proved")[-1] == {"by": "passkey"}


def test_a_proof_by_passkey_gives_a_browser_of_one_factor_a_new_session(door: Door) -> None:
    browser = joined(door, "Ani", Role.supervisor)
    device, passkeys, who = add(door, browser), passkeys_of(door), door.who(browser)
    assert not who.strong
    asked = passkeys.ask_for_proof(browser, who)
    entered = passkeys.prove(with_attempt(browser, asked), who, Sent(asked.attempt, device.use(asked.options), ""))
    assert entered is not None
    assert door.who(there(visit(entered))).strong
    # What was known before the second factor is worth nothing after it.
    assert door.sessions.find(browser) is None


def test_what_is_sensitive_needs_a_proof(door: Door) -> None:
    browser, passkeys = joined(door), passkeys_of(door)
    add(door, browser)
    door.clock.now += timedelta(minutes=11)
    who = door.who(browser)
    [row] = passkeys.of(who)
    for sensitive in (lambda: passkeys.ask_to_add(browser, who), lambda: passkeys.end(who, row.passkey_id)):
        with pytest.raises(PeopleFault) as caught:
            sensitive()
        assert caught.value.text == UNPROVEN


def test_an_ended_passkey_opens_nothing(door: Door) -> None:
    browser, passkeys = joined(door), passkeys_of(door)
    devices = [add(door, browser, name) for name in ("laptop", "ponsel")]
    who = door.who(browser)
    passkeys.end(who, passkeys.of(who)[0].passkey_id)
    assert [row.name for row in passkeys.of(who)] == ["ponsel"]
    assert told(door, devices[0]) == REFUSED
    assert sign_in(door, devices[1]).stage is Stage.open
    assert actions(door, "person.passkey-ended") == [{}]


def test_a_link_forgets_passkeys(door: Door) -> None:
    device = add(door, joined(door))
    with door.database.writing() as session:
        ani = store.person_called(session, "kota", "ani")
        assert ani is not None
        code = invite_again(session, ani, OPERATOR, door.clock(), reset=True).code
    assert sign_in(door, device).stage is Stage.open
    door.sign_in.with_link(there(), code, PASSPHRASE, PASSPHRASE)
    assert told(door, device) == REFUSED


def test_a_device_has_one_passkey_of_a_person(door: Door) -> None:
    browser = joined(door)
    device = add(door, browser)
    passkeys, who = passkeys_of(door), door.who(browser)
    asked = passkeys.ask_to_add(browser, who)
    assert [each["id"] for each in json.loads(asked.options)["excludeCredentials"]] == [packed(device.credential)]
    with pytest.raises(PeopleFault) as caught:
        passkeys.add(with_attempt(browser, asked), who, "lagi", Sent(asked.attempt, device.make(asked.options), ""))
    assert caught.value.text == TROUBLES["InvalidStateError"]


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_a_person_has_twenty_at_most(door: Door) -> None:
    browser = joined(door)
    for n in range(MOST_OF_A_PERSON):
        add(door, browser, f"kunci {n}")
    with pytest.raises(PeopleFault, match="20 passkeys"):
        passkeys_of(door).ask_to_add(browser, door.who(browser))


@pytest.mark.sqlite_daily
@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\nb", "a\0"])
def test_a_name_says_which_device_it_is(door: Door, name: str) -> None:
    browser = joined(door)
    with pytest.raises(PeopleFault) as caught:
        passkeys_of(door).add(browser, door.who(browser), name, Sent("", "", ""))
    assert caught.value.field == "name"


@pytest.mark.sqlite_daily
def test_passkeys_work_at_the_public_address_alone(door: Door) -> None:
    passkeys = passkeys_of(door)
    assert passkeys.is_offered(there())
    for elsewhere in (
        there(host="evil.example"),
        there(host="cermin.example:8443"),
        there(host="cermin.example.evil.example"),
        there(scheme="http"),
        there(scheme="http", host="localhost:8000"),
        there(host=""),
    ):
        assert not passkeys.is_offered(elsewhere)
        with pytest.raises(PeopleFault) as caught:
            passkeys.ask_to_sign_in(elsewhere)
        assert caught.value.text == ELSEWHERE
    for public_url in (None, "https://10.0.0.1", "http://cermin.example"):
        with pytest.raises(PeopleFault) as caught:
            passkeys_of(door, public_url).ask_to_sign_in(there())
        assert caught.value.text == NOWHERE
    # A name of the machine itself, which a proxy could pass on for anybody.
    local = passkeys_of(door, "http://localhost:8000")
    assert local.is_offered(visit())
    assert not local.is_offered(visit(address="10.0.0.9"))


def test_a_passphrase_alone_sets_up_nothing_beside_a_passkey(door: Door) -> None:
    browser = joined(door, "Ani", Role.viewer)
    device = add(door, browser)
    with door.database.writing() as session:
        ani = store.person_called(session, "kota", "ani")
        assert ani is not None
        grant(session, ani, Asked(Role.auditor), OPERATOR, door.clock())
    # Neither whoever knows the passphrase, nor whoever was in before, puts a second factor in its place.
    with pytest.raises(PeopleFault) as caught:
        door.sign_in.with_passphrase(there(), "ani@kota", PASSPHRASE)
    assert caught.value.text == BY_PASSKEY
    who = door.who(browser)
    for way in (lambda: door.sign_in.enrolment(who), lambda: passkeys_of(door).ask_to_add(browser, who)):
        with pytest.raises(PeopleFault) as caught:
            way()
        assert caught.value.text == BY_PASSKEY
    inside = there(visit(sign_in(door, device)))
    assert door.who(inside).active is not None
    assert door.sign_in.enrolment(door.who(inside)).secret


@pytest.mark.sqlite_daily
def test_who_comes_through_a_provider_has_no_passkey(door: Door) -> None:
    browser = joined(door)
    provided = replace(door.who(browser), provided=Provided(LinkedBy.invitation, door.clock()))
    with pytest.raises(PeopleFault, match="through a provider"):
        passkeys_of(door).ask_to_add(browser, provided)


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_a_proof_needs_a_passkey_and_a_session_that_lasts(door: Door) -> None:
    browser, passkeys = joined(door), passkeys_of(door)
    with pytest.raises(PeopleFault, match="no passkey yet"):
        passkeys.ask_for_proof(browser, door.who(browser))
    device, who = add(door, browser), door.who(browser)
    asked = passkeys.ask_for_proof(browser, who)
    door.sessions.end(who)
    with pytest.raises(Problem, match="session-ended"):
        passkeys.prove(with_attempt(browser, asked), who, Sent(asked.attempt, device.use(asked.options), ""))
