"""Every action of the audit trail leaves its row, is done through its real door, and stands or falls with that row."""

import ast
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from re import compile
from typing import Any, get_args

import httpx
import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlmodel import select

from app.access.audit_actions import AuditAction
from app.access.tables import AuditEvent
from app.foundation.storage.database import Session, metadata
from tests.audit_scenes import KEY_FILE, SCENES, WRITTEN, Asked
from tests.audit_scenes_of_persons import SCENES_OF_PERSONS
from tests.house import CANARY_NAME, CANARY_NIP, House
from tests.postgres import owning

TESTS = Path(__file__).parent
BY_ONE_REQUEST = {**SCENES, **SCENES_OF_PERSONS}
# What is done by persons, at the terminal or at night: the test that does it there and reads its row.
ELSEWHERE: Mapping[str, tuple[AuditAction, ...]] = {
    "directory/test_directory_cli.py::test_a_directory_is_added_command_by_command": (
        "agency.added",
        "office.added",
        "service.added",
        "counter.added",
        "employee.added",
    ),
    "directory/test_directory_http.py::test_it_is_imported_once_and_again_changes_nothing": ("directory.imported",),
    "cli/test_backup_command.py::test_every_agency_finds_in_its_trail_that_a_copy_was_made_or_restored": (
        "backup.made",
        "backup.restored",
    ),
    "cli/test_comment_command.py::test_what_is_told_is_listed_and_marked_as_acted_on": ("comment.marked",),
    "cli/test_service_commands.py::test_tidying_purges_what_is_past_its_retention_and_unlinks_what_is_kept": (
        "comments.purged",
    ),
    "cli/test_counts_command.py::test_perpusnas_from_its_published_counts_has_its_published_index": (
        "counts.imported",
    ),
    "cli/test_import_command.py::test_a_file_is_imported_with_employees_and_profiles": ("ratings.imported",),
    "cli/test_release_command.py::test_what_can_be_told_is_told_once_and_what_waits_is_said": ("figures.released",),
    "cli/test_notify_command.py::test_a_person_is_subscribed_and_gets_a_link_to_confirm_the_address": (
        "mail.entered",
        "mail.subscribed",
        "mail.subscription-ended",
        "mail.removed",
    ),
    "desk/test_notices.py::test_from_an_address_to_a_letter_and_out_again": ("mail.confirmed", "mail.unsubscribed"),
    "desk/test_slips.py::test_slips_open_the_draft_of_the_one_they_name_and_end_the_links_before": ("period.invited",),
    "desk/test_door.py::test_an_administrator_comes_in_from_the_link_alone": (
        "person.link-taken",
        "person.second-factor-set",
    ),
    "desk/test_account.py::test_the_passphrase_is_changed_after_a_proof": (
        "person.proved",
        "person.passphrase-changed",
    ),
    "people/test_persons_http.py::test_somebody_is_invited_over_the_api_and_comes_in_by_the_link_which_is_told_once": (
        "person.invited",
    ),
    "people/test_second_factors.py::test_each_recovery_code_stands_in_once": ("person.recovery-code-used",),
    "people/oidc/test_provider_linking.py::test_who_comes_and_who_is_refused_is_in_the_audit_trail": (
        "person.refused",
        "person.signed-in",
    ),
    "people/oidc/test_linking_by_nip.py::test_a_nip_links_employees_and_appraisers_where_that_is_switched_on": (
        "person.linked",
    ),
    "people/passkeys/test_passkeys.py::test_a_passkey_is_both_factors_for_an_administrator": ("person.passkey-added",),
    "people/passkeys/test_passkey_accounts.py::test_an_ended_passkey_opens_nothing": ("person.passkey-ended",),
    "access/test_key_command.py::test_a_rotated_key_works_beside_its_successor_for_the_overlap": ("key.rotated",),
    "screening/test_nightly.py::test_the_service_screens_when_the_night_has_come": ("finding.raised",),
    "transparency/test_sealing.py::test_the_trail_and_the_seal_say_how_many": ("month.sealed", "ratings.dropped"),
    "transparency/test_log_commands.py::test_what_an_inventory_leaves_out_is_said_and_can_be_accepted": (
        "inventory.accepted",
    ),
    "transparency/test_log_commands.py::test_from_a_final_report_to_a_proof_that_a_witness_has_seen": ("log.cosigned",),
    "transparency/test_log_commands.py::test_what_was_published_is_brought_back_and_the_trail_says_so": (
        "log.recovered",
    ),
}
# What the service notes for itself about any request, and leaves there whatever becomes of it.
BESIDE = frozenset({"installation"})
WRITES = compile(r"\b(INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b")
Stored = dict[str, list[str]]


@pytest.fixture
def stage(furnished: tuple[str, dict[str, str]], tmp_path: Path) -> Iterator[House]:
    """A service that can sign."""
    url, keys = furnished
    file = tmp_path / KEY_FILE
    with House.open(url, keys | {KEY_FILE: str(file)}, signing_key_file=file) as house:
        yield house


def ask(house: House, asked: Asked) -> httpx.Response:
    """The request, as it is sent."""
    sent = {} if asked.body is None else {"json": asked.body}
    return house.request(asked.method, asked.path, asked.key, headers=asked.headers, **sent)


