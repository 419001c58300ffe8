"""Keeps the sums of blocks that most figures are read from: by office, and of the whole agency."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from app.disclosure import store, sums_store
from app.disclosure.comparison_store import ComparedPeriod, forget_compared
from app.disclosure.rules.cells import Cell, cell_from, empty_cell, merged
from app.disclosure.rules.division import Month
from app.foundation.storage.database import Database, Session
from app.instruments.model import Instrument
from app.ratings.status_store import lock_agency

# How sums are kept that are not of one office.
WHOLE_AGENCY = ""
# Of a part: office, employee, month, service, channel.
PartKey = tuple[str, ...]


# Split by service and channel, standing, service, channel, cell, parts.
SumRow = tuple[bool, str, str, str, dict[str, Any], list[Any]]


class MonthRange(NamedTuple):
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

    def anywhere(self) -> "_Summand":
        """The same without the offices of its parts."""
        parts: Counter[PartKey] = Counter()
        for (_, *key), n in self.parts.items():
            parts["", *key] += n
        return self._replace(parts=parts)


def renew_sums(database: Database, agency_id: str, instruments: Mapping[str, Instrument]) -> None:
    """Add up anew what this release, or one that was interrupted, has changed."""
    with database.reading() as session:
        changed = sums_store.changed_sums(session, agency_id)
    by_span: dict[MonthRange, set[str]] = defaultdict(set)
    for instrument, first, last, office in changed:
        by_span[MonthRange(instrument, first, last)].add(office or "")
    for span, offices in sorted(by_span.items()):
        with database.unhurried() as session:
            # Two releases at once would write the same rows.
            lock_agency(session, agency_id)
            _renew(session, agency_id, span, sorted(offices - {""}), instruments[span.instrument])
            forget_compared(session, ComparedPeriod(agency_id, *span))
            sums_store.mark_summed(session, agency_id, *span, sorted(offices - {""}))


def sum_faults(session: Session, agency_id: str, instruments: Mapping[str, Instrument]) -> Iterator[str]:
    """The sums that are not what their blocks give, as sentences, without those that a release is still to renew."""
    unrenewed = {MonthRange(*months) for *months, _ in sums_store.changed_sums(session, agency_id)}
    for span in (MonthRange(*each) for each in sums_store.spans(session, agency_id)):
        if span in unrenewed:
            continue
        instrument = instruments[span.instrument]
        offices = sums_store.offices_of_span(session, agency_id, *span)
        expected = chain(
            _of_offices(session, agency_id, span, offices, instrument),
            [(WHOLE_AGENCY, _of_agency(session, agency_id, span, instrument))],
        )
        for office, rows in expected:
            if _comparable(rows) != _comparable(sums_store.stored_sums(session, agency_id, *span, office)):
                where = f"{office or 'the whole agency'}, {span.first_month} to {span.last_month}"
                yield f"{agency_id}: the sum of {where} is not what its blocks give"


def _renew(session: Session, agency_id: str, span: MonthRange, offices: Sequence[str], instrument: Instrument) -> None:
    for batch in store.batches(offices):
        # Some offices by one statement: with one for each, most of a large agency's first release would be statements.
        sums_store.replace_sums(
            session, agency_id, *span, dict(_of_offices(session, agency_id, span, batch, instrument))
        )
    whole = {WHOLE_AGENCY: _of_agency(session, agency_id, span, instrument)}
    sums_store.replace_sums(session, agency_id, *span, whole)


def _of_offices(
    session: Session, agency_id: str, span: MonthRange, offices: Sequence[str], instrument: Instrument
) -> Iterator[tuple[str, list[SumRow]]]:
    nothing = empty_cell(instrument)
    for batch in store.batches(offices):
        summands: dict[str, list[_Summand]] = defaultdict(list)
        for row in sums_store.blocks_of_span(session, agency_id, *span, batch):
            summands[row.office].append(_summand(row))
        for office in batch:
            yield office, _rows(summands.get(office, ()), nothing)


def _of_agency(session: Session, agency_id: str, span: MonthRange, instrument: Instrument) -> list[SumRow]:
    """From the sums of its offices, and the blocks of several offices; which offices these are nobody asks here."""
    pooled = (_summand(row) for row in sums_store.blocks_of_span(session, agency_id, *span, None))
    of_offices = (_summand(row) for row in sums_store.office_sums(session, agency_id, *span))
    return _rows((each.anywhere() for each in chain(pooled, of_offices)), empty_cell(instrument))


def _rows(summands: Iterable[_Summand], nothing: Cell) -> list[SumRow]:
    split = list(_added(summands, nothing))
    whole = _added((each._replace(service="", channel="") for each in split), nothing, split=False)
    return [*(_row(each, split=True) for each in split), *(_row(each, split=False) for each in whole)]


def _comparable(rows: Iterable[Sequence[Any]]) -> list[str]:
    return sorted(json.dumps(list(row)) for row in rows)


def _added(summands: Iterable[_Summand], nothing: Cell, *, split: bool = True) -> Iterator[_Summand]:
    """The summands by standing, service and channel; parts by what the sum keeps apart: never by employee.

    `nothing` is the cell of no sheets.
    """
    groups: dict[tuple[str, str, str], list[_Summand]] = defaultdict(list)
    for each in summands:
        groups[each.standing, each.service, each.channel].append(each)
    for (standing, service, channel), group in sorted(groups.items()):
        parts: Counter[PartKey] = Counter()
        for each in group:
            for (office, _, month, of_service, of_channel), n in each.parts.items():
                parts[(office, "", month, of_service, of_channel) if split else (office, "", month, "", "")] += n
        yield _Summand(standing, service, channel, _together([each.cell for each in group], nothing), parts)


def _together(cells: Sequence[Cell], nothing: Cell) -> Cell:
    """One cell of them all, with a place for the totals by every set of weights, as the cell of no sheets has one."""
    if len(cells) == 1 and cells[0].composites.keys() == nothing.composites.keys():
        return cells[0]
    return merged(nothing, *cells)


def _summand(row: Any) -> _Summand:
    parts: Counter[PartKey] = Counter()
    for *values, n in row.parts:
        parts[tuple(values)] += n
    return _Summand(row.standing, row.service or "", row.channel or "", cell_from(row.cell), parts)


def _row(summand: _Summand, *, split: bool) -> SumRow:
    parts = [[*key, n] for key, n in sorted(summand.parts.items())]
    return split, summand.standing, summand.service, summand.channel, summand.cell.plain(), parts
