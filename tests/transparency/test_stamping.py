"""The log's checkpoints are stamped where an authority is set; whatever the authority does costs the stamp alone."""

import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.foundation.outgoing import posting
from app.foundation.outgoing.posting import OutgoingPost
from app.foundation.startup_errors import StartupError
from app.foundation.storage.leases import Lease
from app.transparency import store
from app.transparency.authority import Authority, NoAnswer, NotStamped, stamp_authority
from app.transparency.log import checkpoint
from app.transparency.reconciliation import LogTerms, reconcile_log
from app.transparency.rules.notes import parse_note
from app.transparency.rules.stamps import checked, request_for, trusted
from app.transparency.stamping import LATER, LEASE, NAME, Stamping
from tests.house import SECRET, House
from tests.transparency.authority import Certifying, Served, serving
from tests.transparency.houses import LATE, TRACES, change, faults, inventory, published

KEYS = Certifying()


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Served]:
    """An authority that listens."""
    with serving(KEYS.write(tmp_path / "authority")) as served:
        yield served


@pytest.fixture
def house(house: House) -> House:
    """The clocks of authorities are the world's, and so is this one."""
    house.clock.now = datetime.now(UTC)
    return house


def asking(authority: Served) -> Authority:
    by = trusted(authority.authority.root.read_bytes())
    # With nothing else to read first, short waits are those for the authority.
    post = OutgoingPost({"127.0.0.1"}, trusted=ssl.create_default_context())
    return Authority(authority.address, by, post)


def stamping(house: House, authority: Served, folder: Path | None = None) -> Stamping:
    return Stamping(house.database, house.clock, asking(authority), folder=folder)


def signed(house: House, agency: str = "kota") -> str:
    """One more entry, and the text of the checkpoint that has it."""
    inventory(house, agency)
    note = checkpoint(house.database, agency, SECRET.encode(), None, house.clock.now)
    assert note is not None
    return note.text


def stamps(house: House, agency: str = "kota") -> list[tuple[int, bytes]]:
    with house.database.reading() as session:
        return store.stamps_from(session, agency, 0)


def test_every_agencys_newest_checkpoint_is_stamped_once(house: House, authority: Served) -> None:
    texts = [signed(house), signed(house, "desa")]
    one = stamping(house, authority)
    assert (one.run_if_due(), one.run_if_due(), len(authority.asked)) == (2, 0, 2)
    by = trusted(authority.authority.root.read_bytes())
    for agency, text in zip(("kota", "desa"), texts, strict=True):
        [(size, stamp)] = stamps(house, agency)
        assert size == 1
        assert abs(checked(stamp, text, by) - house.clock.now) < timedelta(minutes=1)
        assert authority.authority.verifies(stamp, text)
    # What came since is stamped with the next checkpoint, which has all that was there before.
    for _ in range(2):
        signed(house)
    assert one.run_if_due() == 1
    assert [size for size, _ in stamps(house)] == [1, 3]


def unexpected(missing: float) -> None:
    raise AssertionError(missing)


def test_without_an_authority_nothing_is_asked_and_nothing_is_missing(house: House) -> None:
    signed(house)
    assert Stamping(house.database, house.clock, None, missing=unexpected).run_if_due() == 0


def test_the_stamp_lies_beside_the_published_checkpoint(house: House, authority: Served, tmp_path: Path) -> None:
    one, folder = stamping(house, authority, tmp_path), tmp_path / "kota"
    signed(house)
    # Not published yet: the stamp comes with the checkpoint.
    assert one.run_if_due() == 1
    assert not folder.exists()
    published(house, folder)
    assert (folder / "stamps" / "1.tsr").read_bytes() == stamps(house)[0][1]
    inventory(house)
    published(house, folder)
    assert one.run_if_due() == 1
    assert (folder / "stamps" / "2.tsr").read_bytes() == stamps(house)[1][1]
    # Into an empty folder all of them.
    published(house, tmp_path / "elsewhere")
    assert len(list((tmp_path / "elsewhere" / "stamps").iterdir())) == 2


def refuses(served: Served) -> None:
    served.status = 500


def leads_elsewhere(served: Served) -> None:
    served.status, served.location = 307, served.address.replace("/tsa", "/inner")


def never_ends(served: Served) -> None:
    served.endless = True


