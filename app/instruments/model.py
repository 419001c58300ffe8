"""The model of a questionnaire, as its file was read and found consistent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from typing import TypeVar

# The scale of a question of which positive answers are counted, and what its two scores stand for.
NOT_POSITIVE, POSITIVE = 0, 1
SHARE_WORDS: Mapping[str, tuple[str, ...]] = {"id": ("Tidak positif", "Positif"), "en": ("Not positive", "Positive")}

# A skipped question is no answer: it counts neither as 0 nor among the answered ones (PermenPANRB 14/2017).
SKIPPED = "-"

Texts = Mapping[str, str]
Choice = TypeVar("Choice")


def smallest_integers(weights: tuple[Fraction, ...]) -> tuple[int, ...]:
    """The smallest integers in the proportion of these weights: `(1, 1, 1)` for three thirds."""
    denominator = lcm(*(weight.denominator for weight in weights))
    steps = [int(weight * denominator) for weight in weights]
    common = gcd(*steps)
    return tuple(step // common for step in steps)


class Collected(StrEnum):
    """Who may answer a questionnaire that not everybody may: people who were served and prove it, or anybody at all."""

    ticketed = "ticketed"
    open = "open"


class UnknownChoice(LookupError):
    """A weight mode or band table the instrument does not have; the message lists those it has."""


@dataclass(frozen=True)
class Item:
    """One question. `dimension` says what it asks about in words shared by all instruments, `element` of which one."""

    code: str
    element: str
    dimension: str
    title: Texts
    question: Texts
    answers: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Element:
    """What one or several questions ask about (*unsur*); `places` are those of its questions among the items."""

    code: str
    title: Texts
    places: tuple[int, ...]


@dataclass(frozen=True)
class Band:
    """One grade: its letter (*mutu*), the lowest rounded index that earns it, and its words (*kinerja*)."""

    grade: str
    lower: Decimal
    words: Texts


@dataclass(frozen=True)
class Instrument:
    """A questionnaire with its scoring rules. Texts are keyed by language, always `id` and `en`.

    `elements` come in the order of their first questions; a question without one named is an element by itself.
    `weight_modes` holds one weight per item in the order of `items`; `band_tables` are sorted from the
    best band down; `older_rule` names the regulation of a historical IKM that lacks today's nine
    elements; `source` says where questions and rules are from; where `positive_from` is set, a figure is the share of
    answers from that score on (`measured`), where `pooled` of all answers together; `not_applicable` is what a citizen
    says instead of an answer that cannot be given, which counts as skipped; `collected` says
    how it is answered where that is one way only; `digest` is the SHA-256 of the file's
    canonical JSON.
    """

    id: str
    name: str
    version: str
    titles: Texts
    index_name: str
    index_title: Texts
    older_rule: str | None
    source: Texts | None
    low: int
    high: int
    positive_from: int | None
    pooled: bool
    not_applicable: Texts | None
    collected: Collected | None
    elements: tuple[Element, ...]
    items: tuple[Item, ...]
    weight_modes: Mapping[str, tuple[Fraction, ...]]
    default_mode: str
    band_tables: Mapping[str, tuple[Band, ...]]
    default_bands: str
    digest: str

    def weights(self, mode: str | None = None) -> tuple[Fraction, ...]:
        """The weights of a mode, in the order of the items. Raises UnknownChoice."""
        return self._choose(self.weight_modes, self.default_mode if mode is None else mode, "weight mode")

    def bands(self, table: str | None = None) -> tuple[Band, ...]:
        """The bands of a table, best first. Raises UnknownChoice."""
        return self._choose(self.band_tables, self.default_bands if table is None else table, "band table")

    def _choose(self, choices: Mapping[str, Choice], name: str, kind: str) -> Choice:
        if name not in choices:
            raise UnknownChoice(f"{self.id} has no {kind} {name!r}; it has {', '.join(choices)}")
        return choices[name]

    # What follows is derived once and kept, because intake needs it for every sheet.

    @cached_property
    def proportions(self) -> frozenset[tuple[int, ...]]:
        """The weights of every mode as the smallest integers in their proportion, those in the same proportion once."""
        return frozenset(map(smallest_integers, self.weight_modes.values()))

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The item codes in the order in which a sheet writes its answers."""
        return tuple(item.code for item in self.items)

    def takes(self, way: Collected | None) -> bool:
        """Whether answers may come this way; None is by a key, without a ticket."""
        return self.collected in (None, way)

    @cached_property
    def measured(self) -> "Instrument":
        """As its figures see it: itself, or for shares with the two scores 0 and 1, of which 1 is a positive answer."""
        if self.positive_from is None:
            return self
        items = tuple(replace(item, answers=SHARE_WORDS) for item in self.items)
        return replace(self, low=NOT_POSITIVE, high=POSITIVE, positive_from=None, items=items)

    @cached_property
    def points(self) -> Mapping[int, int]:
        """What each score counts in a figure: itself, or for shares 1 where the answer is positive and 0 elsewhere."""
        scores = range(self.low, self.high + 1)
        if self.positive_from is None:
            return {score: score for score in scores}
        return {score: POSITIVE if score >= self.positive_from else NOT_POSITIVE for score in scores}

    @cached_property
    def marks(self) -> Mapping[int | None, str]:
        """How an answer is written in a sheet: one character each, `-` for a skipped question."""
        digits: dict[int | None, str] = {score: str(score) for score in range(self.low, self.high + 1)}
        return digits | {None: SKIPPED}

    @cached_property
    def readings(self) -> Mapping[str, int | None]:
        """The answer that each character of a sheet stands for; the inverse of `marks`."""
        return {mark: score for score, mark in self.marks.items()}

    @cached_property
    def points_of_marks(self) -> Mapping[str, int]:
        """What each answer counts in a figure, by its character; without the skipped one, which counts nothing."""
        return {mark: self.points[score] for mark, score in self.readings.items() if score is not None}

    @cached_property
    def blank(self) -> str:
        """The sheet on which every question was skipped; it is never stored."""
        return SKIPPED * len(self.items)
