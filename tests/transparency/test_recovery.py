"""A log goes on after a backup was restored: what was published is brought back, and what was lost stays named."""

from pathlib import Path

import pytest

from app.transparency import store
from app.transparency.publishing import NotPublished
from app.transparency.recovery import NotRecovered, Recovered, RecoveryOrder, recover
from app.transparency.rules.notes import parse_note
from app.transparency.rules.stamps import Trusted, request_for, stamp_name, trusted
from app.transparency.rules.tiles import bundle
from app.transparency.sources import FolderSource
from app.transparency.witness import WitnessPlace
from tests.house import House
from tests.transparency.authority import Certifying
from tests.transparency.houses import LATE, change, faults, inventory, key_of, published, rate
from tests.transparency.test_log import MANY


def restored(house: House, size: int) -> None:
    """The database as a backup had it when the log had so many entries, each an inventory."""
    change(house.database, f"DELETE FROM log_entry WHERE position >= {size}")
    change(house.database, f"DELETE FROM inventory_part WHERE number > {size}")
    change(house.database, f"DELETE FROM log_checkpoint WHERE size > {size}")
    assert size < 256, "no tile was full then"
    change(house.database, "DELETE FROM log_tile")


def recovered(house: House, folder: Path, by: Trusted | None = None) -> Recovered:
    order = RecoveryOrder(key_of(house).verifier, LATE, by, "test", house.clock.now)
    return recover(house.database, "kota", FolderSource(folder), order)


@pytest.mark.long
def test_a_restored_log_goes_on_and_says_what_was_lost(house: House, tmp_path: Path) -> None:
    web, witness = tmp_path / "web", WitnessPlace(tmp_path / "witness", "insp.example/w1")
    for _ in range(4):
        rate(house, 2)
        inventory(house)
        published(house, web)
    log = key_of(house).verifier
    witness.cosign(log, FolderSource(web), house.clock.now)
    restored(house, 2)
    with pytest.raises(NotPublished, match="would be a fork"):
        published(house, web)
    assert recovered(house, web) == Recovered(2, None)
    assert [each.partition(": ")[2] for each in faults(house, "kota") if "log entry" in each] == [
        f"log entry {number - 1}, inventory {number}: the record of its rows (rating, block, audit_event) "
        "is not the one that was logged"
        for number in (3, 4)
    ]
    # The ratings of the two nights are here again in this test, and no inventory has them.
    assert inventory(house, accept=True).listed >= 4
    assert len(faults(house, "kota")) == 2
    assert published(house, web).size == 5
    assert witness.cosign(log, FolderSource(web), house.clock.now).before == 4
    with pytest.raises(NotRecovered, match="nothing to bring back"):
        recovered(house, web)


def test_the_published_time_stamp_comes_back_where_it_holds(house: House, tmp_path: Path) -> None:
    web, authority = tmp_path / "web", Certifying().write(tmp_path / "authority")
    other = Certifying().write(tmp_path / "other")
    by, nobody = trusted(authority.root.read_bytes()), trusted(other.root.read_bytes())
    for _ in range(2):
        inventory(house)
    published(house, web)
    text = parse_note((web / "checkpoint").read_bytes()).text
    right, over_another = (authority.reply(request_for(each).content) for each in (text, "another text"))
    file = web / stamp_name(2)
    file.parent.mkdir()
    for stamp, whom, told in (
        (right, None, None),
        (right, by, None),
        (right, nobody, "not by a trusted authority"),
        (over_another, None, "over something else"),
        (b"", None, "cannot be read"),
    ):
        file.write_bytes(stamp)
        restored(house, 1)
        done = recovered(house, web, whom)
        assert done.entries == 1
        assert (told or "") in (done.unstamped or "")
        assert (done.unstamped is None) == (told is None)
        with house.database.reading() as session:
            assert store.stamp_of(session, "kota", 2) == (right if told is None else None)


def test_a_long_log_is_brought_back(house: House, tmp_path: Path) -> None:
    inventory(house)
    change(house.database, MANY.format(first=1, end=600))
    published(house, tmp_path)
    restored(house, 1)
    assert recovered(house, tmp_path) == Recovered(599, None)
    inventory(house, accept=True)
    assert published(house, tmp_path).size == 601


def test_what_is_not_this_log_is_not_brought_back(house: House, tmp_path: Path) -> None:
    for _ in range(3):
        inventory(house)
    published(house, tmp_path)
    restored(house, 1)
    change(house.database, "UPDATE log_entry SET entry = '{}'")
    with pytest.raises(NotRecovered, match="not the beginning"):
        recovered(house, tmp_path)
    restored(house, 0)
    entries = tmp_path / "tile/entries/000.p/3"
    content = entries.read_bytes()
    for forged, told in (
        (content.replace(b"inventory", b"inventori"), "not those of the checkpoint"),
        (bundle([b"x" * 2_000] * 3), "none of this log"),
    ):
        entries.write_bytes(forged)
        with pytest.raises(NotRecovered, match=told):
            recovered(house, tmp_path)
    checkpoint = tmp_path / "checkpoint"
    inventory(house, "desa")
    published(house, tmp_path / "desa", "desa")
    checkpoint.write_bytes((tmp_path / "desa" / "checkpoint").read_bytes())
    with pytest.raises(NotRecovered, match="not signed"):
        recovered(house, tmp_path)
