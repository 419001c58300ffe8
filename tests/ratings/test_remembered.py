"""What judging remembers gives what was worked out anew before."""

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from app.foundation.secret import derive
from app.ratings.attribution import QUARTER, _day_and_hour
from app.ratings.keys import ABSENT, SEPARATOR, KeyMaker
from app.ratings.validation import _canonical_pairs, bare_content

SECRET = b"a secret of thirty-two characters"
RATING = UUID("019aa000-0000-7000-8000-000000000001")


def test_digests_are_those_of_blake2b_with_its_key_however_often_they_are_asked_for() -> None:
    keys, content = KeyMaker.of(SECRET), SEPARATOR.join(["kota", ABSENT, "434"])
    plain = blake2b(RATING.bytes + content.encode(), key=derive(SECRET, "rating-digest"), digest_size=16).hexdigest()
    assert [keys.digest(RATING, "kota", None, "434") for _ in range(3)] == [plain] * 3
    hashed = blake2b(RATING.bytes + b"kota", key=derive(SECRET, "rating-key"), digest_size=10).digest()
    # The last 62 bits of the key are the last of the hash.
    low = (int.from_bytes(hashed, "big") >> 6) & ((1 << 62) - 1)
    assert {int(keys.key("kota", RATING), 16) & ((1 << 62) - 1) for _ in range(3)} == {low}
    assert keys.key("desa", RATING) != keys.key("kota", RATING)


@pytest.mark.parametrize("name", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Asia/Kathmandu"])
def test_within_a_quarter_of_an_hour_neither_the_local_day_nor_the_hour_changes(name: str) -> None:
    zone, random = ZoneInfo(name), Random(7)
    for _ in range(2_000):
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(milliseconds=random.randrange(365 * 86_400_000))
        local = moment.astimezone(zone)
        assert _day_and_hour(zone, int(moment.timestamp()) // QUARTER) == (local.date(), local.hour)


def test_scores_are_digested_alike_in_whatever_order_they_were_sent() -> None:
    scores = {"speed": 4, "friendliness": None, "transparency": 1}
    expected = _canonical_pairs(scores)
    assert expected == "friendliness=None,speed=4,transparency=1"
    content = SEPARATOR.join(["ikl-1", expected, ABSENT, ABSENT])
    for _ in range(2):
        assert bare_content("ikl-1", tuple(scores.items())) == content
        assert bare_content("ikl-1", tuple(reversed(scores.items()))) == content
