"""Keeps the sums of blocks that most figures are read from: by office, and of the whole agency."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from app.disclosure import store
from app.disclosure.rules.cells import Cell, cell_from, empty_cell, merged
from app.disclosure.rules.division import Month
from app.foundation.storage.database import Database, Session
from app.instruments.model import Instrument
from app.ratings.status_store import lock_agency

# Of a part: office, employee, month, service, channel.
PartKey = tuple[str, ...]


class Span(NamedTuple):
    """The blocks of one instrument with the same first and last month."""

    instrument: str
    first_month: Month
    last_month: Month


class _Summand(NamedTuple):
    """What is added up: a block, or a sum of an office."""

    standing: str
    service: str
    channel: str
    cell: Cell
    parts: Mapping[PartKey, int]


def renew_sums(database: Database, agency_id: str, instruments: Mapping[str, Instrument], release: int) -> None:
    """Add up anew what this release, or one that was interrupted, has changed."""
    with database.reading() as session:
        changed = store.changed_sums(session, agency_id, release)
    by_span: dict[Span, set[str]] = defaultdict(set)
    for instrument, first, last, office in changed:
        by_span[Span(instrument, first, last)].add(office or "")
    for span, offices in sorted(by_span.items()):
        with database.unhurried() as session:
            # Two releases at once would write the same rows.
            lock_agency(session, agency_id)
            _renew(session, agency_id, span, sorted(offices - {""}), instruments[span.instrument])


def _renew(session: Session, agency_id: str, span: Span, offices: Sequence[str], instrument: Instrument) -> None:
    for batch in store.batches(offices):
        rows: dict[str, list[_Summand]] = defaultdict(list)
        for row in store.blocks_of_span(session, agency_id, *span, batch):
            rows[row.office].append(_summand(row))
        for office in batch:
            _replace(session, agency_id, span, office, rows.get(office, ()), instrument)
    # The whole agency: the sums of its offices, and blocks of several offices.
    pooled = (_summand(row) for row in store.blocks_of_span(session, agency_id, *span, None))
    of_offices = (_summand(row) for row in store.office_sums(session, agency_id, *span))
    _replace(session, agency_id, span, "", [*pooled, *of_offices], instrument)


def _replace(
    session: Session,
    agency_id: str,
    span: Span,
    office: str,
    summands: Iterable[_Summand],
    instrument: Instrument,
) -> None:
    split = list(_added(summands, instrument))
    whole = _added((each._replace(service="", channel="") for each in split), instrument, split=False)
    store.replace_sums(
        session,
        agency_id,
        span.instrument,
        span.first_month,
        span.last_month,
        office,
        [(True, *_row(each)) for each in split] + [(False, *_row(each)) for each in whole],
    )


def _added(summands: Iterable[_Summand], instrument: Instrument, *, split: bool = True) -> Iterator[_Summand]:
    """The summands by standing, service and channel; parts by what the sum keeps apart: never by employee."""
    groups: dict[tuple[str, str, str], list[_Summand]] = defaultdict(list)
    for each in summands:
        groups[each.standing, each.service, each.channel].append(each)
    for (standing, service, channel), group in sorted(groups.items()):
        parts: Counter[PartKey] = Counter()
        for each in group:
            for (office, _, month, of_service, of_channel), n in each.parts.items():
                parts[(office, "", month, of_service, of_channel) if split else (office, "", month, "", "")] += n
        cell = merged(empty_cell(instrument), *(each.cell for each in group))
        yield _Summand(standing, service, channel, cell, parts)


def _summand(row: Any) -> _Summand:
    parts: Counter[PartKey] = Counter()
    for *values, n in row.parts:
        parts[tuple(values)] += n
    return _Summand(row.standing, row.service or "", row.channel or "", cell_from(row.cell), parts)


def _row(summand: _Summand) -> tuple[str, str, str, dict[str, Any], list[Any]]:
    parts = [[*key, n] for key, n in sorted(summand.parts.items())]
    return summand.standing, summand.service, summand.channel, summand.cell.plain(), parts
