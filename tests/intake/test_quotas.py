"""How fast one device may rate: the rules by themselves."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.intake.rules.quotas import DevicePace, DeviceQuotas, QuotaShare

T0 = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
OLD = T0 - timedelta(days=3)
ONE, OTHER = UUID(int=1), UUID(int=2)


def after(seconds: float) -> datetime:
    """So many seconds later."""
    return T0 + timedelta(seconds=seconds)


def share(got: QuotaShare | int) -> QuotaShare:
    """What was taken, and not a refusal."""
    assert isinstance(got, QuotaShare)
    return got


def test_a_burst_is_taken_at_once_and_then_what_the_hour_brings() -> None:
    quotas = DeviceQuotas(DevicePace(per_hour=60, burst=3, interval_seconds=0))
    assert all(isinstance(quotas.take(ONE, OLD, T0), QuotaShare) for _ in range(3))
    assert quotas.take(ONE, OLD, T0) == 60
    assert quotas.take(ONE, OLD, after(59.5)) == 1
    share(quotas.take(ONE, OLD, after(60)))
    assert quotas.take(ONE, OLD, after(60)) == 60
    # Full again, and no fuller.
    assert sum(isinstance(quotas.take(ONE, OLD, after(86_400)), QuotaShare) for _ in range(9)) == 3


def test_every_device_has_a_bucket_of_its_own() -> None:
    quotas = DeviceQuotas(DevicePace(per_hour=1, burst=1, interval_seconds=3))
    share(quotas.take(ONE, T0, T0))
    assert quotas.take(ONE, T0, T0) == 3_600
    share(quotas.take(OTHER, T0, T0))


def test_two_live_sheets_stand_apart_and_old_ones_come_together() -> None:
    quotas = DeviceQuotas(DevicePace(per_hour=0, burst=1, interval_seconds=3))
    share(quotas.take(ONE, T0, T0))
    assert quotas.take(ONE, T0, after(0.5)) == 3
    assert quotas.take(ONE, T0, after(2.5)) == 1
    for _ in range(5):
        share(quotas.take(ONE, OLD, after(1)))
    share(quotas.take(ONE, T0, after(3)))
    # The limit of what is live, on both sides.
    assert quotas.take(ONE, after(-56), after(4)) == 2
    assert quotas.take(ONE, after(64), after(4)) == 2
    share(quotas.take(ONE, after(-56.1), after(4)))
    share(quotas.take(ONE, after(64.1), after(4)))


def test_what_is_given_back_was_never_taken() -> None:
    quotas = DeviceQuotas(DevicePace(per_hour=60, burst=2, interval_seconds=3))
    first = share(quotas.take(ONE, T0, T0))
    second = share(quotas.take(ONE, OLD, T0))
    assert quotas.take(ONE, OLD, T0) == 60
    quotas.give_back([first, second])
    share(quotas.take(ONE, T0, T0))
    share(quotas.take(ONE, OLD, T0))
    assert quotas.take(ONE, OLD, T0) == 60


def test_giving_back_an_earlier_live_sheet_keeps_the_interval_of_the_later_one() -> None:
    quotas = DeviceQuotas(DevicePace(per_hour=0, burst=1, interval_seconds=3))
    first = share(quotas.take(ONE, T0, T0))
    second = share(quotas.take(ONE, T0, after(3)))
    quotas.give_back([first])
    assert quotas.take(ONE, T0, after(4)) == 2
    quotas.give_back([second])
    share(quotas.take(ONE, T0, after(4)))


def test_a_clock_set_back_neither_fills_the_bucket_nor_keeps_a_device_waiting() -> None:
    quotas = DeviceQuotas(DevicePace(per_hour=60, burst=1, interval_seconds=3))
    share(quotas.take(ONE, T0, T0))
    back = after(-3_600)
    assert quotas.take(ONE, back, back) == 60
    share(quotas.take(ONE, back, back + timedelta(seconds=60)))


def test_nothing_is_limited_when_both_are_off() -> None:
    assert not DevicePace(per_hour=0, burst=1, interval_seconds=0).is_limited
    assert DevicePace(per_hour=1, burst=1, interval_seconds=0).is_limited
    assert DevicePace(per_hour=0, burst=1, interval_seconds=0.5).is_limited
