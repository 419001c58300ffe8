"""A key at the door: which are let in, and what the others are told."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.access.keys import digest, rotate
from app.access.tables import ApiKey
from app.foundation.storage.database import metadata
from tests.access.key_requests import end, new_key, refused, row_of, with_header
from tests.house import NOW, House, problem

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily


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
