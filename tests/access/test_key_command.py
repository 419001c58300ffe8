"""`cermin key issue|list|revoke|rotate`, as an operator types it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select
from typer.testing import CliRunner, Result

from app.access.authentication import Authenticator
from app.access.keys import digest, read_key
from app.access.principals import KeyKind, Principal
from app.access.tables import ApiKey, AuditEvent
from app.cli import context
from app.cli.program import program
from app.foundation.clock import system_clock
from app.foundation.problems import Problem
from app.foundation.storage.database import Database
from tests.audit_trail import recorded

pytestmark = pytest.mark.sqlite_daily

Run = Callable[..., Result]


@pytest.fixture
def database(furnished: tuple[str, dict[str, str]]) -> Iterator[Database]:
    """A database with the agencies `kota` and `desa`."""
    opened = Database(furnished[0])
    yield opened
    opened.dispose()


@pytest.fixture
def run(furnished: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs `cermin key …` against it; the output is that of a pipe."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", furnished[0])
    context.settings.cache_clear()

    def invoke(*arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(program, ("key", *arguments))
        assert result.exit_code == status, (result.output, result.exception)
        return result

    yield invoke
    context.settings.cache_clear()


def holder(database: Database, key: str) -> Principal:
    """Who the service takes the holder of this key for."""
    return Authenticator(database, system_clock, 0).check(f"Bearer {key}", "192.0.2.1")


def refusal(database: Database, key: str) -> str:
    """Why the service refuses this key."""
    with pytest.raises(Problem) as caught:
        holder(database, key)
    return caught.value.code


def row_of(database: Database, key: str) -> ApiKey:
    """The stored row of a key."""
    given = read_key(key)
    assert given is not None
    with database.reading() as session:
        return session.exec(select(ApiKey).where(ApiKey.lookup == given.lookup)).one()


def test_an_issued_key_is_the_only_line_on_standard_output_and_opens_the_door(run: Run, database: Database) -> None:
    result = run("issue", "kota", "--kind", "device", "--office", "dukcapil", "--counter", "loket-1")
    key = result.stdout.strip()
    assert result.stdout == f"{key}\n"
    principal = holder(database, key)
    assert (principal.agency_id, principal.kind, principal.office, principal.counter) == (
        "kota",
        KeyKind.device,
        "dukcapil",
        "loket-1",
    )
    row = row_of(database, key)
    assert row.label.startswith("device 20")
    assert row.expires_at is None
    with database.reading() as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.subject == str(row.key_id))).one()
    assert (event.agency_id, event.actor, event.action) == ("kota", context.actor(), "key.issued")


def test_a_key_may_expire_after_a_span_of_time(run: Run, database: Database) -> None:
    for text, seconds in {"45s": 45, "15m": 900, "12h": 43_200, "30d": 2_592_000}.items():
        before = datetime.now(UTC)
        row = row_of(database, run("issue", "kota", "--kind", "app", "--expires-in", text).stdout.strip())
        assert row.expires_at is not None
        assert timedelta(0) <= row.expires_at - before - timedelta(seconds=seconds) < timedelta(seconds=30)


def test_a_key_that_sees_the_nip_is_issued_by_an_explicit_word_and_shown_as_such(run: Run, database: Database) -> None:
    seeing = run("issue", "kota", "--kind", "reader", "--nip").stdout.strip()
    plain = run("issue", "kota", "--kind", "reader").stdout.strip()
    assert (holder(database, seeing).sees_nip, holder(database, plain).sees_nip) == (True, False)
    lines = run("list", "kota").stdout.splitlines()
    shown = {key: next(line for line in lines if str(row_of(database, key).key_id) in line) for key in (seeing, plain)}
    assert (" yes " in shown[seeing], " yes " in shown[plain]) == (True, False)
    assert "can see a NIP" in run("issue", "kota", "--kind", "app", "--nip", status=1).stderr


def test_a_key_that_could_not_work_is_refused_with_a_sentence_and_not_made(run: Run, database: Database) -> None:
    with database.reading() as session:
        before = len(session.exec(select(ApiKey)).all())
    for arguments, told in (
        (("tiada", "--kind", "app"), "There is no agency tiada."),
        (("kota", "--kind", "reader", "--office", "tiada"), "The agency has no office tiada."),
        (("kota", "--kind", "device", "--office", "setda", "--counter", "loket-1"), "no counter loket-1"),
        (("kota", "--kind", "device", "--counter", "loket-1"), "no counter loket-1"),
        (("kota", "--kind", "device"), "a device key needs the office"),
        (("kota", "--kind", "app", "--office", "dukcapil", "--counter", "loket-1"), "only a device key"),
        (("kota", "--kind", "app", "--expires-in", "0d"), "the expiry lies in the past"),
        (("kota", "--kind", "app", "--expires-in", "sebulan"), "“sebulan” is no duration"),
        (("kota", "--kind", "app", "--expires-in", "-1d"), "“-1d” is no duration"),
        (("kota", "--kind", "app", "--expires-in", "[/red]1d"), "“[/red]1d” is no duration"),
        (("[/red]", "--kind", "app"), "There is no agency [/red]."),
    ):
        result = run("issue", *arguments, status=1)
        assert told in " ".join(result.stderr.split())
        assert result.stdout == ""
    with database.reading() as session:
        assert len(session.exec(select(ApiKey)).all()) == before


def test_an_unknown_kind_is_a_wrong_use_of_the_command(run: Run) -> None:
    assert "officer" in run("issue", "kota", "--kind", "officer", status=2).stderr
    run("revoke", "kota", "bukan-uuid", status=2)


def test_a_label_longer_than_its_column_is_refused_with_a_sentence(run: Run, database: Database) -> None:
    run("issue", "kota", "--kind", "app", "--label", "x" * 100)
    result = run("issue", "kota", "--kind", "app", "--label", "x" * 101, status=1)
    assert "label" in result.stderr
    with database.reading() as session:
        assert max(len(row.label) for row in session.exec(select(ApiKey))) == 100


def test_the_list_names_every_key_of_the_agency_whole_and_no_secret(
    run: Run, database: Database, furnished: tuple[str, dict[str, str]]
) -> None:
    output = run("list", "kota").stdout
    for name, key in furnished[1].items():
        row = row_of(database, key)
        shown = str(row.key_id) in output
        assert shown == (not name.startswith("desa")), name
        assert key.rsplit("_", 1)[1] not in output
        assert row.digest not in output
        assert digest(key) not in output


def test_the_list_says_in_which_state_a_key_is(run: Run, database: Database) -> None:
    living, expiring, ended = (
        row_of(database, run("issue", "kota", "--kind", "app", *more).stdout.strip()).key_id
        for more in ((), ("--expires-in", "30d"), ())
    )
    run("revoke", "kota", str(ended))
    expired = row_of(database, run("issue", "kota", "--kind", "app", "--expires-in", "1s").stdout.strip())
    with database.writing() as session:
        expired.expires_at = system_clock() - timedelta(seconds=1)
        session.add(expired)
    lines = run("list", "kota").stdout.splitlines()
    states = {
        key_id: next((line for line in lines if str(key_id) in line), "")
        for key_id in (living, expiring, ended, expired.key_id)
    }
    assert " valid " in states[living]
    assert " valid until " in states[expiring]
    assert " revoked " in states[ended]
    assert " expired " in states[expired.key_id]


def test_a_label_is_shown_as_it_was_given(run: Run) -> None:
    labels = ("kios [/] depan", "[/red]", "[link=http://x]kios[/link]", "[bold]kios")
    for label in labels:
        run("issue", "desa", "--kind", "app", "--label", label)
    listed = run("list", "desa").stdout
    assert [label for label in labels if label not in listed] == []


def test_an_agency_that_does_not_exist_has_no_list(run: Run) -> None:
    assert "tiada" in run("list", "tiada", status=1).stderr


def test_a_revoked_key_is_refused_and_cannot_be_revoked_again(run: Run, database: Database) -> None:
    key = run("issue", "kota", "--kind", "reader").stdout.strip()
    key_id = str(row_of(database, key).key_id)
    assert run("revoke", "kota", key_id).stdout == f"key {key_id} revoked\n"
    assert refusal(database, key) == "key-revoked"
    assert "already revoked" in run("revoke", "kota", key_id, status=1).stderr
    assert "already revoked" in run("rotate", "kota", key_id, status=1).stderr
    assert recorded(database, "key.revoked") == [("key.revoked", "cli", key_id)]


def test_a_key_of_another_agency_cannot_be_touched(run: Run, database: Database) -> None:
    key = run("issue", "desa", "--kind", "reader").stdout.strip()
    key_id = str(row_of(database, key).key_id)
    for command in ("revoke", "rotate"):
        assert "no such key" in run(command, "kota", key_id, status=1).stderr
    assert holder(database, key).agency_id == "desa"


def test_a_rotated_key_works_beside_its_successor_for_the_overlap(run: Run, database: Database) -> None:
    old = run("issue", "kota", "--kind", "reader", "--office", "dukcapil").stdout.strip()
    key_id = str(row_of(database, old).key_id)
    new = run("rotate", "kota", key_id, "--overlap", "2h").stdout.strip()
    assert holder(database, old).office == holder(database, new).office == "dukcapil"
    end = row_of(database, old).expires_at
    assert end is not None
    assert timedelta(0) < end - system_clock() <= timedelta(hours=2)
    run("rotate", "kota", key_id, "--overlap", "0s")
    assert refusal(database, old) == "key-expired"
    assert recorded(database, "key.rotated") == [("key.rotated", "cli", key_id)] * 2


def test_a_rotation_with_a_faulty_overlap_changes_nothing(run: Run, database: Database) -> None:
    key = run("issue", "kota", "--kind", "reader").stdout.strip()
    result = run("rotate", "kota", str(row_of(database, key).key_id), "--overlap", "lama", status=1)
    assert "“lama” is no duration" in result.stderr
    assert result.stdout == ""
    assert row_of(database, key).expires_at is None
