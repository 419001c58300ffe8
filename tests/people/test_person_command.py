"""`cermin person invite|reset|list|grant|revoke|sessions|passkeys|readers`, as an operator types it."""

from collections.abc import Callable, Iterator

import pytest
from sqlmodel import select
from typer.testing import CliRunner, Result

from app.access.principals import Principal, Role
from app.access.readings import Covered, Readings
from app.access.tables import AuditEvent
from app.cli import context
from app.cli.program import program
from app.foundation.clock import system_clock
from tests.people.passkeys.at_the_door import add, sign_in, there
from tests.people.persons import PASSPHRASE, Door, fragment, visit

pytestmark = pytest.mark.sqlite_daily

Run = Callable[..., Result]


@pytest.fixture
def run(furnished: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs `cermin person …`; the output is that of a pipe."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", furnished[0])
    context.settings.cache_clear()

    def invoke(*arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(program, ("person", *arguments))
        assert result.exit_code == status, (result.output, result.exception)
        return result

    yield invoke
    context.settings.cache_clear()


@pytest.fixture
def door(furnished: tuple[str, dict[str, str]]) -> Iterator[Door]:
    """The doors of a service beside it, whose clock is the present."""
    with Door.open(furnished[0]) as opened:
        opened.clock.now = system_clock()
        yield opened


def test_an_invited_person_comes_in_with_the_printed_link(run: Run, door: Door) -> None:
    printed = run("invite", "kota", "Siti Rahma, S.Sos.", "--role", "supervisor", "--office", "dukcapil")
    assert printed.stdout.startswith("http://127.0.0.1:8000/sign-in/link#kota.")
    assert "siti.rahma@kota may sign in" in printed.stderr
    assert "invited" in run("list", "kota").stdout
    browser = visit(door.sign_in.with_link(visit(), fragment(printed.stdout.strip()), PASSPHRASE, PASSPHRASE))
    principal = door.who(browser).principal
    assert principal is not None
    assert (principal.kind, principal.office) == (Role.supervisor, "dukcapil")
    listed = run("list", "kota").stdout
    assert "supervisor of dukcapil" in listed
    assert "active" in listed
    assert "Siti" not in run("list", "desa").stdout
    assert "Firefox, Linux" in run("sessions", "kota").stdout
    assert "siti.rahma" in run("sessions", "kota", "siti.rahma").stdout
    assert "ended 1 sessions" in run("sessions", "kota", "siti.rahma@kota", "--end").stdout
    assert door.sessions.find(browser) is None
    assert "Firefox" not in run("sessions", "kota").stdout


def test_roles_are_given_and_taken(run: Run, door: Door) -> None:
    browser = door.join("Ani", Role.supervisor, "dukcapil")
    assert "ani is viewer of the agency" in run("grant", "kota", "ani", "--role", "viewer").stdout
    assert "no other part" in run("grant", "kota", "ani", "--role", "auditor", status=1).stderr.replace("\n", " ")
    assert "took 1 roles" in run("revoke", "kota", "ani", "--role", "viewer").stdout
    assert "no such role" in run("revoke", "kota", "ani", "--office", "upt-makassar", status=1).stderr
    assert door.who(browser).principal is not None
    assert "took 1 roles" in run("revoke", "kota", "ani").stdout
    assert door.sessions.find(browser) is None
    with door.database.reading() as session:
        [ended] = session.exec(select(AuditEvent).where(AuditEvent.action == "person.signed-out")).all()
    assert ended.detail == {"sessions": 1}
    assert ended.actor.startswith("cli:")


def test_whoever_lost_everything_gets_a_new_link(run: Run, door: Door) -> None:
    door.join("Ani", Role.supervisor)
    link = run("reset", "kota", "ani").stdout.strip()
    new = "hujan turun di pasar"
    assert door.sign_in.with_link(visit(), fragment(link), new, new).cookie


def test_who_looked_is_told_to_an_employee_without_an_account(run: Run, door: Door) -> None:
    door.join("Bu Kepala", Role.supervisor, "dukcapil")
    reader = Principal("kota", Role.supervisor, door.who(door.join("Pak Lain", Role.supervisor)).person_id)
    readings = Readings(door.database, door.clock, 0)
    readings.leave_trace(reader, Covered("report", employee="E001", period="2026-10"))
    told = run("readers", "kota", "E001").stdout
    assert "Pak Lain" in told
    assert "2026-10" in told
    assert "Bu Kepala" not in told
    assert "Pak Lain" not in run("readers", "kota", "E002").stdout
    assert "Pak Lain" not in run("readers", "desa", "E001").stdout
    assert "no employee E999" in run("readers", "kota", "E999", status=1).stderr


def test_passkeys_are_listed_by_person(run: Run, door: Door) -> None:
    ani = there(door.join("Ani", Role.supervisor))
    sign_in(door, add(door, ani, "laptop [b]kantor"))
    add(door, there(door.join("Budi", Role.viewer)), "ponsel")
    listed = run("passkeys", "kota").stdout
    assert "laptop [b]kantor" in listed
    assert f"{door.clock.now:%Y-%m-%d %H:%M}" in listed
    assert "ponsel" in listed
    assert "ponsel" not in run("passkeys", "kota", "ani").stdout
    assert "ani" not in run("passkeys", "desa").stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("invite", "tiada", "Ani", "--role", "viewer"), "There is no agency tiada."),
        (("invite", "kota", "Ani", "--role", "viewer", "--office", "tiada"), "no office"),
        (("invite", "kota", "Ani", "--role", "viewer", "--employee", "E9"), "no employee"),
        (("list", "tiada"), "There is no agency tiada."),
        (("passkeys", "tiada"), "There is no agency tiada."),
        (("passkeys", "kota", "tiada"), "no person tiada"),
        (("sessions", "tiada"), "There is no agency tiada."),
        (("sessions", "kota", "--end"), "Name the person"),
        (("sessions", "kota", "tiada"), "no person tiada"),
        (("grant", "kota", "tiada", "--role", "viewer"), "no person tiada"),
        (("revoke", "kota", "tiada"), "no person tiada"),
        (("reset", "kota", "tiada"), "no person tiada"),
    ],
)
def test_mistakes_end_with_a_sentence(run: Run, arguments: tuple[str, ...], sentence: str) -> None:
    assert sentence in run(*arguments, status=1).stderr.replace("\n", " ")
