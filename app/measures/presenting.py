"""Measures as wire models."""

from fractions import Fraction
from typing import Any

from app.foundation.rounding import rounded
from app.indices.presenting import dimension_out, index_out, is_rough, rules_of, whole_percent
from app.instruments.model import Instrument
from app.measures.alarm_presenting import alarms_out, channel_mix_out
from app.measures.funnel_presenting import Rounding, funnel_out
from app.measures.reading import MeasuresTable
from app.measures.rules.comparison import UnitComparison
from app.measures.rules.formulas.change import MeanChange
from app.measures.rules.formulas.reliability import Use
from app.measures.rules.formulas.shares import ScoreShare
from app.measures.rules.unit_measures import METHOD, MeasuredDimension, UnitMeasures
from app.measures.schemas import (
    AdjustedOut,
    ChangeOut,
    CollectionOut,
    ComparisonOut,
    EstimateOut,
    MeasuredDimensionOut,
    MeasuredRowOut,
    MeasuresOut,
    OfficeMeasuresOut,
    ShareOut,
    UnitMeasuresOut,
)
from app.ratings.rules.selection import By


def measures_out(table: MeasuresTable) -> MeasuresOut:
    """The table on the wire."""
    return MeasuresOut.model_validate(_table_of(table))


def office_measures_out(table: MeasuresTable) -> OfficeMeasuresOut:
    """The offices of a page on the wire."""
    return OfficeMeasuresOut.model_validate({**_table_of(table), "next": table.next})


def _table_of(table: MeasuresTable) -> dict[str, Any]:
    instrument = table.scoring.instrument
    return {
        **head_of(table),
        "rows": tuple(
            MeasuredRowOut(
                **dict(unit_out(instrument, table.by, code, table.names.get(code), unit)),
                standards=table.standards.get(code),
            )
            for code, unit in table.units.items()
        ),
    }


def head_of(table: MeasuresTable) -> dict[str, Any]:
    """Of what a table is: the agency, the period, the rules, and the release that told it."""
    return {
        "agency": table.agency_id,
        "period": table.span.code,
        "from": table.span.first,
        "to": table.span.last,
        **rules_of(table.scoring),
        "method": METHOD,
        "release": table.release.number,
        "released_at": table.release.released_at,
    }


def unit_out(instrument: Instrument, by: By, code: str, name: str | None, unit: UnitMeasures | None) -> UnitMeasuresOut:
    """One unit; without measures it is suppressed. What an appraisal may use is said of persons only."""
    if unit is None:
        return UnitMeasuresOut(
            code=code,
            name=name,
            suppressed=True,
            n=None,
            waiting=None,
            incomplete_percent=None,
            held=None,
            index=None,
            change=None,
            dimensions=None,
            comparison=None,
            collection=None,
            alarms=None,
            channel_mix=None,
        )
    rough = is_rough(unit.n, personal=by is By.employee)
    # From a mean, or a distance to it, with more decimals the sum of the answers could be had again.
    shown = _to_one_decimal if rough else rounded
    return UnitMeasuresOut(
        code=code,
        name=name,
        suppressed=False,
        n=unit.n,
        waiting=unit.waiting,
        incomplete_percent=whole_percent(unit.figures.incomplete),
        held=unit.held,
        index=index_out(instrument, unit.figures.official.composite, unit.figures.composite, rough=rough),
        change=_change(unit.change, shown),
        dimensions=tuple(
            _dimension(instrument, place, unit, dimension, rough=rough)
            for place, dimension in enumerate(unit.dimensions)
        ),
        comparison=None
        if unit.comparison is None
        else _comparison(instrument, unit.family, unit.comparison, by, shown=shown),
        collection=_collection(unit, shown),
        alarms=alarms_out(instrument, unit.alarms),
        channel_mix=channel_mix_out(unit),
    )


def _dimension(
    instrument: Instrument, place: int, unit: UnitMeasures, dimension: MeasuredDimension | None, *, rough: bool
) -> MeasuredDimensionOut:
    if dimension is None:
        bare = dimension_out(instrument.items[place], None, None)
        return MeasuredDimensionOut(**dict(bare), top=None, change=None, histogram=None)
    base = dimension_out(
        instrument.items[place], unit.figures.official.items[place], unit.figures.items[place], rough=rough
    )
    return MeasuredDimensionOut(
        **dict(base),
        top=None if rough else _share(dimension.top),
        change=_change(dimension.change, _to_one_decimal if rough else rounded),
        histogram=dimension.histogram,
    )


def _comparison(
    instrument: Instrument, family: str | None, compared: UnitComparison, by: By, *, shown: Rounding
) -> ComparisonOut:
    shrunk, mix, beside, ranks = compared.shrunk, compared.standardised, compared.funnel, compared.ranks
    return ComparisonOut(
        family=family,
        peers=compared.peers,
        group_mean=rounded(compared.group_mean),
        reliability=None if compared.reliability is None else rounded(compared.reliability),
        use=Use(compared.use) if by is By.employee else None,
        estimate=EstimateOut(
            value=shown(shrunk.estimate),
            lower=shown(max(shrunk.lower, instrument.low)),
            upper=shown(min(shrunk.upper, instrument.high)),
        )
        if shrunk
        else None,
        case_mix=AdjustedOut(raw=shown(mix.raw), expected=shown(mix.expected), adjusted=shown(mix.adjusted))
        if mix
        else None,
        funnel=funnel_out(instrument, beside, shown) if beside else None,
        ranks=(ranks.best, ranks.worst) if ranks else None,
    )


def _collection(unit: UnitMeasures, shown: Rounding) -> CollectionOut:
    return CollectionOut(
        served=unit.served,
        # Whole per cent: with the number served it would else be one more exact count.
        coverage=None if unit.coverage is None else rounded(unit.coverage, 2),
        bounds=(shown(unit.bounds.lower), shown(unit.bounds.upper)) if unit.bounds else None,
        sample=unit.sample,
        sample_reached=None if unit.sample is None else unit.n >= unit.sample,
        channels=None if unit.channels is None else dict(unit.channels),
        services=None if unit.services is None else dict(unit.services),
    )


def _share(share: ScoreShare | None) -> ShareOut | None:
    if share is None:
        return None
    return ShareOut(
        k=share.k, n=share.n, share=rounded(share.share), lower=rounded(share.lower), upper=rounded(share.upper)
    )


def _change(change: MeanChange | None, shown: Rounding) -> ChangeOut | None:
    if change is None:
        return None
    return ChangeOut(
        difference=shown(change.difference), lower=shown(change.lower), upper=shown(change.upper), p=shown(change.p)
    )


def _to_one_decimal(estimate: Fraction | float) -> float:
    return rounded(estimate, 1)
