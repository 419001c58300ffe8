"""A batch is judged as its sheets would be one by one, whatever its other sheets are."""

from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from app.access.principals import Principal
from app.foundation.problems import Problem
from app.instruments.loading import shipped
from app.ratings.batch_validation import validate_batch
from app.ratings.keys import KeyMaker
from app.ratings.rating import NewRating
from app.ratings.schemas import RatingIn
from app.ratings.validation import LARGEST_LEAD, KnownCodes, RatingValidator
from tests.house import uuid7
from tests.ratings.test_attributions import APP, BRANCH_APP, CATALOGUE, DEVICE, MORNING

LATE = timedelta(days=35)
CODES = KnownCodes(CATALOGUE, shipped())
MILLISECOND = timedelta(milliseconds=1)
# Around the bounds of what is early and late, of quarters and days, and of who was on duty.
MOMENTS = (
    *(MORNING + timedelta(minutes=minutes) for minutes in (0, 6, 7, 14, 15, 16, 19, 20, 21, -30, -600) * 4),
    *(MORNING + edge + by * MILLISECOND for edge in (LARGEST_LEAD, -LATE) for by in (-2, -1, 0, 1, 2)),
    MORNING - timedelta(days=1),
    MORNING - timedelta(days=2),
)


def validator() -> RatingValidator:
    """One that remembers nothing yet."""
    return RatingValidator(KeyMaker.of(b"a secret of thirty-two characters"), LATE)


def told(found: NewRating | Problem) -> object:
    """What can be compared of it."""
    if isinstance(found, NewRating):
        return found
    return found.code, found.errors, found.extra


def drawn(random: Random, principal: Principal) -> RatingIn:
    """A sheet of chance, good or not, mostly of the sender's own office."""
    own = "cabang" if principal is BRANCH_APP else "utama"
    channels = (None,) if principal is DEVICE else ("web", "mobile")
    fields: dict[str, Any] = {
        "office": random.choice((None, "cabang", "utama", "nowhere", *(own,) * 20)),
        "service": random.choice((None, "kk", "none", *("ktp-el",) * 20)),
        "employee": random.choice(("E1", "E2", "E9", *(None,) * 9)),
        "channel": random.choice((None, "web", *channels * 5)),
        "instrument": random.choice(("ikl-1",) * 9 + ("ikl-9",)),
        "comment": random.choice((None,) * 9 + ("Cepat, telepon 0812-3456-7890",)),
        "profile": random.choice((None,) * 9 + ({"sex": "F"},)),
        "agency": random.choice((None,) * 19 + ("kota",)),
    }
    items = ["speed", "transparency", "friendliness"]
    random.shuffle(items)
    fields["scores"] = {item: random.choice((1, 2, 3, 4, None)) for item in items}
    if not random.randrange(20):
        fields["scores"]["speed"] = random.choice((0, 5, 7))
    if not random.randrange(20):
        fields["scores"] = dict(list(fields["scores"].items())[:2])
    return RatingIn.model_validate(fields)


def compared(principal: Principal, sheets: list[RatingIn], ids: list[UUID], now: datetime) -> list[NewRating | Problem]:
    """What a batch gives, which is what its sheets give one by one to who remembers nothing of the others."""
    found = validate_batch(validator(), principal, sheets, ids, CODES, now)
    alone = [
        validator().validate(principal, sheet, rating_id, CODES, now)
        for sheet, rating_id in zip(sheets, ids, strict=True)
    ]
    assert list(map(told, found)) == list(map(told, alone))
    return found


def test_a_batch_of_any_sheets_is_judged_as_each_of_them_alone() -> None:
    random, refused, stored = Random(16), set[str](), 0
    for principal in (APP, BRANCH_APP, DEVICE) * 10:
        sheets = [drawn(random, principal) for _ in range(100)]
        ids = [UUID(uuid7(random.choice(MOMENTS), random.getrandbits(74))) for _ in sheets]
        found = compared(principal, sheets, ids, MORNING + random.randrange(-1, 2) * timedelta(microseconds=400))
        stored += sum(isinstance(one, NewRating) for one in found)
        for one in found:
            if isinstance(one, Problem):
                refused.add(one.errors[0].code if one.errors else one.code)
    assert stored > 400
    assert refused >= {
        "id-in-future", "id-too-late", "instrument-unknown", "office-unknown", "office-missing", "out-of-scope",
        "service-unknown", "service-elsewhere", "employee-unknown", "employee-not-posted", "channel-missing",
        "score-missing", "score-out-of-range", "score-all-skipped",
    }  # fmt: skip


def test_a_moment_beyond_the_calendar_is_refused_as_early() -> None:
    sheet = RatingIn.model_validate({"office": "utama", "service": "kk", "channel": "web", "scores": {"speed": 4}})
    [found] = compared(APP, [sheet], [UUID("ffffffff-ffff-7000-8000-000000000001")], MORNING)
    assert isinstance(found, Problem)
    assert found.code == "id-in-future"
