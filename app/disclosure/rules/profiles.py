"""The respondents' profile, told as blocks of its own: no value is ever about one to nine people. Pure.

Profiles are counted apart from ratings, by questionnaire, office and month. What is told of them is a sum of parts,
each of ten or more respondents whose small values are merged, so that no difference of two profiles is about a few.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, get_args

from app.disclosure.rules.division import Month, separable
from app.disclosure.rules.due import period_of
from app.disclosure.rules.minimum import SMALLEST_N
from app.foundation.rounding import rounded
from app.ratings.schemas import ProfileIn

NOT_GIVEN = "not-given"
# Attribute → its values, in the order of the official form.
VALUES: Mapping[str, tuple[str, ...]] = {
    name: (*get_args(get_args(field.annotation)[0]), NOT_GIVEN) for name, field in ProfileIn.model_fields.items()
}


class Months(NamedTuple):
    """The first and the last of some months, such as `2026-07` and `2026-09`."""

    first: Month
    last: Month

    def within(self, other: "Months") -> bool:
        """Whether all of them are among the others."""
        return other.first <= self.first and self.last <= other.last


class ProfileCount(NamedTuple):
    """How many respondents of some months gave a value; a `merged` one is told as one of the others only."""

    months: Months
    attribute: str
    value: str
    n: int
    merged: bool = False


Block = Mapping[str, Any]


def profile_parts(
    given: Iterable[ProfileCount],
    raters: Mapping[Months, int],
    told: Iterable[ProfileCount],
    through: Month,
    period_months: int,
) -> list[ProfileCount]:
    """What more can be told now of the respondents of one office, who answered one questionnaire.

    `given` counts all values by single months, `raters` how many ratings are told (who gave no value is "not given"),
    `told` is what was told of profiles before. A month is told where each value has none or ten; what is left of a
    period that is over is told with its small values merged.
    """
    known, before = list(given), list(told)
    found: list[ProfileCount] = []
    for months in sorted(raters):
        if months.first == months.last:
            found += _told_of(months, known, raters, [*before, *found], merging=False)
    periods = {Months(*period_of(months.first, period_months)) for months in raters}
    for period in sorted(periods):
        if period.last <= through:
            found += _told_of(period, known, raters, [*before, *found], merging=True)
    return found


def merge_small(counts: Mapping[str, int]) -> set[str] | None:
    """The values that must be merged into others, so that they are ten or more together; None if that cannot be."""
    known = {value: n for value, n in counts.items() if n}
    merged = {value for value, n in known.items() if n < SMALLEST_N}
    rest = sorted((value for value in known if value not in merged), key=lambda value: known[value])
    while merged and sum(known[value] for value in merged) < SMALLEST_N:
        if not rest:
            return None
        merged.add(rest.pop(0))
    return merged


def profile(told: Iterable[ProfileCount]) -> dict[str, Block | None]:
    """For each attribute `{"values": [{"value", "n", "share"}], "others": n | None}`; None where nothing is told."""
    shown: Counter[tuple[str, str]] = Counter()
    others: Counter[str] = Counter()
    for each in told:
        if each.merged:
            others[each.attribute] += each.n
        else:
            shown[each.attribute, each.value] += each.n
    blocks: dict[str, Block | None] = {}
    for attribute, values in VALUES.items():
        total = sum(shown[attribute, value] for value in values) + others[attribute]
        listed = [
            {"value": value, "n": n, "share": rounded(Fraction(n, total))}
            for value in values
            if (n := shown[attribute, value])
        ]
        blocks[attribute] = {"values": listed, "others": others[attribute] or None} if total else None
    return blocks


def _told_of(
    months: Months,
    given: Sequence[ProfileCount],
    raters: Mapping[Months, int],
    told: Sequence[ProfileCount],
    *,
    merging: bool,
) -> Iterable[ProfileCount]:
    rated = sum(n for each, n in raters.items() if each.within(months))
    values: dict[str, Counter[str]] = {attribute: Counter() for attribute in VALUES}
    gave: Counter[str] = Counter()
    for each in given:
        if each.months.within(months):
            values[each.attribute][each.value] += each.n
            gave[each.attribute] += each.n
    for each in told:
        if each.months.within(months):
            values[each.attribute][each.value] -= each.n
    # Whatever else comes of a month goes with its period, once that has been told.
    closed = {each.attribute for each in told if each.months != months and months.within(each.months)}
    for attribute, fresh in values.items():
        if attribute in closed:
            continue
        # What was told of them stands here already, with a minus. Ratings may be held that profiles still count.
        fresh[NOT_GIVEN] = max(0, fresh[NOT_GIVEN] + rated - gave[attribute])
        merged = merge_small(fresh) if merging else (set() if separable(fresh.values()) else None)
        if merged is not None:
            yield from (ProfileCount(months, attribute, value, n, value in merged) for value, n in fresh.items() if n)
