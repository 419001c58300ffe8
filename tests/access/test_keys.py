"""Keys are issued, revoked and rotated, each with its audit row in the same transaction."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from app.access.keys import KeyFault, digest, issue, matches, read_key, revoke, rotate
from app.access.principals import KeyKind, Principal
from app.access.rules.random_codes import ALPHABET
from app.access.store import find_key, keys_of
from app.access.tables import ApiKey, AuditEvent
from app.foundation.storage.database import Database, Session
from tests.house import NOW

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def make(session: Session, **values: Any) -> tuple[str, ApiKey]:
    """Issue a reader's key of the agency kota, unless told otherwise."""
    given: dict[str, Any] = {"agency_id": "kota", "kind": KeyKind.reader, "label": "uji", "actor": "test", "now": NOW}
    return issue(session, **given | values)


def end(session: Session, key_id: UUID, agency_id: str = "kota", now: datetime = NOW) -> ApiKey:
    """Revoke a key."""
    return revoke(session, agency_id=agency_id, key_id=key_id, actor="test", now=now)


def succeed(
    session: Session, key_id: UUID, agency_id: str = "kota", now: datetime = NOW, overlap: timedelta = HOUR
) -> tuple[str, ApiKey]:
    """Rotate a key."""
    return rotate(session, agency_id=agency_id, key_id=key_id, actor="test", now=now, overlap=overlap)


def trail(database: Database) -> list[tuple[str, str, str, dict[str, Any]]]:
    """The audit trail in the order of its happening."""
    with database.reading() as session:
        events = session.exec(select(AuditEvent)).all()
    return [
        (event.agency_id, event.action, event.subject, event.detail)
        for event in sorted(events, key=lambda event: event.event_id)
    ]


def test_a_key_has_its_kind_a_public_part_and_160_random_bits(database: Database) -> None:
    with database.writing() as session:
        texts = [make(session, kind=kind, office="setda")[0] for kind in KeyKind for _ in range(50)]
    kinds = "device|app|queue|reader|supervisor|auditor|admin"
    form = re.compile(rf"crm_({kinds})_kota_[{ALPHABET}]{{12}}_[{ALPHABET}]{{32}}")
    assert all(form.fullmatch(text) for text in texts)
    assert (
        len({text.split("_")[3] for text in texts}) == len({text.split("_")[4] for text in texts}) == 50 * len(KeyKind)
    )
    assert len(ALPHABET) == len(set(ALPHABET)) == 32


def test_a_key_that_was_issued_is_read_and_matches_its_row_alone(database: Database) -> None:
    with database.writing() as session:
        text, row = make(session)
        other, _ = make(session)
    given, other_given = read_key(text), read_key(other)
    assert given is not None
    assert other_given is not None
    assert (given.kind, given.lookup) == (KeyKind.reader, row.lookup)
    assert row.digest == digest(given.secret)
    assert matches(row, given)
    assert not matches(row, other_given)
    assert not matches(row, given._replace(kind=KeyKind.admin))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "crm",
        "crm_",
        "crm_app_x",
        "crm_app_x_y_z",
        "crm__x_y",
        "CRM_app_x_y",
        "crm_officer_x_y",
        "crm-app-x-y",
    ],
)
def test_what_has_not_the_form_of_a_key_is_none(text: str) -> None:
    assert read_key(text) is None


@pytest.mark.once
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": KeyKind.device}, "needs the office"),
        ({"kind": KeyKind.device, "counter": "loket-1"}, "needs the office"),
        ({"kind": KeyKind.app, "office": "dukcapil", "counter": "loket-1"}, "only a device"),
        ({"kind": KeyKind.reader, "counter": "loket-1"}, "only a device"),
        ({"kind": KeyKind.app, "sees_nip": True}, "can see a NIP"),
        ({"kind": KeyKind.queue, "sees_nip": True}, "can see a NIP"),
        ({"kind": KeyKind.device, "office": "dukcapil", "sees_nip": True}, "can see a NIP"),
        ({"expires_at": NOW}, "past"),
        ({"expires_at": NOW - HOUR}, "past"),
    ],
    ids=str,
)
def test_a_key_that_could_not_work_is_not_issued(database: Database, values: dict[str, Any], words: str) -> None:
    with pytest.raises(KeyFault, match=words), database.writing() as session:
        make(session, **values)
    with database.reading() as session:
        assert keys_of(session, "kota") == []
    assert trail(database) == []


def test_issuing_revoking_and_rotating_leave_their_rows_in_the_audit_trail(database: Database) -> None:
    with database.writing() as session:
        _, first = make(session, kind=KeyKind.device, office="dukcapil", counter="loket-1")
    with database.writing() as session:
        _, second = succeed(session, first.key_id)
    with database.writing() as session:
        end(session, second.key_id)
    place = {"kind": "device", "office": "dukcapil", "counter": "loket-1", "sees_nip": False}
    assert trail(database) == [
        ("kota", "key.issued", str(first.key_id), place),
        ("kota", "key.issued", str(second.key_id), place),
        ("kota", "key.rotated", str(first.key_id), {"successor": str(second.key_id)}),
        ("kota", "key.revoked", str(second.key_id), {}),
    ]
    with database.reading() as session:
        assert {(event.actor, event.at) for event in session.exec(select(AuditEvent))} == {("test", NOW)}


def test_that_a_key_sees_the_nip_is_audited_and_handed_on_to_its_successor(database: Database) -> None:
    with database.writing() as session:
        _, first = make(session, sees_nip=True)
        _, second = succeed(session, first.key_id)
        _, other = make(session)
    assert (first.sees_nip, second.sees_nip, other.sees_nip) == (True, True, False)
    issued = [detail["sees_nip"] for _, action, _, detail in trail(database) if action == "key.issued"]
    assert issued == [True, True, False]


