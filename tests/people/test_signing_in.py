"""Signing in with passphrase and second factor, and what opens nothing: wrong, late, used, guessed, ended."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event, Lock
from typing import Any
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from sqlmodel import select

from app.access.principals import Role
from app.access.tables import AuditEvent
from app.foundation.http.visits import Visit
from app.foundation.problems import Problem
from app.foundation.storage.database import OperationalError
from app.people import store
from app.people.faults import PeopleFault
from app.people.granting import Asked, grant, revoke
from app.people.inviting import invite_again
from app.people.passphrases import COST, Cost, Passphrases
from app.people.second_factor import SecondFactor
from app.people.sessions import live_sessions
from app.people.signing_in import WRONG
from app.people.steps import Stage
from app.people.tables import Person
from tests.house import SECRET
from tests.people.persons import CHEAP, OPERATOR, PASSPHRASE, Door, visit


def said(call: Any, *arguments: Any) -> str:
    """The sentence with which something is refused."""
    with pytest.raises(PeopleFault) as caught:
        call(*arguments)
    return str(caught.value)


def refused(call: Any, *arguments: Any) -> str:
    """The code of the problem with which something is refused."""
    with pytest.raises(Problem) as caught:
        call(*arguments)
    return caught.value.code


def person(door: Door, login: str = "ani") -> Person:
    """The person as the database has it."""
    with door.database.reading() as session:
        found = store.person_called(session, "kota", login)
    assert found is not None
    return found


def events(door: Door) -> list[str]:
    """The actions in the audit trail about signing in, oldest first."""
    with door.database.reading() as session:
        found = session.exec(select(AuditEvent).order_by(AuditEvent.event_id)).all()  # type: ignore[arg-type]  # a column
    return [event.action for event in found if event.action.startswith("person.")]


def test_a_link_gives_a_passphrase_once_within_three_days(door: Door) -> None:
    code = door.invite("Ani", Role.supervisor, "dukcapil")
    assert "differ" in said(door.sign_in.with_link, visit(), code, PASSPHRASE, "kopi tubruk di pasar")
    assert "at least 12" in said(door.sign_in.with_link, visit(), code, "pendek", "pendek")
    assert "anybody would try" in said(door.sign_in.with_link, visit(), code, "ani ani kota 123", "ani ani kota 123")
    entered = door.sign_in.with_link(visit(), code, PASSPHRASE, PASSPHRASE)
    assert entered.stage is Stage.open
    found = door.who(visit(entered))
    assert (found.account, found.complete, found.strong) == ("ani@kota", True, False)
    principal = found.principal
    assert principal is not None
    assert (principal.agency_id, principal.kind, principal.office) == ("kota", Role.supervisor, "dukcapil")
    # Used, wrong, without form: one and the same sentence.
    wrong = {said(door.sign_in.with_link, visit(), text, PASSPHRASE, PASSPHRASE) for text in (code, "kota.x", "", "\0")}
    late = door.invite("Budi", Role.viewer)
    door.clock.now += timedelta(hours=72)
    wrong.add(said(door.sign_in.with_link, visit(), late, PASSPHRASE, PASSPHRASE))
    assert len(wrong) == 1


def test_a_newer_link_replaces_the_one_before(door: Door) -> None:
    first = door.invite("Ani", Role.viewer)
    with door.database.writing() as session:
        second = invite_again(session, person(door), OPERATOR, door.clock(), reset=False).code
    said(door.sign_in.with_link, visit(), first, PASSPHRASE, PASSPHRASE)
    assert door.sign_in.with_link(visit(), second, PASSPHRASE, PASSPHRASE).cookie


def test_of_two_who_hold_a_link_one_comes_in(door: Door) -> None:
    code = door.invite("Ani", Role.viewer)

    def take(_: int) -> bool:
        try:
            return bool(door.sign_in.with_link(visit(), code, PASSPHRASE, PASSPHRASE).cookie)
        except PeopleFault:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(take, range(4))) == [False, False, False, True]


@pytest.mark.sqlite_daily
def test_signing_in_with_a_passphrase(door: Door) -> None:
    door.join("Ani", Role.supervisor)
    for name in ("ani@kota", " Ani@kota "):
        assert door.who(visit(door.sign_in.with_passphrase(visit(), name, PASSPHRASE))).login == "ani"
    # However a keyboard composes it.
    door.invite("Zoe", Role.viewer)
    assert said(door.sign_in.with_passphrase, visit(), "ani@desa", PASSPHRASE) == WRONG


def test_whatever_is_wrong_is_one_answer_and_is_audited(door: Door) -> None:
    door.join("Ani", Role.supervisor)
    door.invite("Budi", Role.viewer)
    before = len(events(door))
    wrong = [
        ("ani@kota", "salah sama sekali"),
        ("tiada@kota", PASSPHRASE),
        ("budi@kota", PASSPHRASE),
        ("budi@kota", ""),
        ("ani@tiada", PASSPHRASE),
        ("ani", PASSPHRASE),
        ("", ""),
        ("\0", "\0"),
    ]
    assert {said(door.sign_in.with_passphrase, visit(), *each) for each in wrong} == {WRONG}
    # Where there is no such agency there is no trail to write to.
    assert events(door)[before:] == ["person.refused"] * 4
    with door.database.reading() as session:
        found = session.exec(select(AuditEvent).where(AuditEvent.action == "person.refused")).all()
    assert {event.subject for event in found} == {
        "unknown",
        str(person(door).person_id),
        str(person(door, "budi").person_id),
    }
    assert "tiada" not in str([event.model_dump() for event in found])


@pytest.mark.sqlite_daily
def test_unknown_accounts_cost_the_same_comparison(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    door.join("Ani", Role.supervisor)
    door.invite("Budi", Role.viewer)
    compared: list[str] = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, kept: str, given: str) -> bool:
        compared.append(kept.split("$")[3])
        return verify(self, kept, given)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    for name in ("ani@kota", "budi@kota", "tiada@kota", "ani@tiada", "ani"):
        said(door.sign_in.with_passphrase, visit(), name, "salah sama sekali")
    assert len(compared) == 5
    assert len(set(compared)) == 1


@pytest.mark.sqlite_daily
def test_an_administrator_needs_a_second_factor_and_sets_one_up_first(door: Door) -> None:
    code = door.invite("Ani", Role.administrator)
    entered = door.sign_in.with_link(visit(), code, PASSPHRASE, PASSPHRASE)
    assert entered.stage is Stage.enrol
    half = visit(entered)
    assert door.who(half).principal is None
    assert refused(door.sessions.principal, half) == "role-refused"
    first = door.sign_in.enrolment(door.who(half))
    # Looking at the page twice does not change the secret under whoever has scanned it.
    assert door.sign_in.enrolment(door.who(half)) == first
    assert first.address.startswith("otpauth://totp/Cermin:ani%40kota?secret=")
    door.secrets["ani@kota"] = first.secret
    assert "clock" in said(door.sign_in.enrol, half, door.who(half), "000000")
    done = door.sign_in.enrol(half, door.who(half), door.code("ani@kota"))
    assert len(done.recovery_codes) == 10
    full = visit(done)
    principal = door.who(full).principal
    assert principal is not None
    assert principal.kind is Role.administrator
    # The cookie from before the second factor opens nothing any more.
    assert door.sessions.find(half) is None
    assert first.secret not in str(person(door).model_dump())


@pytest.mark.sqlite_daily
def test_a_code_is_taken_once_and_from_the_neighbouring_steps_alone(door: Door) -> None:
    door.join("Ani", Role.auditor)
    door.clock.now += timedelta(minutes=5)

    def half() -> Visit:
        entered = door.sign_in.with_passphrase(visit(), "ani@kota", PASSPHRASE)
        assert entered.stage is Stage.code
        return visit(entered)

    one, other = half(), half()
    code = door.code("ani@kota")
    assert door.who(visit(door.sign_in.with_code(one, door.who(one), code))).strong
    assert "was used already" in said(door.sign_in.with_code, other, door.who(other), code)
    now = door.clock.now
    # The code of the next step, which a phone that is ahead shows, and then the one before it: it is spent, too.
    door.clock.now = now + timedelta(seconds=30)
    following = door.code("ani@kota")
    door.clock.now = now
    assert door.sign_in.with_code(other, door.who(other), f" {following[:3]} {following[3:]} ").cookie
    another = half()
    for seconds in (-30, 0, 60):
        door.clock.now = now + timedelta(seconds=seconds)
        stale = door.code("ani@kota")
        door.clock.now = now
        assert f"{now:%H:%M:%S} UTC" in said(door.sign_in.with_code, another, door.who(another), stale)


def test_a_code_races_with_itself_and_wins_once(door: Door) -> None:
    door.join("Ani", Role.auditor)
    door.clock.now += timedelta(minutes=5)
    halves = [visit(door.sign_in.with_passphrase(visit(), "ani@kota", PASSPHRASE)) for _ in range(4)]
    code = door.code("ani@kota")

    def try_it(half: Visit) -> bool:
        try:
            return bool(door.sign_in.with_code(half, door.who(half), code).cookie)
        except PeopleFault:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(try_it, halves)) == 1


def test_each_recovery_code_stands_in_once(door: Door) -> None:
    entered = door.sign_in.with_link(visit(), door.invite("Ani", Role.auditor), PASSPHRASE, PASSPHRASE)
    half = visit(entered)
    door.secrets["ani@kota"] = door.sign_in.enrolment(door.who(half)).secret
    codes = door.sign_in.enrol(half, door.who(half), door.code("ani@kota")).recovery_codes
    with door.database.reading() as session:
        assert store.recovery_codes_left(session, "kota", person(door).person_id) == 10
    one = visit(door.sign_in.with_passphrase(visit(), "ani@kota", PASSPHRASE))
    assert door.sign_in.with_code(one, door.who(one), codes[3].upper()).cookie
    other = visit(door.sign_in.with_passphrase(visit(), "ani@kota", PASSPHRASE))
    said(door.sign_in.with_code, other, door.who(other), codes[3])
    with door.database.reading() as session:
        assert store.recovery_codes_left(session, "kota", person(door).person_id) == 9
    assert codes[4].replace("-", "") not in str(events(door))
    assert events(door).count("person.recovery-code-used") == 1


@pytest.mark.sqlite_daily
def test_whoever_owes_a_second_factor_cannot_put_another_in_its_place(door: Door) -> None:
    full = door.join("Ani", Role.auditor)
    half = visit(door.sign_in.with_passphrase(visit(), "ani@kota", PASSPHRASE))
    said(door.sign_in.enrolment, door.who(half))
    said(door.sign_in.enrol, half, door.who(half), "000000")
    # Nor whoever finds an open browser after ten minutes.
    door.clock.now += timedelta(minutes=10)
    said(door.sign_in.enrolment, door.who(full))


def test_a_sealed_secret_opens_for_its_person_and_installation_alone() -> None:
    factor, one, other = SecondFactor(SECRET.encode()), uuid4(), uuid4()
    sealed = factor.sealed("kota", one, "JBSWY3DPEHPK3PXP")
    assert "JBSWY" not in sealed
    assert factor.opened("kota", one, sealed) == "JBSWY3DPEHPK3PXP"
    assert factor.opened("kota", other, sealed) is None
    assert factor.opened("desa", one, sealed) is None
    assert SecondFactor(b"another secret").opened("kota", one, sealed) is None


@pytest.mark.sqlite_daily
def test_guesses_are_slowed_and_the_known_browser_is_not_shut_out(door: Door) -> None:
    known = door.join("Ani", Role.supervisor)
    stranger = visit(address="10.0.0.9", scheme="https", host="cermin.example")
    for _ in range(8):
        assert said(door.sign_in.with_passphrase, stranger, "ani@kota", "salah sama sekali") == WRONG
    assert refused(door.sign_in.with_passphrase, stranger, "ani@kota", "salah sama sekali") == "too-many-sign-ins"
    # From whatever address, and also with the right passphrase: guessing on would be worth it otherwise.
    elsewhere = replace(stranger, address="10.0.0.10")
    assert refused(door.sign_in.with_passphrase, elsewhere, "ani@kota", PASSPHRASE) == "too-many-sign-ins"
    assert door.sign_in.with_passphrase(known, "ani@kota", PASSPHRASE).cookie
    # The cookie of one account is none of another's.
    door.join("Budi", Role.viewer)
    for _ in range(8):
        said(door.sign_in.with_passphrase, known, "budi@kota", "salah sama sekali")
    assert refused(door.sign_in.with_passphrase, known, "budi@kota", PASSPHRASE) == "too-many-sign-ins"


@pytest.mark.sqlite_daily
def test_guesses_at_links_are_slowed_and_a_right_one_is_not(door: Door) -> None:
    guesser = visit(address="10.0.0.9", scheme="https", host="cermin.example")
    told = set()
    for n in range(700):
        with pytest.raises((PeopleFault, Problem)) as caught:
            door.sign_in.with_link(guesser, f"kota.{n:032}", PASSPHRASE, PASSPHRASE)
        told.add(getattr(caught.value, "code", "wrong"))
    assert told == {"wrong", "too-many-links"}
    # Somebody in the same network who holds one comes in.
    assert door.sign_in.with_link(guesser, door.invite("Ani", Role.viewer), PASSPHRASE, PASSPHRASE).cookie


@pytest.mark.sqlite_daily
def test_second_factors_are_slowed_apart(door: Door) -> None:
    door.join("Ani", Role.auditor)
    half = visit(door.sign_in.with_passphrase(visit(), "ani@kota", PASSPHRASE))
    for _ in range(5):
        said(door.sign_in.with_code, half, door.who(half), "000000")
    assert refused(door.sign_in.with_code, half, door.who(half), "000000") == "too-many-sign-ins"


@pytest.mark.sqlite_daily
def test_nothing_is_asked_over_a_connection_that_others_can_read(door: Door, furnished: tuple[str, Any]) -> None:
    lan = visit(scheme="http", host="10.0.0.1:8000", address="10.0.0.9")
    door.join("Ani", Role.supervisor)
    door.join("Budi", Role.auditor)
    assert "not encrypted" in said(door.sign_in.with_passphrase, lan, "ani@kota", PASSPHRASE)
    with Door.open(furnished[0], readable_allowed=True) as careless:
        entered = careless.sign_in.with_passphrase(lan, "ani@kota", PASSPHRASE)
        there = replace(visit(entered), scheme="http", host=lan.host, address=lan.address)
        assert careless.who(there).principal is not None
        # Never for those who grant roles or decide what counts, also if they became it later.
        assert "not encrypted" in said(careless.sign_in.with_passphrase, lan, "budi@kota", PASSPHRASE)
        assert "not encrypted" in said(
            careless.sign_in.with_link, lan, door.invite("Cici", Role.administrator), PASSPHRASE, PASSPHRASE
        )
        with door.database.writing() as session:
            row = grant(session, person(door), Asked(Role.administrator), OPERATOR, door.clock())
        found = careless.who(there)
        said(careless.sessions.act_as, found, row.grant_id)
        # A session of the machine itself is none for the network.
        assert door.sessions.find(there) is None


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


@pytest.mark.sqlite_daily
def test_nothing_that_opens_a_door_is_stored(door: Door) -> None:
    code = door.invite("Ani", Role.viewer)
    with door.database.reading() as session:
        [link] = store.links_of(session, "kota")
    assert code.rpartition(".")[2] not in str(link.model_dump())
    entered = door.sign_in.with_link(visit(), code, PASSPHRASE, PASSPHRASE)
    with door.database.reading() as session:
        [(row, someone)] = store.open_sessions(session, "kota")
    stored = f"{row.model_dump()} {someone.model_dump()} {events(door)}"
    assert entered.cookie.partition(".")[2] not in stored
    assert PASSPHRASE not in stored
    assert (someone.passphrase or "").startswith("$argon2id$")


@pytest.mark.sqlite_daily
def test_an_older_cost_is_brought_up_to_date_when_its_owner_comes(door: Door) -> None:
    door.join("Ani", Role.viewer)
    kept = person(door).passphrase
    door.sign_in._passphrases = Passphrases(Cost(rounds=2, memory=16, threads=1))
    door.sign_in.with_passphrase(visit(), "ani@kota", PASSPHRASE)
    assert person(door).passphrase != kept
    assert "m=16,t=2" in (person(door).passphrase or "")
    door.sign_in.with_passphrase(visit(), "ani@kota", PASSPHRASE)


def test_production_hashes_at_full_cost() -> None:
    assert Cost(rounds=3, memory=65_536, threads=4) == COST
    assert Passphrases()._hasher.memory_cost == 65_536


def test_at_most_two_hashes_run_at_once_and_ten_are_taken_in(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock, go = 0, 0, Lock(), Event()

    def slow(_: PasswordHasher, __: str) -> str:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        go.wait(5)
        with lock:
            running -= 1
        return "hash"

    monkeypatch.setattr(PasswordHasher, "hash", slow)
    made = Passphrases(CHEAP)

    def one(_: int) -> str:
        try:
            return made.hashed("kopi")
        except Problem as problem:
            go.set()
            return problem.code

    with ThreadPoolExecutor(11) as pool:
        found = list(pool.map(one, range(11)))
    assert sorted(set(found)) == ["busy", "hash"]
    assert found.count("busy") == 1
    assert most == 2