def lies(served: Served) -> None:
    served.lie = lambda _: b"<html>"


def answers_about_something_else(served: Served) -> None:
    served.lie = lambda _: served.authority.reply(request_for("something else").content)


def sends_an_older_answer(served: Served) -> None:
    served.lie = lambda _: served.authority.reply(request_for("kota").content)


def signs_with_a_foreign_key(served: Served) -> None:
    foreign = Certifying().write(served.authority.folder / "foreign")
    served.lie = foreign.reply


def is_slow(served: Served) -> None:
    def late(query: bytes) -> bytes:
        time.sleep(2.0)
        return served.authority.reply(query)

    served.lie = late


TROUBLES: dict[Callable[[Served], None], str] = {
    refuses: "http-500",
    leads_elsewhere: "http-307",
    never_ends: "too-long",
    is_slow: "timeout",
    lies: "the stamp cannot be read",
    answers_about_something_else: "the stamp is over something else",
    sends_an_older_answer: "the stamp is over something else",
    signs_with_a_foreign_key: "the stamp is not by a trusted authority, or was changed",
}


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda each: each.__name__)
def test_whatever_an_authority_does_the_log_goes_on_and_the_stamp_is_tried_for_again(
    house: House, authority: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Callable[[Served], None]
) -> None:
    missing: list[float] = []
    one = Stamping(house.database, house.clock, asking(authority), folder=tmp_path, missing=missing.append)
    signed(house)
    published(house, tmp_path / "kota")
    trouble(authority)
    monkeypatch.setattr(posting, "SECONDS", 1.0 if trouble is is_slow else 8.0)
    with capture_logs() as logs:
        assert one.run_if_due() == 0
    [told] = logs
    assert (told["event"], told["agency"], told["reason"]) == ("stamp.none", "kota", TROUBLES[trouble])
    assert missing[-1] == 1
    asked = len(authority.asked)
    assert asked == 1
    assert stamps(house) == []
    assert not (tmp_path / "kota" / "stamps").exists()
    # The log goes on as it would without.
    signed(house)
    assert published(house, tmp_path / "kota").size == 2
    assert faults(house) == ()
    # It is not asked again at once.
    assert one.run_if_due() == 0
    assert len(authority.asked) == asked
    authority.status, authority.location, authority.endless, authority.lie = 200, None, False, None
    monkeypatch.setattr(posting, "SECONDS", 8.0)
    house.clock.now += LATER + timedelta(seconds=1)
    by = trusted(authority.authority.root.read_bytes())
    monkeypatch.setattr("app.transparency.rules.stamps.APART", LATER * 2)
    assert one.run_if_due() == 1
    assert missing[-1] == 0
    [(size, stamp)] = stamps(house)
    assert size == 2
    assert (tmp_path / "kota" / "stamps" / "2.tsr").read_bytes() == stamp
    with house.database.reading() as session:
        row = store.checkpoint_of(session, "kota", 2)
        assert row is not None
        checked(stamp, parse_note(row.note.encode()).text, by)


def test_an_authority_that_is_away_is_waited_for_once_and_one_that_lies_for_each(
    house: House, authority: Served
) -> None:
    signed(house)
    signed(house, "desa")
    lies(authority)
    assert stamping(house, authority).run_if_due() == 0
    assert len(authority.asked) == 2
    refuses(authority)
    assert stamping(house, authority).run_if_due() == 0
    assert len(authority.asked) == 3


def test_an_address_that_leads_inwards_is_not_called(house: House, authority: Served) -> None:
    async def look_up(_: str, __: int) -> list[str]:
        return ["169.254.169.254"]

    by = trusted(authority.authority.root.read_bytes())
    one = Authority("http://tsa.example.go.id/", by, OutgoingPost({"tsa.example.go.id"}, look_up))
    with pytest.raises(NoAnswer, match="address-refused"):
        one.stamp("text", house.clock)
    gone = Authority(f"http://127.0.0.1:{closed_port()}/", by, OutgoingPost({"127.0.0.1"}))
    with pytest.raises(NoAnswer, match="no-connection"):
        gone.stamp("text", house.clock)