def test_nothing_of_a_secret_is_in_the_audit_trail(database: Database) -> None:
    with database.writing() as session:
        text, row = make(session)
        successor, _ = succeed(session, row.key_id)
    told = str(trail(database))
    for given in map(read_key, (text, successor)):
        assert given is not None
        assert given.secret not in told
        assert digest(given.secret) not in told


def broken_off(database: Database, change: Callable[[Session], object]) -> None:
    """Change something in a transaction that does not end well."""
    with database.writing() as session:
        change(session)
        session.flush()
        raise ZeroDivisionError


def test_a_rolled_back_transaction_takes_the_change_and_its_audit_row_with_it(database: Database) -> None:
    with database.writing() as session:
        _, kept = make(session)
    before = trail(database)
    for change in (make, lambda session: end(session, kept.key_id), lambda s: succeed(s, kept.key_id)):
        with pytest.raises(ZeroDivisionError):
            broken_off(database, change)
        with database.reading() as session:
            [row] = keys_of(session, "kota")
        assert (row.revoked_at, row.expires_at) == (None, None)
        assert trail(database) == before


def test_a_fault_in_the_audit_trail_stops_the_change(database: Database) -> None:
    with database.writing() as session:
        _, row = make(session)
    for change in (
        lambda session: make(session, actor=None),
        lambda session: revoke(session, agency_id="kota", key_id=row.key_id, actor=None, now=NOW),  # type: ignore[arg-type]  # wrong on purpose
    ):
        with pytest.raises(Exception, match=r"(?i)null"), database.writing() as session:
            change(session)
    with database.reading() as session:
        assert [key.revoked_at for key in keys_of(session, "kota")] == [None]


def test_a_key_is_ended_once_and_by_its_own_agency_only(database: Database) -> None:
    with database.writing() as session:
        _, row = make(session)
    for change in (end, succeed):
        for key_id, agency_id in ((row.key_id, "desa"), (uuid4(), "kota"), (row.key_id, "")):
            with pytest.raises(KeyFault, match="no such key"), database.writing() as session:
                change(session, key_id, agency_id)
    with database.writing() as session:
        assert end(session, row.key_id).revoked_at == NOW
    for change in (end, succeed):
        with pytest.raises(KeyFault, match="already revoked"), database.writing() as session:
            change(session, row.key_id, now=NOW + DAY)
    with database.reading() as session:
        stored = find_key(session, "kota", row.key_id)
    assert stored is not None
    assert stored.revoked_at == NOW


def test_the_successor_of_a_key_has_its_reach_and_another_secret(database: Database) -> None:
    with database.writing() as session:
        text, old = make(session, kind=KeyKind.device, office="dukcapil", counter="loket-1", label="kios")
        new_text, new = succeed(session, old.key_id)
    assert (new.agency_id, new.kind, new.office, new.counter, new.label) == (
        old.agency_id,
        old.kind,
        old.office,
        old.counter,
        old.label,
    )
    assert new.key_id != old.key_id
    assert {*text.split("_")[3:]}.isdisjoint(new_text.split("_")[3:])


@pytest.mark.parametrize(
    ("lifetime", "rotated_after", "overlap", "old_ends", "new_ends"),
    [
        # A key without an end gets one from the overlap; its successor has none either.
        (None, DAY, 7 * DAY, 8 * DAY, None),
        (None, DAY, timedelta(0), DAY, None),
        # The successor lives as long as its predecessor was meant to.
        (30 * DAY, 10 * DAY, 7 * DAY, 17 * DAY, 40 * DAY),
        # An overlap never prolongs the old key.
        (30 * DAY, 29 * DAY, 7 * DAY, 30 * DAY, 59 * DAY),
        (30 * DAY, 31 * DAY, 7 * DAY, 30 * DAY, 61 * DAY),
        # A successor of a very short key is good for a day, or it could not be handed over.
        (HOUR, timedelta(0), DAY, HOUR, DAY),
    ],
    ids=str,
)
def test_a_rotation_ends_the_old_key_after_the_overlap_and_renews_its_lifetime(
    database: Database,
    lifetime: timedelta | None,
    rotated_after: timedelta,
    overlap: timedelta,
    old_ends: timedelta,
    new_ends: timedelta | None,
) -> None:
    with database.writing() as session:
        _, row = make(session, expires_at=lifetime and NOW + lifetime)
    with database.writing() as session:
        _, new = succeed(session, row.key_id, now=NOW + rotated_after, overlap=overlap)
    with database.reading() as session:
        old = find_key(session, "kota", row.key_id)
    assert old is not None
    assert old.expires_at == NOW + old_ends
    assert new.expires_at == (None if new_ends is None else NOW + new_ends)


def test_the_keys_of_an_agency_are_listed_oldest_first_and_no_others(database: Database) -> None:
    with database.writing() as session:
        rows = [make(session, now=NOW + n * HOUR)[1] for n in (2, 0, 1)]
        make(session, agency_id="desa")
    with database.reading() as session:
        listed = [key.key_id for key in keys_of(session, "kota")]
    assert listed == [rows[1].key_id, rows[2].key_id, rows[0].key_id]


def test_the_audit_trail_names_a_key_by_its_kind_and_id_never_by_its_text() -> None:
    key_id = uuid4()
    assert Principal("kota", KeyKind.reader, key_id).actor == f"reader:{key_id}"
