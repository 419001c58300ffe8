"""A key at the door: which are let in, what the others are told, and for how long a dead one still works."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from app.access.authentication import Authenticator
from app.access.keys import digest, issue, read_key, revoke, rotate
from app.access.principals import KeyKind, Principal
from app.access.store import keys_by_lookup
from app.access.tables import ApiKey
from app.foundation.storage.database import metadata
from tests.house import NOW, House, problem

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

CHALLENGE = 'Bearer realm="cermin"'


def refused(response: httpx.Response, code: str) -> bytes:
    """Assert that the answer is this 401 with its challenge, and return the body."""
    problem(response, 401, code)
    assert response.headers["www-authenticate"] == CHALLENGE
    return response.content


def with_header(house: House, authorization: str | bytes | None) -> httpx.Response:
    """Ask for offices with exactly this Authorization header."""
    headers: dict[str, Any] = {} if authorization is None else {"authorization": authorization}
    return house.request("GET", "/v1/offices", headers=headers)


def new_key(house: House, agency_id: str = "kota", **values: Any) -> tuple[str, ApiKey]:
    """A fresh key; a reader's unless told otherwise."""
    given: dict[str, Any] = {"kind": KeyKind.reader, "label": "uji", "actor": "test", "now": house.clock.now} | values
    with house.database.writing() as session:
        return issue(session, agency_id=agency_id, **given)


def end(house: House, row: ApiKey) -> None:
    """Revoke the key now."""
    with house.database.writing() as session:
        revoke(session, agency_id=row.agency_id, key_id=row.key_id, actor="test", now=house.clock.now)


def row_of(house: House, key: str) -> ApiKey:
    """The stored row of a named key."""
    given = read_key(house.keys[key])
    assert given is not None
    with house.database.reading() as session:
        [row] = keys_by_lookup(session, given.agency_id, given.lookup)
    return row


@pytest.fixture
def remembering(furnished: tuple[str, dict[str, str]]) -> Iterator[tuple[House, House]]:
    """Two processes on one database that remember a checked key for as long as the settings allow."""
    url, keys = furnished
    with (
        House.open(url, keys, key_cache_seconds=55) as one,
        House.open(url, keys, key_cache_seconds=55) as other,
    ):
        yield one, other


def at(houses: tuple[House, House], moment: datetime) -> None:
    """Turn the clocks of both processes."""
    for house in houses:
        house.clock.now = moment


@pytest.mark.quiet
def test_whoever_sends_no_key_is_told_that_it_is_missing(house: House) -> None:
    key = house.keys["reader"]
    told = {
        refused(with_header(house, authorization), "key-missing")
        for authorization in (None, "", "Bearer", "Bearer ", key, f"Basic {key}", f"Token {key}")
    }
    assert len(told) == 1


@pytest.mark.quiet
def test_a_text_that_cannot_be_a_key_and_a_wrong_key_are_told_the_same(house: House) -> None:
    key = house.keys["reader"]
    _, kind, agency, lookup, secret = key.split("_")
    other_secret = house.keys["admin"].rsplit("_", 1)[1]
    wrong: list[str | bytes] = [
        "halo",
        "crm",
        "crm___",
        f"crm_{kind}_{lookup}",
        f"{key}_{secret}",
        f"xxx_{kind}_{lookup}_{secret}",
        f"CRM_{kind}_{lookup}_{secret}",
        f"crm_queue_{lookup}_{secret}",
        f"crm_{kind.upper()}_{lookup}_{secret}",
        # The form of a key, but not one that was ever issued.
        f"crm_{kind}_{'0' * 12}_{secret}",
        f"crm_{kind}_{lookup}_{'0' * 32}",
        f"crm_{kind}_{lookup}_{secret[:-1]}",
        f"crm_{kind}_{lookup}_{secret}0",
        f"crm_{kind}_{lookup}_{secret.upper()}",
        f"crm_{kind}_{lookup}_",
        f"crm_{kind}_{lookup}_{digest(secret)}",
        # Another agency, one that there is not, and what no agency is called.
        f"crm_{kind}_desa_{lookup}_{secret}",
        f"crm_{kind}_tiada_{lookup}_{secret}",
        f"crm_{kind}__{lookup}_{secret}",
        f"crm_{kind}_{agency}%_{lookup}_{secret}",
        f"crm_{kind}_{agency}_{'0' * 12}_{secret}",
        f"crm_{kind}_{agency}_{lookup}_{'0' * 32}",
        f"crm_{kind}_{lookup}_{other_secret}",
        # The right secret under another kind: a reader cannot call itself an administrator.
        f"crm_admin_{lookup}_{secret}",
        f"crm_app_{lookup}_{secret}",
        f"crm_admin_{agency}_{lookup}_{secret}",
        f"crm_{kind}_{lookup}_{'k' * 10_000}",
        f"crm_{kind}_{'k' * 10_000}_{secret}",
        b"Bearer crm_reader_\xe9\xff_\xa0",
    ]
    told = {
        refused(with_header(house, text if isinstance(text, bytes) else f"Bearer {text}"), "key-unknown")
        for text in wrong
    }
    assert len(told) == 1


