"""The provider says that somebody signed out there: by session, by subject, once; and signing out there from here."""

from asyncio import run
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.access.principals import Role
from app.people import store
from app.people.oidc.faults import ProviderFault
from app.people.oidc.rules.logout import EVENT
from tests.people.oidc.fake_provider import NEW, OLD
from tests.people.oidc.through import Through
from tests.people.persons import Door


def test_a_session_at_the_provider_ends_the_sessions_that_began_in_it(through: Through, door: Door) -> None:
    through.provider.claims = {"sid": "s-1"}
    phone = through.join("Siti", Role.supervisor)
    through.provider.claims = {"sid": "s-2"}
    desk = through.sign_in()
    assert through.log_out(sid="s-1", sub="u-1") == 1
    assert door.sessions.find(phone) is None
    assert door.sessions.find(desk) is not None
    # Without a subject it names the same.
    assert through.log_out(sid="s-2", jti="j-2") == 1
    assert door.sessions.find(desk) is None


def test_a_subject_ends_all_sessions_of_the_person_and_nobody_elses(through: Through, door: Door) -> None:
    through.provider.claims = {"sid": "s-1"}
    one, other = through.join("Siti", Role.supervisor), through.sign_in()
    through.provider.sub = "u-2"
    budi, ani = through.join("Budi", Role.viewer), door.join("Ani", Role.viewer)
    # As Okta does, and Keycloak when an administrator ends everything: no `sid`.
    assert through.log_out(sub="u-1") == 2
    assert door.sessions.find(one) is door.sessions.find(other) is None
    assert door.sessions.find(budi) is not None
    assert door.sessions.find(ani) is not None
    assert through.log_out(sub="somebody", jti="j-3") == 0


def test_sessions_of_which_the_provider_did_not_tell_its_own_end_by_the_subject(through: Through, door: Door) -> None:
    browser = through.join("Siti", Role.supervisor)
    assert through.log_out(sid="s-9", sub="u-1") == 1
    assert door.sessions.find(browser) is None


def test_a_half_open_session_ends_and_is_not_revived(through: Through, door: Door) -> None:
    through.provider.claims = {"sid": "s-1"}
    half = through.join("Siti", Role.administrator)
    full = door.enrolled(half)
    # The session that came after the second factor is still one of the provider's.
    found = door.who(full)
    assert found.provided is not None
    assert found.provided.sid == "s-1"
    assert through.log_out(sid="s-1") == 1
    assert door.sessions.find(full) is None
    with door.database.writing() as session:
        # What a request under way at that moment would write.
        assert not store.change_session(session, "kota", found.session_id, seen_at=door.clock())
    assert door.sessions.find(full) is None


def test_a_logout_token_is_taken_once(through: Through, door: Door) -> None:
    through.provider.claims = {"sid": "s-1"}
    through.join("Siti", Role.supervisor)
    assert through.log_out(sid="s-1") == 1
    again = through.sign_in()
    with pytest.raises(ProviderFault, match="repeats a logout token"):
        through.log_out(sid="s-1")
    assert door.sessions.find(again) is not None
    # Its id is forgotten when it has expired, not before.
    door.clock.now += timedelta(minutes=7)
    assert through.log_out(sid="s-1") == 1


WRONG: dict[str, Callable[[Through], str]] = {
    "issuer": lambda it: it.provider.logout_token(sid="s-1", iss="https://evil.example"),
    "audience": lambda it: it.provider.logout_token(sid="s-1", aud="other"),
    "no audience": lambda it: it.provider.logout_token(sid="s-1", aud=None),
    "expired": lambda it: it.provider.logout_token(sid="s-1", exp=int(it.door.clock().timestamp()) - 61),
    "no expiry": lambda it: it.provider.logout_token(sid="s-1", exp=None),
    "expiry of words": lambda it: it.provider.logout_token(sid="s-1", exp="soon"),
    "from the future": lambda it: it.provider.logout_token(sid="s-1", iat=int(it.door.clock().timestamp()) + 61),
    "no time": lambda it: it.provider.logout_token(sid="s-1", iat=None),
    "no id": lambda it: it.provider.logout_token(sid="s-1", jti=None),
    "an empty id": lambda it: it.provider.logout_token(sid="s-1", jti=""),
    "an id that is none": lambda it: it.provider.logout_token(sid="s-1", jti=7),
    "a nonce": lambda it: it.provider.logout_token(sid="s-1", nonce="n"),
    "no event": lambda it: it.provider.logout_token(sid="s-1", events=None),
    "another event": lambda it: it.provider.logout_token(sid="s-1", events={"x": {}}),
    "an event that is none": lambda it: it.provider.logout_token(sid="s-1", events={EVENT: "yes"}),
    "nobody": lambda it: it.provider.logout_token(),
    "nobody by two names": lambda it: it.provider.logout_token(sid="", sub="u-1"),
    "a list of subjects": lambda it: it.provider.logout_token(sub=["u-1"]),
    "an unknown key": lambda it: it.provider.signed({"sid": "s-1"}, NEW),
    "a key of the right name": lambda it: it.provider.signed({"sid": "s-1"}, NEW, kid=OLD.kid),
    "an ID token": lambda it: it.provider.id_token(),
    "unsigned": lambda it: f"eyJhbGciOiJub25lIn0.{it.provider.logout_token(sid='s-1').split('.')[1]}.",
    "no token": lambda _: "x",
    "nothing": lambda _: "",
    "letters that are none": lambda _: "é.é.é",
}


@pytest.mark.sqlite_daily
def test_a_wrong_logout_token_ends_nothing(through: Through, door: Door) -> None:
    through.provider.claims = {"sid": "s-1"}
    browser = through.join("Siti", Role.supervisor)
    for name, wrong in WRONG.items():
        with pytest.raises(ProviderFault):
            run(through.oidc.log_out(wrong(through)))
        assert door.sessions.find(browser) is not None, name
    # Only the id of a token that counted is kept.
    assert through.log_out(sid="s-1") == 1


def test_who_signs_out_here_signs_out_there_with_a_form(through: Through, door: Door) -> None:
    through.provider.claims = {"name": "Siti Kenari"}
    found = door.who(through.join("Siti", Role.supervisor))
    farewell = run(through.oidc.farewell(found))
    assert farewell is not None
    assert farewell.address == f"{through.provider.issuer}/logout"
    assert "?" not in farewell.address
    fields: dict[str, Any] = dict(farewell.fields)
    assert fields.pop("id_token_hint").count(".") == 2
    assert fields == {"client_id": "cermin", "post_logout_redirect_uri": "http://localhost:8000/sign-in"}
    # What the database holds of it is of no use without the installation's secret, and to nobody else.
    assert found.provided is not None
    assert found.provided.hint is not None
    assert "." not in found.provided.hint
    through.provider.sub = "u-2"
    other = door.who(through.join("Ani", Role.viewer))
    stolen = Through(door, through.provider).oidc
    assert run(stolen.farewell(type(other)(**{**other.__dict__, "provided": found.provided}))) is None


@pytest.mark.sqlite_daily
def test_signing_out_needs_no_provider(through: Through, door: Door) -> None:
    found = door.who(through.join("Siti", Role.supervisor))
    with_passphrase = door.who(door.join("Ani", Role.viewer))
    assert run(through.oidc.farewell(with_passphrase)) is None
    # An ID token that is too long to keep only means one more question there.
    through.provider.claims = {"groups": ["g" * 100] * 100}
    assert run(through.oidc.farewell(door.who(through.sign_in()))) is None
    through.provider.issuer = "http://127.0.0.1:9"
    through.set()
    assert run(through.oidc.farewell(found)) is None
