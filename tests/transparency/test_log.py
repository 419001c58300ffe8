"""Reports and nights enter the log; it is signed, published and proven; agencies have each their own."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from app.closing.logged import enter_older, reconcile_reports
from app.foundation.storage.database import Session
from app.seals.keyring import usable_keys
from app.transparency import inventory as taking
from app.transparency.inventory import InventoryOrder, take_inventory
from app.transparency.log import checkpoint
from app.transparency.publishing import NotPublished
from app.transparency.rules.checkpoints import parse_checkpoint
from app.transparency.rules.inventories import Marker
from app.transparency.rules.notes import parse_note, signers
from app.transparency.rules.policies import parse_policy
from app.transparency.rules.proofs import parse_proof
from app.transparency.rules.report_proofs import accepted_proof
from app.transparency.sources import FolderSource, PublishedTiles
from tests.closing.steps import close, finalise, report
from tests.house import SECRET, House
from tests.transparency.houses import LATE, TRACES, change, closed, faults, inventory, key_of, published, rate


def entries(house: House, agency: str = "kota") -> list[tuple[int, str]]:
    with house.database.reading() as session:
        query = text("SELECT position, kind FROM log_entry WHERE agency_id = :agency ORDER BY position")
        return [(row[0], row[1]) for row in session.execute(query, {"agency": agency})]


@pytest.mark.long
def test_every_final_report_is_entered_in_the_transaction_that_makes_it_final(office: House, key_file: Path) -> None:
    close(office)
    assert entries(office) == []
    finalise(office, key_file)
    kinds = [kind for _, kind in entries(office)]
    with office.database.reading() as session:
        reports = session.execute(text("SELECT count(*) FROM report WHERE envelope IS NOT NULL")).scalar_one()
    assert kinds == ["report"] * reports
    assert entries(office, "desa") == []


@pytest.mark.long
def test_a_report_is_proven_once_a_checkpoint_has_it_and_pending_before(
    office: House, key_file: Path, tmp_path: Path
) -> None:
    closed(office, key_file)
    before = report(office, "E001")
    address = f"/v1/reports/{before['id']}"
    first = office.get(address)
    assert "proof" not in first.json()
    assert "pending" in office.get(address, params={"format": "html", "lang": "en"}).text
    published(office, tmp_path / "log")
    # The service has kept the report; what it keeps is asked anew after some minutes, and other formats at once.
    page = office.get(address, "supervisor", params={"format": "html", "lang": "en"})
    assert key_of(office).origin in page.text
    assert "no witness yet" in page.text
    with House.open(str(office.database.url.render_as_string(hide_password=False)), office.keys) as other:
        answer = other.get(address)
        again = other.get(address)
    envelope = answer.json()
    assert again.content == answer.content
    assert answer.headers["ETag"] != first.headers["ETag"]
    proof = envelope.pop("proof")
    assert envelope == first.json()
    policy = parse_policy(f"log {key_of(office).verifier}\nquorum none\n".encode())
    assert accepted_proof(envelope, proof.encode(), policy).proof == parse_proof(proof.encode())
    change(office.database, "UPDATE log_checkpoint SET cosignatures = 'no line', witnesses = 1")
    with House.open(str(office.database.url.render_as_string(hide_password=False)), office.keys) as other:
        assert parse_proof(other.get(address).json()["proof"].encode()) == parse_proof(proof.encode())


@pytest.mark.long
def test_a_damaged_log_proves_nothing_and_breaks_no_report(office: House, key_file: Path, tmp_path: Path) -> None:
    closed(office, key_file)
    published(office, tmp_path / "log")
    address = f"/v1/reports/{report(office, 'E001')['id']}"
    for statement in (
        "UPDATE log_checkpoint SET note = 'no note'",
        "DELETE FROM log_entry WHERE position = 0",
        "DELETE FROM log_checkpoint",
        "DELETE FROM log_entry",
    ):
        change(office.database, statement)
        answer = office.get(address, "supervisor", params={"format": "html", "lang": "en"})
        assert answer.status_code == 200
        assert "pending" in answer.text
    assert reconcile_reports(office.database, usable_keys(key_file)) == ()


@pytest.mark.long
def test_reports_from_before_there_was_a_log_are_entered_first(office: House, key_file: Path) -> None:
    closed(office, key_file)
    n = len(entries(office))
    change(office.database, "DELETE FROM log_entry")
    enter_older(office.database)
    enter_older(office.database)
    inventory(office)
    assert [kind for _, kind in entries(office)] == ["report"] * n + ["inventory"]
    assert reconcile_reports(office.database, usable_keys(key_file)) == ()


@pytest.mark.long
def test_the_first_closing_enters_the_reports_from_before_as_well(office: House, key_file: Path) -> None:
    closed(office, key_file)
    n = len(entries(office))
    change(office.database, "DELETE FROM log_entry")
    close(office, "2026-09")
    office.clock.now += LATE
    assert office.post("/v1/periods/2026-09/finalise", {}, "supervisor").status_code == 200
    assert len(entries(office)) > n
    assert reconcile_reports(office.database, usable_keys(key_file)) == ()


@pytest.mark.long
def test_what_becomes_of_a_final_report_is_found(office: House, key_file: Path) -> None:
    closed(office, key_file)
    keys = usable_keys(key_file)
    assert reconcile_reports(office.database, keys) == ()
    with office.database.reading() as session:
        rows = session.execute(
            text("SELECT report_id, envelope FROM report WHERE envelope IS NOT NULL ORDER BY report_id")
        ).all()
    (one, envelope), (other, other_envelope) = rows[:2]
    sealed = json.loads(envelope)
    sealed["document"]["agency"]["name"] = "Kota lain"
    update = "UPDATE report SET envelope = :envelope WHERE report_id = :id"
    for content, told in (
        (json.dumps(sealed), "is altered at /document/agency"),
        ("{}", "it is no signed report any more"),
        (other_envelope, "it is another report's document"),
    ):
        assert change(office.database, update, envelope=content, id=one) == 1
        [fault] = reconcile_reports(office.database, keys)
        assert told in fault
        assert str(one).replace("-", "") in fault.replace("-", "")
        change(office.database, update, envelope=envelope, id=one)
    change(office.database, "UPDATE report SET envelope = NULL WHERE report_id = :id", id=other)
    [fault] = reconcile_reports(office.database, keys)
    assert "was deleted" in fault
    change(office.database, update, envelope=other_envelope, id=other)
    # Without the key at hand the entry still says what was signed.
    assert reconcile_reports(office.database, {}) == ()
    change(office.database, "DELETE FROM log_entry WHERE position = 1")
    assert any("was inserted: it is not in the log" in each for each in reconcile_reports(office.database, keys))


def test_a_night_is_one_entry_whatever_came(house: House) -> None:
    first = inventory(house)
    assert first.listed > 0
    rate(house, 3)
    assert inventory(house).listed == 3
    assert inventory(house).listed == 0
    assert entries(house) == [(0, "inventory"), (1, "inventory"), (2, "inventory")]
    assert faults(house) == ()


def test_agencies_have_logs_of_their_own(house: House, tmp_path: Path) -> None:
    rate(house, 2)
    inventory(house)
    inventory(house, "desa")
    for agency in ("kota", "desa"):
        assert published(house, tmp_path / agency, agency).size == 1
    kota, desa = key_of(house), key_of(house, "desa")
    assert kota.verifier.public != desa.verifier.public
    assert kota.origin.endswith("/log/kota")
    note = parse_note((tmp_path / "kota" / "checkpoint").read_bytes())
    assert signers(note, [kota.verifier, desa.verifier]) == {kota.verifier}
    with pytest.raises(NotPublished, match="not signed with the key of this log"):
        published(house, tmp_path / "kota", "desa")
    # What is done to one agency's rows is told of that agency alone.
    change(house.database, "UPDATE rating SET sheet = '111' WHERE agency_id = 'kota'")
    assert faults(house, "desa") == ()
    assert {each.partition(":")[0] for each in faults(house)} == {"kota"}


def test_a_log_is_named_after_the_service_and_keeps_its_name(house: House) -> None:
    inventory(house)
    named = checkpoint(
        house.database, "kota", SECRET.encode(), "https://user@cermin.kota.go.id/cermin/", house.clock.now
    )
    assert named is not None
    assert parse_checkpoint(named.text).origin == "cermin.kota.go.id/cermin/log/kota"
    inventory(house)
    moved = checkpoint(house.database, "kota", SECRET.encode(), "https://other.go.id", house.clock.now)
    assert moved is not None
    assert parse_checkpoint(moved.text).origin == "cermin.kota.go.id/cermin/log/kota"


def test_nothing_is_signed_twice_and_an_empty_log_not_at_all(house: House) -> None:
    assert checkpoint(house.database, "kota", SECRET.encode(), None, house.clock.now) is None
    inventory(house)
    first = checkpoint(house.database, "kota", SECRET.encode(), None, house.clock.now)
    assert checkpoint(house.database, "kota", SECRET.encode(), None, house.clock.now) == first


def test_publishing_writes_what_is_new_alone(house: House, tmp_path: Path) -> None:
    inventory(house)
    assert published(house, tmp_path) == (1, 3)
    assert published(house, tmp_path) == (1, 0)
    inventory(house)
    assert published(house, tmp_path) == (2, 3)
    tiles = PublishedTiles(FolderSource(tmp_path))
    assert len(tiles.tile(0, 0, 2)) == 64
    assert [json.loads(entry)["number"] for entry in tiles.entries(0, 2)] == [1, 2]


@pytest.mark.long
def test_a_log_of_several_hundred_entries_is_published_and_checked(house: House, tmp_path: Path) -> None:
    inventory(house)
    published(house, tmp_path)
    change(house.database, MANY.format(first=1, end=600))
    assert published(house, tmp_path).size == 600
    names = {str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()}
    assert {"tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/002.p/88"} <= names
    assert faults(house, "kota") == ()
    # An entry in a tile that was full is found in that tile, though every later root is made without it.
    change(house.database, "UPDATE log_entry SET entry = '{}' WHERE position = 300")
    assert any("log entries 256 to 511 are not those that were signed" in each for each in faults(house, "kota"))


# Entries that stand for many years of nights.
# Where nothing can be there already, Citus would copy the rows to their shards, which no policy lets it.
MANY = """WITH RECURSIVE counted(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM counted WHERE n + 1 < {end})
INSERT INTO log_entry (agency_id, position, kind, subject, entry, detail)
SELECT 'kota', n, 'report', 'r' || n, '{{"kind":"report","sealed":"' || n || '"}}', '{{}}'
FROM counted WHERE true ON CONFLICT DO NOTHING"""


def test_a_log_that_was_rewritten_is_neither_signed_nor_published(house: House, tmp_path: Path) -> None:
    inventory(house)
    inventory(house)
    published(house, tmp_path)
    change(house.database, "UPDATE log_entry SET entry = '{}' WHERE position = 0")
    inventory(house)
    with pytest.raises(ValueError, match="does not begin as it was signed"):
        published(house, tmp_path)
    # Whoever takes the checkpoints away as well is stopped by what is published already.
    change(house.database, "DELETE FROM log_checkpoint")
    with pytest.raises(NotPublished, match="would be a fork"):
        published(house, tmp_path)


def test_a_log_that_was_cut_short_is_not_published(house: House, tmp_path: Path) -> None:
    for _ in range(3):
        inventory(house)
    published(house, tmp_path)
    for table in ("log_entry", "inventory_part", "log_checkpoint"):
        change(house.database, f"DELETE FROM {table}")
    inventory(house)
    with pytest.raises(NotPublished, match="would be a fork"):
        published(house, tmp_path)


def test_what_is_no_checkpoint_is_not_written_over(house: House, tmp_path: Path) -> None:
    inventory(house)
    (tmp_path / "checkpoint").write_text("mine")
    with pytest.raises(NotPublished, match="cannot be read"):
        published(house, tmp_path)


def test_two_nights_at_once_are_one(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    inventory(house)
    marker, order = Marker(SECRET.encode(), "kota"), InventoryOrder(house.clock.now, "test", LATE, TRACES)
    look = taking._look

    def looked(session: Session, agency_id: str, by: Marker, asked: InventoryOrder) -> object:
        """Another process takes one between the reading and the writing of this one."""
        found = look(session, agency_id, by, asked)
        monkeypatch.setattr(taking, "_look", look)
        inventory(house)
        return found

    monkeypatch.setattr(taking, "_look", looked)
    assert take_inventory(house.database, "kota", marker, order) is None
    assert len(entries(house)) == 2
    assert faults(house) == ()
