"""The funnel as it goes out: what a chart needs, without anything left to compute."""

from app.instruments.loading import shipped
from app.measures.funnel_presenting import funnel_chart_out, funnel_out
from app.measures.rules.comparison import UnitFunnelPlace, compare
from app.measures.rules.formulas.funnel import Beyond
from app.measures.rules.formulas.moments import item_moments
from tests.measures.formulas.peers import HISTOGRAMS, NAMES

IKL = shipped()["ikl-1"]


def funnelled() -> dict[str, UnitFunnelPlace]:
    compared = compare({name: {"ktp-el": item_moments(each)} for name, each in zip(NAMES, HISTOGRAMS, strict=True)})
    return {name: each.funnel for name, each in compared.items() if each.funnel}


def test_a_units_place_is_told_with_the_limits_at_its_own_number_of_answers() -> None:
    told = funnel_out(IKL, funnelled()["E8"])
    assert (told.n, told.mean, told.adjusted_z, told.beyond) == (60, 2.9667, -2.8589, Beyond.nothing)
    # 3.504300 ± 2.446912·√(0.512112/60 + 0.080188), and ± 5.207626 of the same.
    assert told.warning == (2.7755, 4.0)
    assert told.alarm == (1.9531, 4.0)


def test_the_curve_spans_all_units_and_is_that_of_the_vectors() -> None:
    told = funnel_chart_out(IKL, funnelled().values())
    assert told is not None
    assert (told.centre, told.between) == (3.5043, 0.0802)
    assert (told.limits[0].n, told.limits[-1].n) == (5, 140)
    for each in told.limits:
        assert 1 <= each.alarm[0] < each.warning[0] < told.centre < each.warning[1] <= each.alarm[1] <= 4
    lower = [each.alarm[0] for each in told.limits]
    assert lower == sorted(lower)


def test_without_units_there_is_no_funnel() -> None:
    assert funnel_chart_out(IKL, []) is None
