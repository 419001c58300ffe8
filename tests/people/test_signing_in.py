"""Signing in: links, passphrases, and what opens nothing: wrong, late, used, guessed."""

from dataclasses import replace
from datetime import timedelta
from threading import Event, Lock
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlmodel import select

from app.access.principals import Role
from app.access.tables import AuditEvent
from app.foundation.problems import Problem
from app.people import store
from app.people.faults import PeopleFault
from app.people.granting import Asked, grant
from app.people.inviting import invite_again
from app.people.passphrases import COST, Cost, Passphrases
from app.people.signing_in import WRONG
from app.people.steps import Stage
from tests.people.persons import CHEAP, OPERATOR, PASSPHRASE, Door, visit
from tests.people.refusals import events, person, refused, said
from tests.threads import Threads


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

    with Threads(4) as pool:
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

    with Threads(11) as pool:
        found = list(pool.map(one, range(11)))
    assert sorted(set(found)) == ["busy", "hash"]
    assert found.count("busy") == 1
    assert most == 2
