"""Fair comparison of persons who give different services (V11).

Slow permits are slow whoever serves them. Adjust only for what the person cannot choose (service,
channel, office, weekday), and always print the raw mean beside the adjusted one (statistics.md §10).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import NamedTuple, TypeVar

from app.measures.rules.formulas.moments import Moments, merged

Mix = Mapping[str, Moments]
Key = TypeVar("Key", bound=tuple[str, ...])


@dataclass(frozen=True)
class Standardised:
    """A person's mean, what the services alone let expect, the mean at the common mix, and z.

    z is None where the answers to these services do not vary.
    """

    raw: Fraction
    expected: Fraction
    adjusted: Fraction
    z: float | None


class Estimate(NamedTuple):
    """A coefficient and its standard error."""

    value: float
    error: float


@dataclass(frozen=True)
class LinearModel:
    """Persons at the first level of every factor, each factor's levels against its first, and the
    persons at the pooled mix of all answers, which depends on no choice of a first level."""

    persons: dict[str, Estimate]
    factors: tuple[dict[str, Estimate], ...]
    pooled: dict[str, Estimate]


def norms(peers: Iterable[Mix]) -> dict[str, Moments]:
    """The answers of all peers by service; in a small group leave out the person to be compared."""
    by_service: dict[str, list[Moments]] = {}
    for peer in peers:
        for service, answers in peer.items():
            by_service.setdefault(service, []).append(answers)
    return {service: merged(parts) for service, parts in by_service.items()}


def standardised(person: Mix, norm: Mix) -> Standardised | None:
    """Indirect standardisation of a person (service → answers) against `norms`.

    E = Σ n_s μ_s/n; adjusted = x̄ - E + μ; z = n(x̄ - E)/√(Σ n_s σ_s²), as in statistics.md §10. None
    without answers, or where the norm has no answers for a service of the person.
    """
    served = {service: answers for service, answers in person.items() if answers.n}
    if not served or not all(service in norm and norm[service].n for service in served):
        return None
    own, all_answers = merged(served.values()), merged(norm.values())
    expected = sum((part.n * norm[service].mean for service, part in served.items()), Fraction(0)) / own.n
    return Standardised(
        raw=own.mean,
        expected=expected,
        adjusted=own.mean - expected + all_answers.mean,
        z=_z(own.n * (own.mean - expected), served, norm),
    )


def _z(difference: Fraction, served: Mix, norm: Mix) -> float | None:
    if any(norm[service].n < 2 for service in served):
        return None
    variance = sum((part.n * norm[service].variance for service, part in served.items()), Fraction(0))
    return float(difference) / sqrt(variance) if variance else None


def linear_model(cells: Mapping[Key, Moments]) -> LinearModel | None:
    """Weighted least squares on cells keyed (person, service) or (person, service, channel, …).

    The linear adjustment of HCAHPS (statistics.md §10): a dummy for each person and each level but the
    first met, weights n. With s² = (ΣSS within + Σ n·residual²)/(N - p) the coefficients and their errors
    are those of the single answers. None where persons and services cannot be told apart, or N ≤ p.
    """
    import numpy as np

    filled = {key: cell for key, cell in cells.items() if cell.n}
    columns = _columns(list(filled))
    total = sum(cell.n for cell in filled.values())
    if total <= len(columns):
        return None
    design = np.array([[float(key[place] == level) for place, level in columns] for key in filled])
    n = np.array([float(cell.n) for cell in filled.values()])
    means = np.array([float(cell.mean) for cell in filled.values()])
    root = np.sqrt(n)
    coefficients, _, rank, _ = np.linalg.lstsq(design * root[:, None], means * root)
    if rank < len(columns):
        return None
    within = float(sum((cell.squares for cell in filled.values()), Fraction(0)))
    variance = (within + float(n @ (means - design @ coefficients) ** 2)) / (total - len(columns))
    covariance = variance * np.linalg.inv(design.T @ (design * n[:, None]))

    def estimate(place: int, level: str, at: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> Estimate:
        contrast = at.copy()
        contrast[columns.index((place, level))] = 1.0
        return Estimate(float(contrast @ coefficients), sqrt(float(contrast @ covariance @ contrast)))

    bare = np.zeros(len(columns))
    mix = np.where([place > 0 for place, _ in columns], n @ design / total, 0.0)
    levels = [[level for place, level in columns if place == factor] for factor in range(len(next(iter(filled))))]
    return LinearModel(
        persons={person: estimate(0, person, bare) for person in levels[0]},
        factors=tuple(
            {level: estimate(factor, level, bare) for level in levels[factor]} for factor in range(1, len(levels))
        ),
        pooled={person: estimate(0, person, mix) for person in levels[0]},
    )


def _columns(keys: Sequence[tuple[str, ...]]) -> list[tuple[int, str]]:
    """The columns of the design as (place in the key, level): every person, every other level but the first."""
    columns: list[tuple[int, str]] = []
    for place, levels in enumerate(zip(*keys, strict=True)):
        met = list(dict.fromkeys(levels))
        columns += [(place, level) for level in (met if place == 0 else met[1:])]
    return columns
