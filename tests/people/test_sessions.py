"""Sessions: how long they last, what ends them, which role they act in, and what is sensitive."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.access.principals import Role
from app.foundation.storage.database import OperationalError
from app.people import store
from app.people.granting import Asked, grant, revoke
from app.people.inviting import invite_again
from app.people.sessions import live_sessions
from app.people.signing_in import WRONG
from app.people.steps import Stage
from tests.people.persons import OPERATOR, PASSPHRASE, Door, visit
from tests.people.refusals import events, person, refused, said


def test_a_session_ends_unused_late_signed_out_or_everywhere(door: Door) -> None:
    browser = door.join("Ani", Role.supervisor)
    door.clock.now += timedelta(minutes=29)
    assert door.sessions.find(browser) is not None
    door.clock.now += timedelta(minutes=29)
    assert door.sessions.find(browser) is not None
    door.clock.now += timedelta(minutes=30)
    assert door.sessions.find(browser) is None
    one, other = (visit(door.sign_in.with_passphrase(visit(), "ani@kota", PASSPHRASE)) for _ in range(2))
    door.sessions.end(door.who(one))
    assert door.sessions.find(one) is None
    door.sessions.end_all(door.who(other))
    assert door.sessions.find(other) is None
    assert events(door)[-2:] == ["person.signed-out", "person.signed-out"]


@pytest.mark.sqlite_daily
def test_twelve_hours_are_the_longest_however_busy(door: Door) -> None:
    browser = door.join("Ani", Role.supervisor)
    for _ in range(35):
        door.clock.now += timedelta(minutes=20)
        assert door.sessions.find(browser) is not None
    door.clock.now += timedelta(minutes=20)
    assert door.sessions.find(browser) is None


@pytest.mark.sqlite_daily
def test_what_is_taken_away_is_refused_at_the_next_request_in_every_process(
    door: Door, furnished: tuple[str, Any]
) -> None:
    browser = door.join("Ani", Role.supervisor)
    with Door.open(furnished[0]) as elsewhere:
        found = elsewhere.who(browser)
        assert found.principal is not None
        assert found.active is not None
        with door.database.writing() as session:
            revoke(session, "kota", found.active.grant_id, OPERATOR, door.clock())
        assert elsewhere.who(browser).principal is None
        assert refused(elsewhere.sessions.principal, browser) == "role-refused"
        door.sessions.end(door.who(browser))
        assert refused(elsewhere.sessions.principal, browser) == "session-ended"


def test_a_request_under_way_revives_no_session(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = door.join("Ani", Role.supervisor)
    door.clock.now += timedelta(minutes=5)
    change = store.change_session

    def ended_meanwhile(session: Any, agency: str, session_id: Any, **values: Any) -> bool:
        change(session, agency, session_id, ended_at=door.clock())
        return change(session, agency, session_id, **values)

    monkeypatch.setattr(store, "change_session", ended_meanwhile)
    assert door.sessions.find(browser) is None
    monkeypatch.undo()
    assert door.sessions.find(browser) is None


@pytest.mark.sqlite_daily
def test_a_database_that_is_held_up_signs_nobody_out(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = door.join("Ani", Role.supervisor)
    door.clock.now += timedelta(minutes=5)

    def locked(*_: Any, **__: Any) -> bool:
        raise OperationalError("UPDATE", {}, Exception("locked"))

    monkeypatch.setattr(store, "change_session", locked)
    assert door.who(browser).principal is not None


@pytest.mark.sqlite_daily
def test_one_browser_acts_in_one_of_the_roles_and_changes_it(door: Door) -> None:
    browser = door.join("Ani", Role.supervisor, "dukcapil")
    with door.database.writing() as session:
        row = grant(session, person(door), Asked(Role.viewer), OPERATOR, door.clock())
    found = door.who(browser)
    assert [held.role for held in found.roles] == [Role.supervisor, Role.viewer]
    door.sessions.act_as(found, row.grant_id)
    principal = door.who(browser).principal
    assert principal is not None
    assert (principal.kind, principal.office, principal.sees_persons) == (Role.viewer, None, False)
    said(door.sessions.act_as, found, uuid4())


@pytest.mark.sqlite_daily
def test_a_change_comes_from_our_own_pages(door: Door) -> None:
    browser = door.join("Ani", Role.supervisor)
    ours = replace(browser, method="POST", origin="http://localhost:8000")
    assert door.sessions.principal(ours) is not None
    assert door.sessions.principal(replace(ours, origin="http://evil.example", fetch_site="same-origin")) is not None
    for foreign in (
        replace(ours, origin="http://evil.example"),
        replace(ours, origin="null"),
        replace(ours, origin=None),
        replace(ours, fetch_site="cross-site"),
    ):
        assert refused(door.sessions.principal, foreign) == "cross-site"
    assert door.sessions.principal(visit()) is None


@pytest.mark.sqlite_daily
def test_a_cookie_of_http_is_none_over_https_and_the_other_way_round(door: Door) -> None:
    entered = door.sign_in.with_link(visit(), door.invite("Ani", Role.viewer), PASSPHRASE, PASSPHRASE)
    assert door.sessions.find(visit(cookies={"cermin": entered.cookie})) is not None
    assert door.sessions.find(visit(cookies={"__Host-cermin": entered.cookie})) is None
    https = visit(scheme="https", host="cermin.example", address="10.0.0.9")
    assert door.sessions.find(replace(https, cookies={"__Host-cermin": entered.cookie})) is not None
    assert door.sessions.find(replace(https, cookies={"cermin": entered.cookie})) is None


@pytest.mark.sqlite_daily
def test_what_is_sensitive_asks_again_with_both_factors(door: Door) -> None:
    browser = door.join("Ani", Role.auditor)
    door.clock.now += timedelta(minutes=11)
    found = door.who(browser)
    assert not found.is_proven(door.clock())
    assert "passphrase is wrong" in said(door.sign_in.prove, browser, found, "salah", door.code("ani@kota"))
    said(door.sign_in.prove, browser, found, PASSPHRASE, "000000")
    assert not door.who(browser).is_proven(door.clock())
    door.sign_in.prove(browser, found, PASSPHRASE, door.code("ani@kota"))
    assert door.who(browser).is_proven(door.clock())


def test_another_passphrase_ends_all_other_browsers(door: Door) -> None:
    browser = door.join("Ani", Role.supervisor)
    other = visit(door.sign_in.with_passphrase(visit(), "ani@kota", PASSPHRASE))
    new = "hujan turun di pasar"
    assert "differ" in said(door.sign_in.change_passphrase, door.who(browser), new, PASSPHRASE)
    door.sign_in.change_passphrase(door.who(browser), new, new)
    assert door.sessions.find(other) is None
    assert door.sessions.find(browser) is not None
    assert said(door.sign_in.with_passphrase, browser, "ani@kota", PASSPHRASE) == WRONG
    door.clock.now += timedelta(minutes=11)
    assert "that it is you" in said(door.sign_in.change_passphrase, door.who(browser), PASSPHRASE, PASSPHRASE)


@pytest.mark.sqlite_daily
def test_a_reset_takes_passphrase_second_factor_and_sessions(door: Door) -> None:
    browser = door.join("Ani", Role.auditor)
    with door.database.writing() as session:
        code = invite_again(session, person(door), OPERATOR, door.clock(), reset=True).code
    # Until it is taken, everything stays as it is.
    assert door.sessions.find(browser) is not None
    new = "hujan turun di pasar"
    assert door.sign_in.with_link(visit(), code, new, new).stage is Stage.enrol
    assert door.sessions.find(browser) is None
    with door.database.reading() as session:
        assert store.recovery_codes_left(session, "kota", person(door).person_id) == 0


@pytest.mark.sqlite_daily
def test_a_list_of_sessions_has_those_that_are_live(door: Door) -> None:
    door.join("Ani", Role.supervisor)
    door.clock.now += timedelta(hours=1)
    door.join("Budi", Role.supervisor)
    with door.database.reading() as session:
        found = live_sessions(session, "kota", None, door.clock())
        assert [(someone.login, row.browser) for row, someone in found] == [("budi", "Firefox, Linux")]
        assert live_sessions(session, "desa", None, door.clock()) == []