@pytest.mark.quiet
@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_a_key_that_no_database_could_hold_is_only_unknown(house: House) -> None:
    for key in (b"crm_reader_\xc3\x28_x", b"crm_reader_\x00_x", b"crm_reader_abc\x00def_x"):
        refused(with_header(house, b"Bearer " + key), "key-unknown")


@pytest.mark.quiet
def test_the_scheme_is_read_in_any_case(house: House) -> None:
    for scheme in ("bearer", "BEARER", "BeArEr"):
        assert with_header(house, f"{scheme} {house.keys['reader']}").status_code == 200


def test_a_key_works_until_the_moment_it_expires(house: House) -> None:
    key, _ = new_key(house, expires_at=NOW + timedelta(hours=1))
    house.clock.now = NOW + timedelta(hours=1, microseconds=-1)
    assert house.get("/v1/offices", key).status_code == 200
    house.clock.now = NOW + timedelta(hours=1)
    refused(house.get("/v1/offices", key), "key-expired")


def test_a_revoked_key_is_told_so_and_still_after_it_would_have_expired(house: House) -> None:
    key, row = new_key(house, expires_at=NOW + timedelta(hours=1))
    end(house, row)
    refused(house.get("/v1/offices", key), "key-revoked")
    house.clock.now += timedelta(hours=2)
    refused(house.get("/v1/offices", key), "key-revoked")


def test_only_the_holder_of_the_secret_learns_that_a_key_expired_or_was_revoked(house: House) -> None:
    unknown = refused(house.get("/v1/offices", f"crm_reader_{'0' * 12}_{'0' * 32}"), "key-unknown")
    for key, row in (new_key(house), new_key(house, expires_at=NOW + timedelta(seconds=1))):
        house.clock.now = NOW
        if row.expires_at is None:
            end(house, row)
        house.clock.now = NOW + timedelta(seconds=2)
        forged = key[:-32] + "0" * 32
        assert refused(house.get("/v1/offices", forged), "key-unknown") == unknown


def test_both_keys_work_during_the_overlap_of_a_rotation_and_then_only_the_new_one(house: House) -> None:
    old, row = new_key(house)
    with house.database.writing() as session:
        new, _ = rotate(
            session,
            agency_id="kota",
            key_id=row.key_id,
            actor="test",
            now=house.clock.now,
            overlap=timedelta(days=7),
        )
    for passed in (timedelta(0), timedelta(days=7, microseconds=-1)):
        house.clock.now = NOW + passed
        assert [house.get("/v1/offices", key).status_code for key in (old, new)] == [200, 200]
    house.clock.now = NOW + timedelta(days=7)
    refused(house.get("/v1/offices", old), "key-expired")
    assert house.get("/v1/offices", new).status_code == 200


@pytest.mark.quiet
def test_a_key_of_another_kind_is_refused_with_the_kinds_that_are_taken(house: House) -> None:
    document = problem(house.get("/v1/indices", "app"), 403, "key-kind-refused")
    assert "reader, supervisor, auditor, admin" in document["detail"]
    response = house.post("/v1/ratings", house.sheet(), "reader")
    assert "device, app" in problem(response, 403, "key-kind-refused")["detail"]
    assert "www-authenticate" not in response.headers


def test_a_key_speaks_for_its_own_agency_alone(house: House) -> None:
    for agency_id in ("kota", "desa"):
        house.release(agency_id)
    assert house.get("/v1/indices", "reader").json()["agency"] == "kota"
    assert house.get("/v1/indices", "desa reader").json()["agency"] == "desa"


def test_keys_of_two_agencies_that_share_their_public_part_are_told_apart_by_their_secrets(
    house: House,
) -> None:
    # Twelve random characters never meet by chance; if they did, nothing may happen to either agency.
    lookup = row_of(house, "reader").lookup
    twin = ApiKey(
        agency_id="desa",
        key_id=uuid4(),
        kind="reader",
        lookup=lookup,
        digest=digest("s" * 32),
        label="kembar",
        issued_at=NOW,
    )
    with house.database.writing() as session:
        session.add(twin)
    for agency_id in ("kota", "desa"):
        house.release(agency_id)
    assert house.get("/v1/indices", f"crm_reader_{lookup}_{'s' * 32}").json()["agency"] == "desa"
    assert house.get("/v1/indices", "reader").json()["agency"] == "kota"
    refused(house.get("/v1/indices", f"crm_reader_{lookup}_{'t' * 32}"), "key-unknown")


def test_a_revoked_key_is_dead_in_every_process_within_the_time_of_the_key_cache(
    remembering: tuple[House, House],
) -> None:
    key, row = new_key(remembering[0])
    for house in remembering:
        assert house.get("/v1/offices", key).status_code == 200
    end(remembering[0], row)
    # Used all the time: a remembered key must not live longer for that.
    for second in range(0, 60, 10):
        at(remembering, NOW + timedelta(seconds=second))
        for house in remembering:
            response = house.get("/v1/offices", key)
            assert response.status_code == 200 or refused(response, "key-revoked")
    at(remembering, NOW + timedelta(seconds=60))
    for house in remembering:
        refused(house.get("/v1/offices", key), "key-revoked")


