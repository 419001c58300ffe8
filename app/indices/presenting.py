"""Rows of figures as wire models. Official figures become text here; floats come from intervals alone."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import repeat

from app.disclosure.rules.minimum import SMALLEST_PRECISE_N
from app.disclosure.rules.released import State
from app.disclosure.rules.without_answers import ShownTickets
from app.foundation.rounding import half_up
from app.indices.rules.figures import Group, IndexRow, IndexTable, OpenAnswers, Scoring
from app.indices.rules.intervals import Interval
from app.indices.rules.official import Graded, ItemIndex
from app.indices.schemas import (
    AnyGroup,
    ChannelGroup,
    DimensionOut,
    EmployeeGroup,
    IndexIntervalOut,
    IndexOut,
    IndexRowOut,
    IndexTableOut,
    MonthGroup,
    OfficeGroup,
    OpenOut,
    OpenQuestionOut,
    ServiceGroup,
    TicketCountsOut,
)
from app.instruments.model import Instrument, Item, Texts
from app.instruments.schemas import TextsOut
from app.ratings.rules.selection import By

GROUPS: Mapping[By, type[AnyGroup]] = {
    By.office: OfficeGroup,
    By.service: ServiceGroup,
    By.employee: EmployeeGroup,
    By.channel: ChannelGroup,
    By.month: MonthGroup,
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
            "release": table.release.number,
            "released_at": table.release.released_at,
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
    figures, beside = row.figures, row.beside
    rough = is_rough(row.n, personal=table.personal)
    return IndexRowOut(
        group=_group(table.by, row.group),
        state=row.state.value,
        n=row.n,
        waiting=row.waiting,
        held=beside.held if beside else None,
        open=_open(instrument, beside.open) if beside else None,
        tickets=_tickets(beside.tickets) if beside else None,
        held_reasons=beside.held_reasons if beside else None,
        incomplete_percent=None if figures is None else whole_percent(figures.incomplete),
        suppressed=row.state is State.suppressed,
        dimensions=tuple(
            dimension_out(item, figure, interval, rough=rough)
            for item, figure, interval in zip(
                instrument.items,
                figures.official.items if figures else repeat(None),
                figures.items if figures else repeat(None),
                strict=False,
            )
        ),
        index=index_out(instrument, figures.official.composite, figures.composite, rough=rough) if figures else None,
    )


def is_rough(n: int | None, *, personal: bool) -> bool:
    """Whether means and indices are shown to one decimal: those of a person with fewer than thirty ratings."""
    return personal and n is not None and n < SMALLEST_PRECISE_N


def whole_percent(share: Fraction) -> int:
    """A share in whole per cent."""
    return int(half_up(100 * share, 0))


def _open(instrument: Instrument, answers: OpenAnswers) -> OpenOut:
    index = answers.composite
    return OpenOut(
        n=answers.n,
        mean=None if index is None else _mean(index.exact, instrument),
        index=None if index is None else str(index.rounded),
        questions=tuple(
            OpenQuestionOut(
                code=item.code,
                n=item.n,
                mean=None if item.mean is None else _text(item.mean, 4, rough=False),
                index=None if item.index is None else str(item.index.rounded),
            )
            for item in answers.items
        ),
    )


def _tickets(tickets: ShownTickets | None) -> TicketCountsOut | None:
    return None if tickets is None else TicketCountsOut(**tickets._asdict())


def _group(by: By | None, group: Group | None) -> AnyGroup | None:
    if by is None or group is None:
        return None
    return GROUPS[by].model_validate({by.value: group.value, "name": group.name})


def dimension_out(
    item: Item, figure: ItemIndex | None, interval: Interval | None, *, rough: bool = False
) -> DimensionOut:
    """One question; without a figure all its figures are null."""
    mean, index = (figure.mean, figure.index) if figure else (None, None)
    return DimensionOut(
        code=item.code,
        title=_texts(item.title),
        n=figure.n if figure else None,
        mean=None if mean is None else _text(mean, 4, rough=rough),
        index=_text(index.exact, 2, rough=rough) if index else None,
        grade=index.band.grade if index else None,
        words=_texts(index.band.words) if index else None,
        interval=_ends(interval, rough=rough) if interval else None,
    )


def index_out(
    instrument: Instrument, composite: Graded | None, interval: Interval | None, *, rough: bool = False
) -> IndexOut | None:
    """The index with its interval; None without one."""
    if composite is None:
        return None
    return IndexOut(
        name=instrument.index_name,
        mean=_mean(composite.exact, instrument, rough=rough),
        mean_interval=_mean_ends(interval, instrument, rough=rough) if interval else None,
        value=_text(composite.exact, 2, rough=rough),
        grade=composite.band.grade,
        words=_texts(composite.band.words),
        interval=_interval(interval, rough=rough) if interval else None,
    )


def _interval(interval: Interval, *, rough: bool) -> IndexIntervalOut:
    lower, upper = _ends(interval, rough=rough)
    return IndexIntervalOut(confidence=interval.confidence, lower=lower, upper=upper, n=interval.n)


def _ends(interval: Interval, *, rough: bool) -> tuple[str, str]:
    return _text(Fraction(interval.lower), 2, rough=rough), _text(Fraction(interval.upper), 2, rough=rough)


def _mean(index: Fraction, instrument: Instrument, *, rough: bool = False) -> str:
    return _text(index * instrument.high / 100, 4, rough=rough)


def _mean_ends(interval: Interval, instrument: Instrument, *, rough: bool) -> tuple[str, str]:
    return (
        _mean(Fraction(interval.lower), instrument, rough=rough),
        _mean(Fraction(interval.upper), instrument, rough=rough),
    )


def _text(value: Fraction, places: int, *, rough: bool) -> str:
    return str(half_up(value, 1 if rough else places))


def _texts(texts: Texts) -> TextsOut:
    return TextsOut(id=texts["id"], en=texts["en"])
