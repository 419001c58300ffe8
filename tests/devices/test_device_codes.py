"""Pairing codes, the budget of guesses, names on a kiosk, states of a device: rules without a store."""

from datetime import UTC, datetime, timedelta

import pytest

from app.access.rules.guess_budget import TokenBuckets
from app.devices.rules.pairing_codes import canonical, code_digest, new_code
from app.devices.rules.short_names import short_name
from app.devices.rules.states import DeviceState, is_silent, state_of

NOW = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_code_is_read_however_it_is_typed() -> None:
    code = new_code(b"x", "kota")
    assert canonical(code) == canonical(f" {code.lower()} ") == canonical(code.replace("-", ""))
    assert canonical("OIL00-00000") == "0110000000"
    for wrong in ("", "ABCDE-FGHJ", "ABCDE-FGHJKM", "UUUUU-UUUUU", "\ud800" * 10):
        assert canonical(wrong) is None
        assert code_digest(b"x", wrong) != code_digest(b"x", code)
    assert code_digest(b"x", code) != code_digest(b"y", code)


def test_tokens_are_used_up_and_time_fills_the_bucket_again() -> None:
    buckets = TokenBuckets(size=3, per_second=0.1, most=2)
    assert [buckets.take("a", 0) for _ in range(4)] == [0, 0, 0, 10]
    assert (buckets.wait("a", 0), buckets.wait("b", 0)) == (10, 0)
    assert buckets.take("b", 0) == 0
    assert (buckets.take("a", 9), buckets.take("a", 10), buckets.take("a", 10)) == (1, 0, 10)
    buckets.give_back("a", 10)
    assert buckets.take("a", 10) == 0
    for key in ("c", "d"):
        buckets.take(key, 10)
    assert buckets.take("a", 10) == 0, "the one longest silent is forgotten"


def test_whoever_has_all_tokens_again_is_forgotten() -> None:
    buckets = TokenBuckets(size=3, per_second=0.1)
    for key, second in (("a", 0), ("b", 10), ("c", 29)):
        buckets.take(key, second)
    assert list(buckets._left) == ["a", "b", "c"]
    buckets.take("d", 30)
    assert list(buckets._left) == ["b", "c", "d"]
    # A clock that is put back forgets nobody.
    buckets.take("e", 0)
    assert list(buckets._left) == ["b", "c", "d", "e"]
    buckets.take("f", 1_000)
    assert list(buckets._left) == ["f"]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Siti Aminah", "Siti"),
        ("Dr. Siti Aminah, S.H., M.Si.", "Siti"),
        ("H. M. Yusuf Hakim", "Yusuf"),
        ("Suharto", "S."),
        ("Drs. Suharto", "S."),
        ("I. G.", "I."),
        ("E4001 Budi", "Budi"),
        ("Ibu", "I."),
        ("198503122010012004", None),
    ],
)
def test_a_kiosk_shows_a_first_name_or_an_initial(name: str, short: str | None) -> None:
    assert short_name(name) == short


def test_a_device_waits_expires_is_paired_or_revoked() -> None:
    def state(has_key: bool, ended: datetime | None, code: datetime | None) -> DeviceState:
        return state_of(NOW, has_key=has_key, ended_at=ended, code_expires_at=code)

    assert state(False, None, NOW + MINUTE) is DeviceState.waiting
    assert state(False, None, NOW) is state(False, None, None) is DeviceState.expired
    assert state(True, None, None) is state(True, NOW + MINUTE, None) is DeviceState.paired
    assert state(True, NOW, None) is state(False, NOW, NOW + MINUTE) is DeviceState.revoked


def test_only_a_paired_device_is_silent_and_only_after_the_time() -> None:
    def silent(state: DeviceState, seen: datetime | None, paired: datetime | None = NOW - 9 * MINUTE) -> bool:
        return is_silent(NOW, state, paired_at=paired, seen_at=seen, after=5 * MINUTE)

    assert silent(DeviceState.paired, None)
    assert silent(DeviceState.paired, NOW - 6 * MINUTE)
    assert not silent(DeviceState.paired, NOW - 5 * MINUTE)
    assert not silent(DeviceState.paired, None, None)
    assert not silent(DeviceState.revoked, NOW - 6 * MINUTE)
