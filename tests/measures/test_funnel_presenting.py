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
    assert (told.n, told.mean, told.adjusted_z, told.beyond) == (60, 2.9667, -2.3561, Beyond.warning)
    # 3.465882 ± 1.959964·√(0.512112/60 + 0.036358), and ± 3.090232 of the same.
    assert told.warning == (3.0506, 3.8812)
    assert told.alarm == (2.8111, 4.0)


def test_the_curve_spans_all_units_and_is_that_of_the_vectors() -> None:
    told = funnel_chart_out(IKL, funnelled().values())
    assert told is not None
    assert (told.centre, told.dispersion, told.between) == (3.4659, 3.8734, 0.0364)
    assert (told.limits[0].n, told.limits[-1].n) == (5, 140)
    widths = [each.alarm[1] - each.alarm[0] for each in told.limits]
    assert widths == sorted(widths, reverse=True)
    for each in told.limits:
        assert 1 <= each.alarm[0] < each.warning[0] < told.centre < each.warning[1] <= each.alarm[1] <= 4


def test_without_units_there_is_no_funnel() -> None:
    assert funnel_chart_out(IKL, []) is None
