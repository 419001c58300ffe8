"""Setting up an installation without any agency: once, with the right code, over a connection nobody listens to."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlmodel import col, select

from app.access.principals import Role
from app.access.tables import AuditEvent
from app.directory.register import add_agency
from app.directory.tables import Agency, Office
from app.foundation.http.visits import Visit
from app.foundation.problems import Problem
from app.foundation.storage.database import Database
from app.foundation.storage.installation import SET_UP, fact
from app.instruments.loading import shipped
from app.instruments.store import versions_of
from app.people import store
from app.people.faults import PeopleFault
from app.people.first_agency import asked_for
from app.people.inviting import Invited
from app.people.setting_up import SetUp, SetUpFaults, set_up_code
from tests.house import SECRET
from tests.people.persons import PASSPHRASE, Door, visit
from tests.people.test_set_up_rules import GOOD
from tests.threads import Threads

ASKED = asked_for(GOOD)


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    """The doors of a service without any agency."""
    with Door.open(database_url) as opened:
        yield opened


def set_up(door: Door, secret: str = SECRET) -> SetUp:
    """The way in, as one process has it."""
    return SetUp(door.database, door.clock, secret.encode(), door.sessions)


def code(door: Door) -> str:
    """The code as the terminal shows it now."""
    found = set_up_code(door.database, SECRET.encode(), door.clock())
    assert found is not None
    return found.code


def agencies(database: Database) -> list[str]:
    """All agencies there are."""
    with database.reading() as session:
        return list(session.exec(select(Agency.agency_id).order_by(col(Agency.agency_id))))


def refusal(service: SetUp, guesser: Visit, guess: str) -> str:
    """What somebody is told who guesses."""
    try:
        service.check(guesser, guess)
    except PeopleFault:
        return "wrong"
    except Problem as problem:
        return problem.code
    return "right"


def test_the_first_agency_its_office_and_administrator_come_from_one_link(door: Door) -> None:
    service, link = set_up(door), code(door)
    assert service.is_open()
    service.check(visit(), link)
    invited = service.begin(visit(), f"http://localhost:8000/setup#{link}", ASKED)
    assert not service.is_open()
    with door.database.reading() as session:
        agency, office = session.get_one(Agency, "kota-contoh"), session.get_one(Office, ("kota-contoh", "disdukcapil"))
        actions = session.exec(select(AuditEvent.action, AuditEvent.actor).order_by(col(AuditEvent.event_id))).all()
        recorded = {row.instrument for row in versions_of(session, "kota-contoh")}
    assert (agency.name, agency.period_months, office.timezone) == ("Kota Contoh", 3, "Asia/Jakarta")
    assert recorded == set(shipped())
    assert actions == [
        (action, "set-up-link") for action in ("agency.added", "office.added", "person.invited", "grant.given")
    ]
    half = visit(door.sign_in.with_link(visit(), invited.code, PASSPHRASE, PASSPHRASE))
    principal = door.who(door.enrolled(half)).principal
    assert principal is not None
    assert (principal.agency_id, principal.kind, principal.office) == ("kota-contoh", Role.administrator, None)


def test_a_month_is_a_period_if_asked_for(door: Door) -> None:
    set_up(door).begin(visit(), code(door), replace(ASKED, period="month"))
    with door.database.reading() as session:
        assert session.get_one(Agency, "kota-contoh").period_months == 1


def test_the_link_works_once_in_every_process(door: Door) -> None:
    here, there, link = set_up(door), set_up(door), code(door)
    assert there.is_open()
    here.begin(visit(), link, ASKED)
    for service in (here, there):
        assert not service.is_open()
        with pytest.raises(PeopleFault, match="used already"):
            service.check(visit(), link)
        with pytest.raises(PeopleFault, match="used already"):
            service.begin(visit(), link, replace(ASKED, agency="desa"))
    assert agencies(door.database) == ["kota-contoh"]
    assert set_up_code(door.database, SECRET.encode(), door.clock()) is None


def test_an_agency_that_was_added_at_the_terminal_ends_the_link(door: Door) -> None:
    service, link = set_up(door), code(door)
    with door.database.writing() as session:
        add_agency(session, code="desa", name="Desa", actor="cli:test", now=door.clock())
    with door.database.reading() as session:
        assert fact(session, SET_UP) is None
    with pytest.raises(PeopleFault, match="used already"):
        service.begin(visit(), link, ASKED)
    assert not service.is_open()


def test_nothing_is_kept_from_which_the_code_could_be_made(door: Door) -> None:
    link = code(door)
    with door.database.reading() as session:
        kept = fact(session, SET_UP)
    assert kept is not None
    assert link not in kept
    with pytest.raises(PeopleFault, match="wrong"):
        set_up(door, "another secret, which is long enough, too").check(visit(), link)


def test_processes_that_start_at_once_print_one_link(door: Door) -> None:
    together = Barrier(6)

    def start(_: int) -> str:
        together.wait()
        return code(door)

    with Threads(6) as pool:
        links = set(pool.map(start, range(6)))
    assert len(links) == 1
    set_up(door).check(visit(), links.pop())


def test_of_many_who_send_the_form_at_once_one_comes_first(door: Door) -> None:
    service, link, together = set_up(door), code(door), Barrier(4)

    def send(place: int) -> Invited | PeopleFault:
        together.wait()
        try:
            return service.begin(visit(), link, replace(ASKED, agency=f"kota-{place}"))
        except PeopleFault as fault:
            return fault

    with Threads(4) as pool:
        outcomes = list(pool.map(send, range(4)))
    assert sum(isinstance(each, Invited) for each in outcomes) == 1
    assert len(agencies(door.database)) == 1


def test_a_link_ends_after_three_days_and_another_takes_its_place(door: Door) -> None:
    service, link = set_up(door), code(door)
    door.clock.now += timedelta(hours=71)
    assert code(door) == link
    door.clock.now += timedelta(hours=2)
    with pytest.raises(PeopleFault, match="three days"):
        service.check(visit(), link)
    assert code(door) != link
    service.check(visit(), code(door))


@pytest.mark.long
def test_a_wrong_code_is_refused_and_many_are_asked_to_wait(door: Door) -> None:
    service, link = set_up(door), code(door)
    for wrong in ("", "x", "0" * 32, link[:-1], f"kota.{link}", "\0"):
        with pytest.raises(PeopleFault, match="wrong"):
            service.check(visit(), wrong)
    guesser = visit(address="203.0.113.7", scheme="https", host="cermin.example")
    refused = [refusal(service, guesser, f"{place:08}" * 4) for place in range(1_000)]
    assert refused[:100] == ["wrong"] * 100
    assert refused[-1] == "too-many-links"
    # Whoever holds the right one is not shut out, not even from there.
    service.check(guesser, link)


@pytest.mark.parametrize(
    "changed",
    [
        {"host": "cermin.example"},
        {"address": "192.0.2.7"},
        {"host": "192.0.2.1:8000", "address": "192.0.2.7"},
    ],
)
@pytest.mark.parametrize("readable", [True, False])
def test_nobody_sets_up_where_others_can_listen(database_url: str, changed: dict[str, Any], readable: bool) -> None:
    with Door.open(database_url, readable_allowed=readable) as door:
        service, link = set_up(door), code(door)
        for attempt in (service.check, lambda from_there, text: service.begin(from_there, text, ASKED)):
            with pytest.raises(PeopleFault, match="not encrypted"):
                attempt(visit(**changed), link)
        assert agencies(door.database) == []
        service.begin(visit(**changed | {"scheme": "https"}), link, ASKED)


def test_wrong_fields_leave_nothing_behind_and_the_link_goes_on_working(door: Door) -> None:
    service, link = set_up(door), code(door)
    with pytest.raises(SetUpFaults) as wrong:
        service.begin(visit(), link, replace(ASKED, agency="Kota Contoh", zone="x"))
    assert [fault.field for fault in wrong.value.faults] == ["agency", "zone"]
    assert agencies(door.database) == []
    assert service.begin(visit(), link, ASKED).person.login == "siti.rahma"
    with door.database.reading() as session:
        assert store.person_called(session, "kota-contoh", "siti.rahma") is not None
