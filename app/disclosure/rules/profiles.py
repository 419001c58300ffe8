"""The respondents' profile in a survey's report, with small values merged so that none is about a few people. Pure."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, get_args

from app.disclosure.rules.minimum import SMALLEST_N
from app.foundation.rounding import rounded
from app.ratings.schemas import ProfileIn

NOT_GIVEN = "not-given"
# Attribute → its values, in the order of the official form.
VALUES: Mapping[str, tuple[str, ...]] = {
    name: (*get_args(get_args(field.annotation)[0]), NOT_GIVEN) for name, field in ProfileIn.model_fields.items()
}

Counts = Mapping[str, Mapping[str, int]]
Block = Mapping[str, Any]
Profile = Mapping[str, Block | None]


def profile(
    counts: Counts, raters: int, parts: Sequence[Profile], former: Sequence[Profile], same: Profile | None
) -> dict[str, Block | None]:
    """For each attribute `{"values": [{"value", "n", "share"}], "others": n | None}`; None where it must not be shown.

    `counts` are attribute → value → n, `raters` how many rated (who gave no value is "not given"). `parts` are the
    profiles shown of the offices within, `former` those published of the same unit in periods that overlap, and
    `same` the one of the former revision, which stays where a new one would differ by fewer than ten.
    """
    blocks: dict[str, Block | None] = {}
    for attribute, values in VALUES.items():
        given = counts.get(attribute, {})
        cells = {value: given.get(value, 0) for value in values}
        cells[NOT_GIVEN] = max(0, raters - sum(given.values()))
        elsewhere = [_cells(part.get(attribute)) for part in parts]
        block = attribute_block(cells, {value: sum(each.get(value, 0) for each in elsewhere) for value in cells})
        if any(_differ_by_few(_cells(block), _cells(other.get(attribute))) for other in former):
            block = (same or {}).get(attribute)
        blocks[attribute] = block
    return blocks


def attribute_block(cells: Mapping[str, int], elsewhere: Mapping[str, int]) -> Block | None:
    """One attribute with small values merged: the merged ones are at least two, and ten together or more.

    A value is small with fewer than ten, also without those that the unit's parts show (`elsewhere`).
    """
    known = {value: n for value, n in cells.items() if n}
    total = sum(known.values())
    merged = {value for value, n in known.items() if n < SMALLEST_N or 0 < n - elsewhere.get(value, 0) < SMALLEST_N}
    rest = sorted((value for value in known if value not in merged), key=lambda value: known[value])
    while merged and (len(merged) < 2 or sum(known[value] for value in merged) < SMALLEST_N):
        if not rest:
            return None
        # One small value alone would be the total minus all others, so the next smallest joins it.
        merged.add(rest.pop(0))
    if not rest:
        return None
    shown = [
        {"value": value, "n": n, "share": rounded(Fraction(n, total))}
        for value, n in known.items()
        if value not in merged
    ]
    return {"values": shown, "others": sum(known[value] for value in merged) or None}


def _cells(block: Block | None) -> dict[str, int]:
    if block is None:
        return {}
    cells = {each["value"]: each["n"] for each in block["values"]}
    return cells | ({"others": block["others"]} if block["others"] else {})


def _differ_by_few(one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    return any(0 < abs(n - other[value]) < SMALLEST_N for value, n in one.items() if value in other)