def confirm(houses: tuple[House, ...]) -> None:
    """What the job of each process does every few seconds."""
    for house in houses:
        house.services.of(Authenticator).confirm()


def test_a_key_that_is_confirmed_is_not_looked_up_again_and_a_revoked_one_ends_at_the_next_look(
    remembering: tuple[House, House], monkeypatch: pytest.MonkeyPatch
) -> None:
    key, row = new_key(remembering[0])
    lasting = new_key(remembering[0])[0]
    for house in remembering:
        assert house.get("/v1/offices", key).status_code == house.get("/v1/offices", lasting).status_code == 200
    looked_up: list[object] = []
    check = Authenticator.check

    def noted(self: Authenticator, authorization: str | None, address: str) -> Principal:
        looked_up.append(self)
        return check(self, authorization, address)

    monkeypatch.setattr(Authenticator, "check", noted)
    for minutes in range(1, 30):
        at(remembering, NOW + timedelta(minutes=minutes))
        confirm(remembering)
        assert {house.get("/v1/offices", key).status_code for house in remembering} == {200}
    assert looked_up == []
    end(remembering[0], row)
    confirm(remembering)
    for house in remembering:
        refused(house.get("/v1/offices", key), "key-revoked")
        assert house.get("/v1/offices", lasting).status_code == 200
    assert len(looked_up) == len(remembering)
    # Where no look succeeds, a key is looked up as soon as the cache's time is over.
    at(remembering, house.clock.now + timedelta(seconds=55))
    assert house.get("/v1/offices", lasting).status_code == 200
    assert len(looked_up) == len(remembering) + 1


def test_a_confirmed_key_that_is_rotated_ends_with_the_overlap(remembering: tuple[House, House]) -> None:
    house = remembering[1]
    key, row = new_key(house)
    assert house.get("/v1/offices", key).status_code == 200
    with house.database.writing() as session:
        rotate(
            session,
            agency_id="kota",
            key_id=row.key_id,
            actor="test",
            now=NOW,
            overlap=timedelta(minutes=10),
        )
    for minutes, status in ((9, 200), (10, 401)):
        at(remembering, NOW + timedelta(minutes=minutes))
        confirm(remembering)
        assert house.get("/v1/offices", key).status_code == status


def test_a_confirmed_key_is_looked_up_once_a_day_so_that_its_use_is_noted(remembering: tuple[House, House]) -> None:
    house = remembering[0]
    for moment in (NOW, NOW.replace(hour=23, minute=59), NOW + timedelta(days=1)):
        at(remembering, moment)
        confirm(remembering)
        assert house.get("/v1/offices", "reader").status_code == 200
        house.services.of(Authenticator).uses.write()
        assert row_of(house, "reader").last_used_on == moment.date()


def test_a_key_that_was_refused_once_stays_refused(remembering: tuple[House, House]) -> None:
    house = remembering[0]
    key, row = new_key(house)
    assert house.get("/v1/offices", key).status_code == 200
    end(house, row)
    house.clock.now = NOW + timedelta(seconds=56)
    for _ in range(3):
        refused(house.get("/v1/offices", key), "key-revoked")


def test_what_is_remembered_of_a_key_never_outlives_the_key(remembering: tuple[House, House]) -> None:
    house = remembering[0]
    key, _ = new_key(house, expires_at=NOW + timedelta(seconds=10))
    assert house.get("/v1/offices", key).status_code == 200
    house.clock.now = NOW + timedelta(seconds=10)
    refused(house.get("/v1/offices", key), "key-expired")


def test_a_refusal_is_not_remembered(remembering: tuple[House, House]) -> None:
    house = remembering[0]
    key, row = new_key(house)
    with house.database.writing() as session:
        session.delete(row)
    refused(house.get("/v1/offices", key), "key-unknown")
    with house.database.writing() as session:
        session.merge(row)
    assert house.get("/v1/offices", key).status_code == 200


def test_a_remembered_key_is_remembered_by_its_whole_text(remembering: tuple[House, House]) -> None:
    house = remembering[0]
    key = house.keys["reader"]
    assert house.get("/v1/offices", key).status_code == 200
    refused(house.get("/v1/offices", f"{key[:-1]}{'1' if key[-1] == '0' else '0'}"), "key-unknown")
    refused(house.get("/v1/offices", key.replace("_reader_", "_admin_")), "key-unknown")


@pytest.mark.quiet
def test_the_secret_of_a_key_is_stored_nowhere(house: House) -> None:
    for key in ("app", "reader", "admin"):
        assert house.get("/v1/offices", key).status_code == 200
    with house.database.reading() as session:
        stored = {
            table.name: " ".join(
                str(value) for row in session.execute(text(f"SELECT * FROM {table.name}")) for value in row
            )
            for table in metadata.sorted_tables
        }
    for key in house.keys.values():
        secret = key.rsplit("_", 1)[1]
        assert not [name for name, content in stored.items() if secret in content]
        assert digest(secret) in stored["api_key"]
