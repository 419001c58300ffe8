"""Fair comparison of persons who give different services (V11).

Slow permits are slow whoever serves them. Adjust only for what the person cannot choose (service,
channel, office, weekday), and always print the raw mean beside the adjusted one: in Paddison et al. (2012) the
adjustment moved up to 30 % of practices by more than ten percentile ranks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from app.measures.rules.formulas.moments import Moments, merged

Mix = Mapping[str, Moments]


@dataclass(frozen=True)
class Standardised:
    """A person's mean, the mean expected from the services alone, and the mean at the common mix."""

    raw: Fraction
    expected: Fraction
    adjusted: Fraction


def norms(peers: Iterable[Mix]) -> dict[str, Moments]:
    """The answers of all peers by service; in a small group leave out the person to be compared."""
    by_service: dict[str, list[Moments]] = {}
    for peer in peers:
        for service, answers in peer.items():
            by_service.setdefault(service, []).append(answers)
    return {service: merged(parts) for service, parts in by_service.items()}


def standardised(person: Mix, norm: Mix) -> Standardised | None:
    """Indirect standardisation of a person (service → answers) against `norms`.

    E = Σ n_s μ_s/n; adjusted = x̄ - E + μ. None without answers, or where the norm has no answers for a service of the
    person.
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
    )
