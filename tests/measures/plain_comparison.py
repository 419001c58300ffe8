"""How offices compare, worked out plainly: all that is told of a period at once, in lists of exact fractions.

What `app/measures` makes of it office by office, of which it holds a few numbers each, must be the same to the last
digit.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import sqrt

from app.disclosure.reading import read_released
from app.disclosure.rules.calendar import Span
from app.disclosure.rules.cells import Cell
from app.disclosure.rules.due import month_code
from app.disclosure.rules.released import ReleasedBlock, Scope
from app.foundation.storage.database import Session
from app.indices.rules.figures import Scoring
from app.measures.rules.comparison import UnitComparison, UnitFunnelPlace
from app.measures.rules.formulas.between import peer_group
from app.measures.rules.formulas.case_mix import norms, standardised
from app.measures.rules.formulas.discoveries import q_values
from app.measures.rules.formulas.funnel import funnel
from app.measures.rules.formulas.moments import Moments, item_moments, merged, moments
from app.measures.rules.formulas.ranks import rank_intervals
from app.measures.rules.formulas.reliability import reliability, use_of
from app.measures.rules.formulas.shrinkage import shrinkage
from app.measures.rules.office_comparison import OfficeAmongAll
from app.ratings.rules.selection import By

Mixes = Mapping[str, Mapping[str, Moments]]


def plainly_compared(
    session: Session, agency_id: str, scoring: Scoring, span: Span, offices: Sequence[str]
) -> dict[str, OfficeAmongAll]:
    """Each office of the agency that may be shown, among all of them."""
    instrument = scoring.instrument.id
    sheets = read_released(
        session, agency_id, instrument, span.first, span.last, sorted(offices), (By.office, By.service)
    )
    told = sheets.by(By.office, Scope(month_code(span.first), month_code(span.last), frozenset(offices)))
    cells = {code: each.cell for code, each in told.items() if each.cell is not None}
    mixes = {code: mix for code in cells if (mix := _mix(scoring, told[code].blocks))}
    compared, below = _compared(_merged_small(mixes)), _below(scoring, cells)
    return {code: OfficeAmongAll(compared.get(code), below.get(code, frozenset())) for code in cells}


def _mix(scoring: Scoring, blocks: Sequence[ReleasedBlock]) -> dict[str, Moments]:
    found: dict[str, list[Moments]] = {}
    for block in blocks:
        if composites := block.cell.composite(scoring.instrument.weights(scoring.mode)):
            found.setdefault(block.service or "", []).append(moments(composites))
    return {service: merged(parts) for service, parts in found.items()}


def _merged_small(mixes: Mixes) -> Mixes:
    sizes: Counter[str] = Counter()
    for mix in mixes.values():
        sizes.update({service: answers.n for service, answers in mix.items()})
    small = {service for service, n in sizes.items() if n < 10 or not service}
    if small and sum(sizes[each] for each in small) < 10:
        small |= set(sorted(sizes.keys() - small, key=lambda each: (sizes[each], each))[:1])
    found = {}
    for code, mix in mixes.items():
        rest = [answers for service, answers in mix.items() if service in small]
        kept = {service: answers for service, answers in mix.items() if service not in small}
        found[code] = kept | ({"": merged(rest)} if rest else {})
    return found


def _compared(mixes: Mixes) -> dict[str, UnitComparison]:
    codes = sorted(mixes)
    peers = [merged(mixes[code].values()) for code in codes]
    group, norm, total = peer_group(peers), norms(mixes.values()), merged(peers)
    shrunk, chart = shrinkage(group), funnel(group)
    ranks = rank_intervals(group.means, group.variances) if group else None
    found = {}
    for place, (code, answers) in enumerate(zip(codes, peers, strict=True)):
        own, in_funnel = reliability(answers.n, group.icc if group else None), None
        if group and chart:
            z = float(answers.mean - total.mean) / sqrt(group.variances[place])
            in_funnel = UnitFunnelPlace(z, chart.adjusted_z[place], q_values(chart.p)[place], answers, chart.around)
        found[code] = UnitComparison(
            peers=len(codes),
            group_mean=total.mean,
            centre=group.mean if group else None,
            reliability=own,
            use=use_of(answers.n, own, flagged=in_funnel is not None and in_funnel.flagged),
            shrunk=shrunk[place] if shrunk else None,
            standardised=standardised(mixes[code], norm) if len(codes) > 1 else None,
            funnel=in_funnel,
            ranks=ranks[place] if ranks else None,
        )
    return found


def _below(scoring: Scoring, cells: Mapping[str, Cell]) -> dict[str, frozenset[int]]:
    """Reliably, from thirty answers, below the mean of eight peers or more, and by three points of the index."""
    instrument = scoring.instrument
    found: dict[str, set[int]] = {}
    for question in range(len(instrument.items)):
        answers = {
            code: item_moments(cell.items[question], instrument.low)
            for code, cell in sorted(cells.items())
            if sum(cell.items[question]) >= 10
        }
        group = peer_group(list(answers.values()))
        shrunk = shrinkage(group)
        if group is None or shrunk is None:
            continue
        total = merged(answers.values())
        mean = min(group.mean, float(Fraction(total.first, total.n)))
        for (code, own), estimate in zip(answers.items(), shrunk, strict=True):
            told_apart = own.n >= 30 and (reliability(own.n, group.icc) or 0) >= 0.7 and estimate.upper < mean
            if told_apart and 100 * (mean - estimate.estimate) >= 3 * instrument.high:
                found.setdefault(code, set()).add(question)
    return {code: frozenset(questions) for code, questions in found.items()}