def closed_port() -> int:
    from socket import socket

    with socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def test_a_clock_that_is_wrong_here_gets_no_stamp(house: House, authority: Served) -> None:
    house.clock.now += timedelta(hours=1)
    with pytest.raises(NotStamped, match="clock"):
        asking(authority).stamp("text", house.clock)


def test_who_does_not_hold_the_lease_or_was_stopped_asks_nobody(house: House, authority: Served) -> None:
    signed(house)
    signed(house, "desa")
    other = Lease(house.database, NAME, "another process", LEASE)
    assert other.take(house.clock.now)
    one = stamping(house, authority)
    assert one.run_if_due() == 0
    other.drop(house.clock.now)

    def stopped(query: bytes) -> bytes:
        one.stop()
        return authority.authority.reply(query)

    authority.lie = stopped
    # The one it was at is kept.
    assert (one.run_if_due(), one.run_if_due(), len(authority.asked)) == (1, 0, 1)
    assert stamping(house, authority).run_if_due() == 1


def test_one_agencys_damage_keeps_no_other_from_its_stamp(house: House, authority: Served) -> None:
    signed(house)
    signed(house, "desa")
    change(house.database, "UPDATE log_checkpoint SET note = 'no note' WHERE agency_id = 'desa'")
    with capture_logs() as logs:
        assert stamping(house, authority).run_if_due() == 1
    assert [(each["event"], each["agency"], each["error"]) for each in logs] == [
        ("stamp.agency_failed", "desa", "ValueError")
    ]


def test_a_stamp_that_was_swapped_or_changed_is_found_and_an_absent_one_is_no_fault(
    house: House, authority: Served, tmp_path: Path
) -> None:
    one, by = stamping(house, authority, tmp_path), trusted(authority.authority.root.read_bytes())
    for _ in range(2):
        signed(house)
        published(house, tmp_path / "kota")
        assert one.run_if_due() == 1
    [(_, first), (_, second)] = stamps(house)

    def told() -> tuple[int, tuple[str, ...]]:
        terms = LogTerms(SECRET.encode(), None, house.clock.now, LATE, TRACES, str(tmp_path), by)
        found = reconcile_log(house.database, terms, "kota")
        return found.stamps, found.faults

    assert told() == (2, ())
    altered = second[:-4] + bytes([second[-4] ^ 1]) + second[-3:]
    for wrong, why in ((first, "over something else"), (altered, "was changed"), (b"", "cannot be read")):
        change(house.database, "UPDATE log_checkpoint SET stamp = :stamp WHERE size = 2", stamp=wrong)
        [fault] = told()[1]
        assert fault.startswith("kota: the time stamp of the checkpoint of 2 entries does not hold")
        assert why in fault
        change(house.database, "UPDATE log_checkpoint SET stamp = :stamp WHERE size = 2", stamp=second)
        (tmp_path / "kota" / "stamps" / "2.tsr").write_bytes(wrong)
        [fault] = told()[1]
        assert fault.startswith("kota: the published time stamp does not hold")
        (tmp_path / "kota" / "stamps" / "2.tsr").write_bytes(second)
    change(house.database, "UPDATE log_checkpoint SET stamp = NULL WHERE size = 2")
    (tmp_path / "kota" / "stamps" / "2.tsr").unlink()
    assert told() == (1, ())


def test_settings_that_do_not_fit_together_are_told_at_the_start(authority: Served, tmp_path: Path) -> None:
    class Values:
        timestamp_url: str | None = None
        timestamp_roots: Path | None = None
        timestamp_policy: str | None = None

    values = Values()
    assert stamp_authority(values) is None
    values.timestamp_url = "http://tsa.example.go.id/"
    with pytest.raises(StartupError, match="CERMIN_TIMESTAMP_ROOTS"):
        stamp_authority(values)
    values.timestamp_roots = tmp_path / "none"
    with pytest.raises(StartupError, match="cannot be read"):
        stamp_authority(values)
    values.timestamp_roots.write_text("no certificate")
    with pytest.raises(StartupError, match="no certificate"):
        stamp_authority(values)
    values.timestamp_roots = authority.authority.root
    values.timestamp_url = "http://cermin:rahasia@tsa.example.go.id/"
    with pytest.raises(StartupError, match="plain address"):
        stamp_authority(values)
    values.timestamp_url = "http://tsa.example.go.id/"
    assert stamp_authority(values) is not None
