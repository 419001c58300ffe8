"""What an answer says of a set of ratings, beside what the true sheets are: worked out here once more."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from re import fullmatch
from typing import Any, NamedTuple, Protocol

from app.foundation.rounding import half_up
from app.indices.rules.figures import IndexFigures
from app.instruments.loading import shipped

IKL = shipped()["ikl-1"]
# Below so many, a person's means and indices have one decimal, and nothing counts single answers.
PRECISE = 30
# Counts of ratings and of tickets on the wire, by name: none, or ten and more, wherever they stand.
COUNTS = frozenset({"n", "held", "issued", "armed", "spent", "told", "doubted", "rated", "n_before", "others"})
COUNTED_BY = frozenset({"held_reasons", "channels", "services", "findings"})


class Counted(NamedTuple):
    """The true sheets of a block, and whether it tells them as complete."""

    complete: bool
    sheets: Sequence[str]


class Check(Protocol):
    """Holds what an answer says against the blocks that it should count."""

    def __call__(self, blocks: Sequence[Counted], /) -> None:
        """Fails where it says something else."""


def answers(blocks: Sequence[Counted], place: int) -> list[int]:
    """The answers to a question that are told of blocks: not those of one to nine of a block."""
    of_blocks = ([int(sheet[place]) for sheet in block.sheets if sheet[place] != "-"] for block in blocks)
    return [mark for marks in of_blocks if len(marks) >= 10 for mark in marks]


def complete(blocks: Sequence[Counted]) -> int:
    """How many sheets are told as complete."""
    return sum(len(block.sheets) for block in blocks if block.complete)


def check_figures(figures: IndexFigures, blocks: Sequence[Counted]) -> None:
    """The figures are those of the true ratings of these blocks."""
    assert figures.official.sheets == sum(len(block.sheets) for block in blocks)
    for place, item in enumerate(figures.official.items):
        marks = answers(blocks, place)
        assert item.n == len(marks)
        assert item.mean is None or item.mean * len(marks) == sum(marks)
    assert (figures.composite.n if figures.composite else 0) == complete(blocks)


def check_row(row: Mapping[str, Any], blocks: Sequence[Counted], *, personal: bool) -> None:
    """A row of indices, of measures or of a report says what the true sheets are, to the last digit."""
    n, told = sum(len(block.sheets) for block in blocks), complete(blocks)
    assert row["n"] == n
    assert row["incomplete_percent"] == half_up(Fraction(100 * (n - told), n), 0)
    rough = personal and n < PRECISE
    means = []
    for place, item in enumerate(row["dimensions"]):
        marks = answers(blocks, place)
        assert item["n"] in ((None, 0) if not marks else (len(marks),))
        mean = Fraction(sum(marks), len(marks)) if marks else None
        means.append(mean)
        assert item["mean"] == _text(mean, 4, rough=rough)
        assert item["index"] == _text(mean and mean * 25, 2, rough=rough)
        if item.get("histogram") is not None:
            assert not rough
            assert item["histogram"] == [marks.count(answer) for answer in range(1, 5)]
        if item.get("top") is not None:
            assert not rough
            assert (item["top"]["k"], item["top"]["n"]) == (marks.count(4), len(marks))
    check_index(row["index"], means, told, rough=rough)


def check_index(index: Mapping[str, Any] | None, means: Sequence[Fraction | None], told: int, *, rough: bool) -> None:
    """The index is that of these means, and its interval of so many sheets."""
    known = [mean for mean in means if mean is not None]
    if len(known) < len(means):
        assert index is None
        return
    assert index is not None
    whole = sum(known, Fraction(0)) / len(known)
    assert (index["mean"], index["value"]) == (_text(whole, 4, rough=rough), _text(whole * 25, 2, rough=rough))
    assert (index["interval"]["n"] if index["interval"] else 0) in (0, told)
    assert told or index["interval"] is None


def check_index_value(n: int, index: str | None, blocks: Sequence[Counted], *, personal: bool) -> None:
    """Where only a number of ratings and their index are told, as in a trend: both are right."""
    check_n(n, blocks)
    marks = [answers(blocks, place) for place in range(len(IKL.items))]
    whole = sum((Fraction(sum(each), len(each)) for each in marks if each), Fraction(0)) / len(marks)
    assert index == (_text(whole * 25, 2, rough=personal and n < PRECISE) if all(marks) else None)


def check_n(n: int, blocks: Sequence[Counted]) -> None:
    """So many ratings they are."""
    assert n == sum(len(block.sheets) for block in blocks)


def check_open(row: Mapping[str, Any], blocks: Sequence[Counted]) -> None:
    """The same of answers that came with neither key nor ticket: how many, and their mean."""
    assert row["n"] == sum(len(block.sheets) for block in blocks)
    marks = [answers(blocks, place) for place in range(len(IKL.items))]
    means = [Fraction(sum(each), len(each)) if each else None for each in marks]
    known = [mean for mean in means if mean is not None]
    whole = sum(known, Fraction(0)) / len(means) if len(known) == len(means) else None
    assert (row["mean"], row["index"]) == (_text(whole, 4), _text(whole and whole * 25, 2))


def small_counts(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Every count of one to nine ratings or tickets in an answer, with its place; what waits is told in tens alone."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            within = f"{at}/{name}"
            if (name in COUNTS and _is_small(inner)) or (name == "waiting" and not _is_rough(inner)):
                yield within, inner
            elif name in COUNTED_BY and isinstance(inner, Mapping):
                yield from ((f"{within}/{each}", n) for each, n in inner.items() if _is_small(n))
            else:
                yield from small_counts(inner, within)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for place, inner in enumerate(value):
            yield from small_counts(inner, f"{at}/{place}")


def _is_rough(waiting: Any) -> bool:
    return waiting is None or fullmatch(r"<10|[1-9]\d*0\+", str(waiting)) is not None


def _is_small(n: Any) -> bool:
    return isinstance(n, int) and 0 < n < 10


def _text(value: Fraction | None, places: int, *, rough: bool = False) -> str | None:
    return None if value is None else str(half_up(value, 1 if rough else places))
