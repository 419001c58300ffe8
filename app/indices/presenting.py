"""Rows of figures as wire models. Official figures become text here; floats come from intervals alone."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import repeat

from app.indices.rules.figures import Group, IndexRow, IndexTable, OpenAnswers, Scoring
from app.indices.rules.intervals import Interval
from app.indices.rules.official import Graded, ItemIndex
from app.indices.rules.rounding import half_up
from app.indices.schemas import (
    AnyGroup,
    ChannelGroup,
    DayGroup,
    DimensionOut,
    EmployeeGroup,
    IndexIntervalOut,
    IndexOut,
    IndexRowOut,
    IndexTableOut,
    MonthGroup,
    OfficeGroup,
    OpenOut,
    ServiceGroup,
    TicketCountsOut,
)
from app.instruments.model import Instrument, Item, Texts
from app.instruments.schemas import TextsOut
from app.ratings.tallies.rules.query_plan import By
from app.tickets.rules.lifecycle import TicketSum

GROUPS: Mapping[By, type[AnyGroup]] = {
    By.office: OfficeGroup,
    By.service: ServiceGroup,
    By.employee: EmployeeGroup,
    By.channel: ChannelGroup,
    By.month: MonthGroup,
    By.day: DayGroup,
}


def table_out(table: IndexTable) -> IndexTableOut:
    """The table on the wire."""
    instrument = table.scoring.instrument
    return IndexTableOut.model_validate(
        {
            "agency": table.agency_id,
            **rules_of(table.scoring),
            "index_title": _texts(instrument.index_title),
            "from": table.period.first,
            "to": table.period.last,
            "by": table.by,
            "rows": tuple(_row(instrument, table, row) for row in table.rows),
        }
    )


def rules_of(scoring: Scoring) -> dict[str, str]:
    """The rules by which figures were made, as every response and report names them."""
    instrument = scoring.instrument
    return {
        "instrument": instrument.id,
        "version": instrument.version,
        "digest": instrument.digest,
        "index_name": instrument.index_name,
        "weights": scoring.mode,
        "bands": scoring.bands,
    }


def _row(instrument: Instrument, table: IndexTable, row: IndexRow) -> IndexRowOut:
    figures = row.figures
    reasons = table.reasons.get(row.group.value if row.group else None, {})
    return IndexRowOut(
        group=_group(table.by, row.group),
        n=row.n,
        held=row.held,
        open=_open(instrument, row.open),
        tickets=_tickets(row.tickets),
        held_reasons=None if row.suppressed else dict(sorted(reasons.items())),
        suppressed=row.suppressed,
        dimensions=tuple(
            map(
                dimension_out,
                instrument.items,
                figures.official.items if figures else repeat(None),
                figures.items if figures else repeat(None),
            )
        ),
        index=index_out(instrument, figures.official.composite, figures.composite) if figures else None,
    )


def _open(instrument: Instrument, answers: OpenAnswers | None) -> OpenOut | None:
    if answers is None:
        return None
    index = answers.composite
    return OpenOut(
        n=answers.n,
        mean=None if index is None else _mean(index.exact, instrument),
        index=None if index is None else str(index.rounded),
    )


def _tickets(tickets: TicketSum | None) -> TicketCountsOut | None:
    return None if tickets is None else TicketCountsOut(**tickets._asdict(), coverage=tickets.coverage)


def _group(by: By | None, group: Group | None) -> AnyGroup | None:
    if by is None or group is None:
        return None
    return GROUPS[by].model_validate({by.value: group.value, "name": group.name})


def dimension_out(item: Item, figure: ItemIndex | None, interval: Interval | None) -> DimensionOut:
    """One question; without a figure all its figures are null."""
    mean, index = (figure.mean, figure.index) if figure else (None, None)
    return DimensionOut(
        code=item.code,
        title=_texts(item.title),
        n=figure.n if figure else None,
        mean=None if mean is None else str(half_up(mean, 4)),
        index=str(index.rounded) if index else None,
        grade=index.band.grade if index else None,
        words=_texts(index.band.words) if index else None,
        interval=_ends(interval) if interval else None,
    )


def index_out(instrument: Instrument, composite: Graded | None, interval: Interval | None) -> IndexOut | None:
    """The index with its interval; None without one."""
    if composite is None:
        return None
    return IndexOut(
        name=instrument.index_name,
        mean=_mean(composite.exact, instrument),
        mean_interval=_mean_ends(interval, instrument) if interval else None,
        value=str(composite.rounded),
        grade=composite.band.grade,
        words=_texts(composite.band.words),
        interval=_interval(interval) if interval else None,
    )


def _interval(interval: Interval) -> IndexIntervalOut:
    lower, upper = _ends(interval)
    return IndexIntervalOut(confidence=interval.confidence, lower=lower, upper=upper, n=interval.n)


def _ends(interval: Interval) -> tuple[str, str]:
    return str(half_up(Fraction(interval.lower))), str(half_up(Fraction(interval.upper)))


def _mean(index: Fraction, instrument: Instrument) -> str:
    return str(half_up(index * instrument.high / 100, 4))


def _mean_ends(interval: Interval, instrument: Instrument) -> tuple[str, str]:
    return _mean(Fraction(interval.lower), instrument), _mean(Fraction(interval.upper), instrument)


def _texts(texts: Texts) -> TextsOut:
    return TextsOut(id=texts["id"], en=texts["en"])
