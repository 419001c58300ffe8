"""The weekly chart alarms as rarely as stated, whatever somebody's answers usually are, and finds what has fallen.

The shares of statistics.md §12 are those of the answers 1, 2, 3 and 4 about somebody middling, good, excellent, superb.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from statistics import median

import numpy as np
import pytest
from scipy import stats

from app.measures.rules.formulas.alarms import first_alarm
from tests.effort import sized
from tests.measures.formulas.half_years import HALF_YEAR, Points, half_year, watched

TRUTHS: Mapping[str, tuple[float, ...]] = {
    "middling": (0.05, 0.10, 0.35, 0.50),
    "good": (0.01, 0.03, 0.16, 0.80),
    "excellent": (0.005, 0.01, 0.05, 0.935),
    "superb": (0.002, 0.003, 0.015, 0.98),
}
SIZES = (10, 30, 100)
# Weeks to a false alarm in the half year after a baseline of 20 weeks, by answers a week, and weeks until half of the
# falls of 1.5 standard deviations of the weekly mean are found (decision 18: of 20,000 and 4,000 charts each).
MEASURED: Mapping[str, tuple[int, int, int]] = {
    "middling": (528, 563, 524),
    "good": (612, 572, 549),
    "excellent": (646, 572, 529),
    "superb": (1_620, 619, 518),
}
MEDIANS: Mapping[str, tuple[int, int, int]] = {
    "middling": (4, 4, 4),
    "good": (5, 5, 4),
    "excellent": (7, 5, 5),
    "superb": (10, 7, 5),
}
STATED = 500
CHARTS = sized(150, 2_000)
CELLS = [(name, place) for name in TRUTHS for place in range(len(SIZES))]


@cache
def charts(name: str, place: int, drop: float = 0) -> list[Points]:
    """Half years of these shares, none of which changes but by the drop."""
    rng = np.random.default_rng([18, list(TRUTHS).index(name), SIZES[place], int(10 * drop)])
    return [half_year(rng, TRUTHS[name], SIZES[place], drop) for _ in range(CHARTS)]


def counted(found: Iterable[Points]) -> Counter[str]:
    """The weeks that were watched, and the alarms."""
    count: Counter[str] = Counter()
    for points in found:
        count.update(weeks=watched(points), alarms=int(first_alarm(points) is not None))
    return count


@pytest.mark.sized
@pytest.mark.parametrize(("name", "place"), CELLS)
def test_false_alarms_are_as_rare_as_was_measured(name: str, place: int) -> None:
    # Outside of these bounds lies one in a thousand such tests. Of 150 charts 7 alarms are expected, so that the daily
    # test would notice three times as many; of 2,000 charts 95, which notices a third more.
    found = counted(charts(name, place))
    expected = found["weeks"] / MEASURED[name][place]
    least, most = (stats.poisson.ppf(chance, expected) for chance in (0.0005, 0.9995))
    assert least <= found["alarms"] <= most
    assert found["alarms"] <= stats.poisson.ppf(0.9995, found["weeks"] / STATED)


@pytest.mark.sized
def test_nobody_is_alarmed_more_often_for_being_better() -> None:
    # By standard errors the excellent were alarmed three to six times as often as the middling.
    rates = {}
    for name in TRUTHS:
        found = sum((counted(charts(name, place)) for place in range(len(SIZES))), Counter[str]())
        rates[name] = found["alarms"] / found["weeks"]
    most = sized(1.8, 1.15)
    assert max(rates.values()) <= most * rates["middling"]


@pytest.mark.sized
@pytest.mark.parametrize(("name", "place"), CELLS)
def test_a_fall_is_found_in_weeks(name: str, place: int) -> None:
    found = [watched(points) if first_alarm(points) else HALF_YEAR + 1 for points in charts(name, place, 1.5)]
    assert abs(median(found) - MEDIANS[name][place]) <= sized(2, 1)
