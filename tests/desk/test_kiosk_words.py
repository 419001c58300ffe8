"""What a kiosk tells of itself, in words."""

from datetime import timedelta
from typing import Any

from app.desk.kiosk_words import clock, duration, sentence, storage, waiting
from app.devices.rules.states import DeviceState
from app.devices.schemas import DeviceOut, StorageState
from app.foundation.ids import new_id
from app.reports.sections.language import language
from tests.house import NOW


def kiosk(**told: Any) -> DeviceOut:
    """A paired kiosk that tells this of itself."""
    told = {
        "id": new_id(), "office": "o", "counter": "c", "label": "l", "instrument": "ikl-1", "has_pin": False,
        "state": DeviceState.paired, "added_at": NOW, "paired_at": NOW, "last_seen_at": None, "received_today": 0,
        "silent": False, "app_version": None, "queue_depth": None, "parked": None, "parked_codes": None,
        "clock_offset_ms": None, "unsent_seconds": None, "storage": None,
    } | told  # fmt: skip
    return DeviceOut.model_validate(told)


def test_what_a_kiosk_tells_in_words() -> None:
    tell = language("en")
    for seconds, words in ((-5, "0 seconds"), (119, "119 seconds"), (120, "2 minutes"), (7_199, "119 minutes"),
                           (7_200, "2 hours"), (172_799, "47 hours"), (172_800, "2 days")):  # fmt: skip
        assert duration(timedelta(seconds=seconds), tell) == words
    untold = kiosk()
    assert (waiting(untold, tell), clock(untold, tell), storage(untold, tell)) == (None, None, None)
    assert waiting(kiosk(queue_depth=0), tell) == "0"
    assert clock(kiosk(clock_offset_ms=119_999), tell) == clock(kiosk(clock_offset_ms=-119_999), tell) == "right"
    # The server's time minus its own: what is behind has a positive offset.
    assert clock(kiosk(clock_offset_ms=7_200_000), tell) == "2 hours slow"
    assert clock(kiosk(clock_offset_ms=-7_200_000), tell) == "2 hours fast"
    assert storage(kiosk(storage=StorageState()), tell) is None
    unsure = StorageState(persisted=False, free_bytes=0)
    assert storage(kiosk(storage=unsure), tell) == "not kept for certain, 0 MiB free"
    assert sentence(kiosk(), NOW, tell) == "It is connected and has told nothing so far."
    assert "told nothing since" in sentence(kiosk(silent=True), NOW, tell)
    assert sentence(kiosk(last_seen_at=NOW), NOW + timedelta(seconds=119), tell).endswith("last heard a moment ago.")
    assert sentence(kiosk(last_seen_at=NOW), NOW + timedelta(hours=3), tell).endswith("last heard 3 hours ago.")
