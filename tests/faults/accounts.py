"""The books of one process: what its clients were answered, beside what it tells of itself at /metrics. Pure.

Every request is answered with a status that is counted, and every rating that reached the intake has one outcome:
stored (201), replayed (200), or the name of a refusal. Where every answer was heard, both sides are equal; what nobody
heard the answer to may be on the service's side only.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families

CREATED, REPLAYED = 201, 200


@dataclass
class Account:
    """What one process answered its clients since it started."""

    # Requests by route and status, ratings by the status that each of them got.
    requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    ratings: Counter[int] = field(default_factory=Counter)
    # Ratings of requests that were refused as a whole, perhaps before anybody looked at the ratings.
    refused_whole: int = 0
    # Requests, by route, and their ratings to which no answer was heard.
    unheard: Counter[str] = field(default_factory=Counter)
    unheard_ratings: int = 0
    slowest: float = 0.0

    def answered(self, route: str, status: int, ratings: Sequence[int], seconds: float) -> None:
        """Note an answer and what it says of each rating."""
        self.requests[route, status] += 1
        self.slowest = max(self.slowest, seconds)
        if status in (CREATED, REPLAYED):
            self.ratings.update(ratings)
        else:
            self.refused_whole += len(ratings)

    def broke(self, route: str, ratings: int) -> None:
        """Note a request that may have been answered."""
        self.unheard[route] += 1
        self.unheard_ratings += ratings


@dataclass(frozen=True)
class Told:
    """What a process says at /metrics: its answers by route and status, ratings by what became of them."""

    requests: Mapping[tuple[str, int], int]
    ratings: Mapping[str, int]

    @classmethod
    def read(cls, exposition: str) -> "Told":
        """From Prometheus' text format."""
        families = {family.name: family.samples for family in text_string_to_metric_families(exposition)}
        posted = [each for each in families["cermin_http_answers"] if each.labels["method"] == "POST"]
        return cls(
            {(each.labels["route"], int(each.labels["status"])): int(each.value) for each in posted},
            {each.labels["outcome"]: int(each.value) for each in families["cermin_ratings"]},
        )


def differences(account: Account, told: Told) -> list[str]:
    """What does not add up, in words; none in good books."""
    return [*_requests(account, told), *_ratings(account, told)]


def _requests(account: Account, told: Told) -> Iterator[str]:
    for route in sorted({route for route, _ in account.requests} | account.unheard.keys()):
        unheard = account.unheard[route]
        heard = {status: n for (at, status), n in account.requests.items() if at == route}
        counted = {status: n for (at, status), n in told.requests.items() if at == route}
        for status in sorted(heard.keys() | counted.keys()):
            yield from _apart(f"{route} {status}", heard.get(status, 0), counted.get(status, 0), unheard)
        yield from _apart(route, sum(heard.values()), sum(counted.values()), unheard)


def _ratings(account: Account, told: Told) -> Iterator[str]:
    stored, replayed = told.ratings.get("stored", 0), told.ratings.get("replayed", 0)
    refused = account.ratings.total() - account.ratings[CREATED] - account.ratings[REPLAYED]
    counted, unheard = sum(told.ratings.values()), account.unheard_ratings
    yield from _apart("stored", account.ratings[CREATED], stored, unheard)
    yield from _apart("replayed", account.ratings[REPLAYED], replayed, unheard)
    yield from _apart("refused", refused, counted - stored - replayed, account.refused_whole + unheard)
    yield from _apart("all ratings", account.ratings.total(), counted, account.refused_whole + unheard)


def _apart(what: str, heard: int, counted: int, possible: int) -> Iterator[str]:
    if not heard <= counted <= heard + possible:
        yield f"{what}: {heard} heard, {counted} counted, {possible} more possible"
