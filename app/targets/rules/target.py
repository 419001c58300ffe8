"""A target, and what is wrong with those that somebody sends. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias

from app.instruments.model import Instrument

INDEX = "index"
Kind: TypeAlias = Literal["office", "employee"]


class TargetKey(NamedTuple):
    """Of which period and questionnaire, of which office or employee, and which figure: `index` or a question's."""

    period: str
    instrument: str
    kind: str
    unit: str
    figure: str


class Target(NamedTuple):
    """What a figure shall be, in hundredths on the scale of the index (8800: 88.00); None takes the target away."""

    key: TargetKey
    hundredths: int | None

    @property
    def value(self) -> Decimal | None:
        """The target as it is written, with two decimals."""
        return None if self.hundredths is None else shown(self.hundredths)


class Flaw(NamedTuple):
    """What is wrong with the entry at a place: the field (None: the entry as a whole) and its stable code."""

    place: int
    field: str | None
    code: str


@dataclass(frozen=True)
class Known:
    """What targets are checked by: periods that there are, the agency's codes, what is fixed, and what is set so far.

    `own` is the employee's code of the one who sets them, if the directory has one: nobody sets their own.
    """

    periods: Collection[str]
    offices: Collection[str]
    employees: Collection[str]
    instruments: Mapping[str, Instrument]
    fixed: Collection[tuple[str, str]] = ()
    stored: Mapping[TargetKey, int] = field(default_factory=dict)
    own: str | None = None

    def changes(self, target: Target) -> bool:
        """Whether the entry is another one than what is set."""
        return self.stored.get(target.key) != target.hundredths


def flaws_of(targets: Sequence[Target], known: Known) -> list[Flaw]:
    """Everything wrong with these targets; what is set so already is never wrong for being fixed or one's own."""
    flaws: list[Flaw] = []
    seen: set[TargetKey] = set()
    for place, target in enumerate(targets):
        flaws += [Flaw(place, name, code) for name, code in (*_subject(target.key, known), *_figure(target, known))]
        if known.changes(target):
            flaws += [Flaw(place, name, code) for name, code in _refused(target.key, known)]
        # Within one request it is unknown which of two targets is meant, so neither is taken.
        if target.key in seen:
            flaws.append(Flaw(place, None, "target-repeated"))
        seen.add(target.key)
    return flaws


def shown(hundredths: int) -> Decimal:
    """8800 as 88.00."""
    return Decimal(hundredths).scaleb(-2)


def _subject(key: TargetKey, known: Known) -> Iterator[tuple[str, str]]:
    if key.period not in known.periods:
        yield "period", "period-unknown"
    if key.unit not in (known.offices if key.kind == "office" else known.employees):
        yield key.kind, f"{key.kind}-unknown"


def _figure(target: Target, known: Known) -> Iterator[tuple[str, str]]:
    instrument = known.instruments.get(target.key.instrument)
    if instrument is None:
        yield "instrument", "instrument-unknown"
        return
    if target.key.figure not in (INDEX, *instrument.codes):
        yield "figure", "figure-unknown"
    # The lowest answer of all is attained by everybody.
    scale = instrument.measured
    if target.hundredths is not None and not scale.low * 10_000 < target.hundredths * scale.high <= scale.high * 10_000:
        yield "value", "target-out-of-range"


def _refused(key: TargetKey, known: Known) -> Iterator[tuple[str, str]]:
    if (key.period, key.instrument) in known.fixed:
        yield "period", "targets-fixed"
    if key.kind == "employee" and key.unit == known.own:
        yield "employee", "about-oneself"
