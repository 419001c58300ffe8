"""Tells counts of service standards, as blocks of their own; proves that they are what was counted."""

from collections import Counter
from collections.abc import Iterator

from app.disclosure.beside import Telling
from app.disclosure.rules.standards import NewBlock, faults, new_blocks, untold
from app.disclosure.standards_store import add_standard_blocks, every_standard_block, next_standard_block
from app.foundation.storage.database import Session
from app.standards import counts_store
from app.standards.rules.counts import WHAT, CountKey, Kind, Source


def tell_standards(session: Session, telling: Telling) -> None:
    """Tell counts that are due in blocks of ten services and more. The caller holds the agency's lock."""
    agency_id = telling.agency_id
    counts = counts_store.untold_counts(session, agency_id, telling.through)
    if not counts:
        return
    by_queues = counts_store.told_by_queues(
        session, agency_id, {key[:3] for key in counts if key.source == Source.ticket}
    )
    blocks = [
        block
        for kind in Kind
        for block in new_blocks(kind, untold(kind, counts, by_queues), telling.through, telling.period_months)
    ]
    number = next_standard_block(session, agency_id)
    add_standard_blocks(session, agency_id, telling.release, number, blocks)
    counts_store.tell(session, agency_id, _counted(blocks))


def standard_faults(session: Session, agency_id: str) -> Iterator[str]:
    """Every block that is not the sum of its parts, and every count of which not as much is told as it says."""
    told: Counter[CountKey] = Counter()
    for number, block, n, parts in every_standard_block(session, agency_id):
        for fault in faults(block.kind, block, n, parts):
            yield f"{agency_id}: block {number} of service standards: {fault}"
        told.update(_counted([NewBlock(block, parts)]))
    stored = {key: count.told for key, count in counts_store.told_sums(session, agency_id).items()}
    for key in sorted(told.keys() | stored.keys()):
        if told[key] != stored.get(key):
            yield f"{agency_id}: {'/'.join(key)}: {told[key]} told in blocks, {stored.get(key)} counted as told"


def _counted(blocks: list[NewBlock]) -> Counter[CountKey]:
    """How much of each count these blocks tell."""
    found: Counter[CountKey] = Counter()
    for told, parts in blocks:
        for part in parts:
            for what, n in zip(WHAT[told.kind], part.counts, strict=True):
                found[CountKey(*part[:4], what)] += n
    return found
