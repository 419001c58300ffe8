"""When a reply window ends."""

from datetime import UTC, datetime

from app.closing.rules.reply_window import reply_deadline


def test_a_reply_window_counts_working_days_only() -> None:
    # A Thursday; Saturday and Sunday do not count, so the fifth working day is the next Thursday.
    drafted = datetime(2026, 10, 1, 3, tzinfo=UTC)
    assert reply_deadline(drafted, 5) == datetime(2026, 10, 8, 17, tzinfo=UTC)
    # On Friday at 18:00 UTC it is Saturday in Jakarta: the window still begins with Monday.
    assert reply_deadline(datetime(2026, 10, 2, 18, tzinfo=UTC), 1) == datetime(2026, 10, 5, 17, tzinfo=UTC)
    # Without working days nobody waits.
    assert reply_deadline(drafted, 0) == drafted
