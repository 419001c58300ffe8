"""What a closing may show beside everything published before. Pure; the one place, before any report exists.

Whole periods come first, then what they are compared with, then single months: of the agency, of offices, of
persons. Of equals the largest come first, so where a difference would give away one to nine citizens it is the
smallest figure that is withheld.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.disclosure.rules.ledger import Cell, Ledger, Month, Part, PublishedRelease, publish_allowed
from app.disclosure.rules.minimum import SMALLEST_N

Unit = tuple[str, str]
# In the order in which they are decided.
KINDS = ("agency", "office", "employee")


class Withheld(StrEnum):
    """Why a report has no figures: too few ratings, or a difference to other figures would give away a few of them."""

    few = "few"
    difference = "difference"


@dataclass(frozen=True)
class Subject:
    """A unit that figures may be about: its ratings by month, at these offices, perhaps of one employee.

    `n_before` is how many ratings its report of the former revision counts; None if there is none.
    """

    kind: str
    code: str
    offices: frozenset[str]
    employee: str | None
    months: Mapping[Month, int]
    n_before: int | None = None

    def n(self, months: frozenset[Month]) -> int:
        """How many ratings it has in these months."""
        return sum(self.months.get(month, 0) for month in months)


@dataclass(frozen=True)
class DisclosureDecision:
    """What of one unit may be shown: the period unless `withheld`, the period before, and single months.

    Where it is not `is_new`, the unit's report keeps the figures of its former revision.
    """

    withheld: Withheld | None
    is_new: bool
    before: bool
    months: frozenset[Month]


def decide(
    subjects: Sequence[Subject],
    *,
    whole: frozenset[Month],
    before: frozenset[Month],
    trend: frozenset[Month],
    counts: Mapping[Part, int],
    former: Sequence[PublishedRelease],
) -> tuple[dict[Unit, DisclosureDecision], PublishedRelease]:
    """What may be shown of every unit (kind, code), and all of it together as one more release.

    A unit keeps its former figures where they would change by fewer than ten ratings, or may not be published anew.
    """
    ledger = Ledger(former, counts)
    by_key = {(subject.kind, subject.code): subject for subject in subjects}
    cells: list[Cell] = []

    def publishable(keys: Iterable[Unit], spans: Sequence[frozenset[Month]]) -> set[tuple[str, str, str]]:
        """Which units may show which of these spans of months (by their first one)."""
        may: set[tuple[str, str, str]] = set()
        wanted = [by_key[key] for key in keys]
        for kind in KINDS:
            asked = {
                (kind, subject.code, min(span)): (Cell(subject.offices, subject.employee, span), subject.n(span))
                for subject in wanted
                if subject.kind == kind
                for span in spans
            }
            found = publish_allowed(ledger, asked)
            cells.extend(asked[each][0] for each in sorted(found))
            may |= found
        return may

    wholes = {(kind, code) for kind, code, _ in publishable(by_key, [whole])}
    new = [key for key, subject in by_key.items() if key in wholes and _is_new(subject, whole)]
    earlier = {(kind, code) for kind, code, _ in publishable(new, [before])}
    months = publishable(new, [frozenset([month]) for month in sorted(trend)])
    decisions = {
        key: DisclosureDecision(
            withheld=None if key in wholes else _why(subject, whole),
            is_new=key in new or subject.n_before is None,
            before=key in earlier,
            months=frozenset(month for month in trend if (*key, month) in months),
        )
        for key, subject in by_key.items()
    }
    return decisions, PublishedRelease(counts, cells)


def _is_new(subject: Subject, whole: frozenset[Month]) -> bool:
    return subject.n_before is None or abs(subject.n(whole) - subject.n_before) >= SMALLEST_N


def _why(subject: Subject, whole: frozenset[Month]) -> Withheld:
    return Withheld.few if subject.n(whole) < SMALLEST_N else Withheld.difference