def stored(house: House) -> Stored:
    """Every row of every table."""
    tables = [table.name for table in metadata.sorted_tables if table.name not in BESIDE]
    with house.database.reading() as session:
        return {name: sorted(map(str, session.execute(text(f"SELECT * FROM {name}")))) for name in tables}


def rows_of(house: House, action: str) -> list[AuditEvent]:
    """The rows of an action, oldest first."""
    with house.database.reading() as session:
        found = session.exec(select(AuditEvent).where(AuditEvent.action == action)).all()
    return sorted(found, key=lambda each: each.event_id)


@contextmanager
def listening(target: type[Any], listeners: Mapping[str, Callable[..., Any]]) -> Iterator[None]:
    """These listeners hear what happens to all sessions or connections of this process."""
    for name, listener in listeners.items():
        event.listen(target, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners.items():
            event.remove(target, name, listener)


@contextmanager
def no_row(house: House) -> Iterator[None]:
    """Nothing can be written into the trail."""
    with owning(house.database) as session:
        session.execute(text("ALTER TABLE audit_event RENAME TO audit_elsewhere"))
    try:
        yield
    finally:
        with owning(house.database) as session:
            session.execute(text("ALTER TABLE audit_elsewhere RENAME TO audit_event"))


@contextmanager
def no_commit(action: AuditAction) -> Iterator[None]:
    """The row of this action is written, and then the transaction breaks in which it was."""
    sessions = list[Any]()

    def notes(session: Any, *_: Any) -> None:
        if any(isinstance(each, AuditEvent) and each.action == action for each in session.new):
            sessions.append(session)

    def refuses(session: Any) -> None:
        if any(session is each for each in sessions):
            raise RuntimeError("the power went out")

    with listening(Session, {"after_flush": notes, "before_commit": refuses}):
        yield
    assert sessions, "the row was never written"


@contextmanager
def written() -> Iterator[list[str]]:
    """The transactions that wrote something and were committed, each by its first statement that did."""
    first, committed = dict[int, str](), list[str]()

    def executes(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if WRITES.search(statement):
            first.setdefault(id(connection), statement)

    def commits(connection: Connection) -> None:
        if id(connection) in first:
            committed.append(first.pop(id(connection)))

    def rolls_back(connection: Connection) -> None:
        first.pop(id(connection), None)

    with listening(Engine, {"before_cursor_execute": executes, "commit": commits, "rollback": rolls_back}):
        yield committed


@pytest.mark.sqlite_daily
@pytest.mark.long
@pytest.mark.parametrize("action", sorted(BY_ONE_REQUEST))
def test_an_action_leaves_its_row_and_neither_is_there_without_the_other(stage: House, action: AuditAction) -> None:
    asked = BY_ONE_REQUEST[action](stage)
    before, known = stored(stage), len(rows_of(stage, action))
    for broken in (no_row(stage), no_commit(action)):
        with broken:
            assert ask(stage, asked).status_code >= 500
        assert stored(stage) == before
    with written() as transactions:
        answer = ask(stage, asked)
    assert answer.is_success, answer.text
    # What one transaction writes, another one's end cannot take from it.
    assert len(transactions) == 1, transactions
    [row] = rows_of(stage, action)[known:]
    assert row.agency_id == "kota"
    assert row.actor.partition(":")[0] == (asked.actor or asked.key)
    assert row.subject == (asked.subject or answer.json()["id"])
    assert row.at == stage.clock.now
    for word in (CANARY_NAME, CANARY_NIP, "crm_", *WRITTEN, *filter(None, (asked.secret,))):
        assert word not in str(row.model_dump())


@pytest.mark.parametrize("named", ELSEWHERE, ids=lambda named: named.partition("::")[2])
def test_what_is_done_elsewhere_is_read_there(named: str) -> None:
    file, _, name = named.partition("::")
    functions = functions_in((TESTS / file).read_text("utf-8"))
    assert name in functions, f"{file} has no {name}"
    # The test itself, or a function beside it that it calls.
    called = {each.id for each in ast.walk(functions[name]) if isinstance(each, ast.Name)}
    texts = [each for part in (name, *sorted(called & functions.keys())) for each in texts_in(functions[part])]
    for action in ELSEWHERE[named]:
        assert any(reads(each, action) for each in texts), f"{name} reads no {action}"


def test_every_action_has_one_place_in_the_table() -> None:
    placed = [*SCENES, *SCENES_OF_PERSONS, *(action for actions in ELSEWHERE.values() for action in actions)]
    assert sorted(placed) == sorted(get_args(AuditAction))


def functions_in(source: str) -> dict[str, ast.FunctionDef]:
    """The functions of a module, by name."""
    return {each.name: each for each in ast.parse(source).body if isinstance(each, ast.FunctionDef)}


def texts_in(part: ast.AST) -> list[str]:
    """Every text that stands in a piece of a program."""
    return [each.value for each in ast.walk(part) if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def reads(said: str, action: str) -> bool:
    """Whether a text is an action's name, or a question about the trail that holds it."""
    return said == action or ("audit_event" in said and f"'{action}'" in said)
