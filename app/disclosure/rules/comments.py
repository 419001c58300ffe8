"""Which comments a survey's report may quote: ten or more at once, and no fewer between two releases. Pure.

Comments come in the order of their random ids, which says nothing about who wrote when.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from app.disclosure.rules.ledger import (
    Ledger,
    LedgerCell,
    LedgerPart,
    Month,
    PublishedRelease,
    publish_allowed,
    with_emptied_parts,
)
from app.disclosure.rules.minimum import SMALLEST_N

# More than anybody reads in a report; which ones is left to the random ids.
MOST = 200


class StoredComment(NamedTuple):
    """A comment as it is stored: redacted, with its office and its month."""

    office: str
    text: str
    month: Month = ""


def addable(
    comments: Sequence[StoredComment],
    units: Mapping[str, frozenset[str]],
    months: frozenset[Month],
    former: Sequence[PublishedRelease],
) -> tuple[frozenset[str], PublishedRelease]:
    """The units (their offices by code) that may quote all their comments beside every release so far, and the new one.

    A quarter without two of its months would leave the few of the third, so comparing lists in pairs is not
    enough: like ratings, comments fall into blocks. Single offices come first.
    """
    counts = Counter(LedgerPart(comment.office, "", comment.month) for comment in comments)
    sizes = Counter(comment.office for comment in comments)
    counted = with_emptied_parts(former, counts, months)
    ledger, cells = (
        Ledger(former, counted),
        {unit: LedgerCell(offices, None, months) for unit, offices in units.items()},
    )
    may: set[str] = set()
    for single in (True, False):
        asked = {unit: cell for unit, cell in cells.items() if (len(cell.offices) == 1) is single}
        may |= publish_allowed(
            ledger, {unit: (cell, sum(sizes[each] for each in cell.offices)) for unit, cell in asked.items()}
        )
    return frozenset(may), PublishedRelease(counted, [cells[unit] for unit in sorted(may)])


def released(
    comments: Sequence[str], former: Sequence[Sequence[str]], same: Sequence[str] | None = None
) -> tuple[str, ...]:
    """The comments that may be quoted beside `former` releases about the same unit; none if differences would be few.

    Where new ones cannot be added, those of the former revision (`same`) stay as they were.
    """
    for candidate in (tuple(comments[:MOST]), tuple(same or ())):
        if len(candidate) >= SMALLEST_N and not any(_few_between(candidate, other) for other in former):
            return candidate
    return ()


def pooled(comments: Sequence[StoredComment], shown: Mapping[str, Sequence[str]]) -> list[str]:
    """What the whole agency may quote: what its offices quote, and the other offices' if these are ten or more."""
    quoted = {office: Counter(texts) for office, texts in shown.items() if texts}
    from_rest = [comment for comment in comments if comment.office not in quoted]
    chosen: list[StoredComment] = []
    for comment in comments:
        if comment.office in quoted and quoted[comment.office][comment.text] > 0:
            quoted[comment.office][comment.text] -= 1
            chosen.append(comment)
        elif comment.office not in quoted and len(from_rest) >= SMALLEST_N:
            chosen.append(comment)
    rest = sum(comment.office not in quoted for comment in chosen[:MOST])
    if 0 < rest < SMALLEST_N:
        # The list's limit has left one to nine of them: a comparison with the offices' lists would single them out.
        chosen = [comment for comment in chosen if comment.office in quoted]
    return [comment.text for comment in chosen[:MOST]]


def _few_between(one: Sequence[str], other: Sequence[str]) -> bool:
    first, second = Counter(one), Counter(other)
    return any(0 < difference.total() < SMALLEST_N for difference in (first - second, second - first))
