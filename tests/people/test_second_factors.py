"""Second factors: codes, recovery codes, and what is owed until one is set up."""

from datetime import timedelta
from uuid import uuid4

import pytest

from app.access.principals import Role
from app.foundation.http.visits import Visit
from app.people import store
from app.people.faults import PeopleFault
from app.people.second_factor import SecondFactor
from app.people.steps import Stage
from tests.house import SECRET
from tests.people.persons import PASSPHRASE, Door, visit
from tests.people.refusals import events, person, refused, said
from tests.threads import Threads


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
        assert f"{now + timedelta(hours=7):%H:%M:%S} WIB" in said(
            door.sign_in.with_code, another, door.who(another), stale
        )


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

    with Threads(4) as pool:
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
def test_second_factors_are_slowed_apart(door: Door) -> None:
    door.join("Ani", Role.auditor)
    half = visit(door.sign_in.with_passphrase(visit(), "ani@kota", PASSPHRASE))
    for _ in range(5):
        said(door.sign_in.with_code, half, door.who(half), "000000")
    assert refused(door.sign_in.with_code, half, door.who(half), "000000") == "too-many-sign-ins"
