"""Sets targets: all of a request, or none and every fault. Nobody sets their own, or one of a closed period."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from app.access.audit import record
from app.access.principals import Reach
from app.closing.targets.schemas import TargetIn
from app.directory.listing_store import names_of
from app.directory.store import lock_agency
from app.disclosure.rules.calendar import span_of
from app.foundation.problems import FieldError, Problem
from app.foundation.storage.database import Session
from app.instruments.registry import instruments_of
from app.ratings.rules.selection import By
from app.targets import store
from app.targets.rules.target import Known, Target, TargetKey, flaws_of


def put_targets(session: Session, reach: Reach, sent: Sequence[TargetIn], now: datetime) -> int:
    """Set targets, each in the place of the one before; returns how many are new, changed or taken away.

    Raises `out-of-scope` for whoever does not answer for the whole agency, `period-unknown`, and `invalid-request`
    naming every wrong field, also where a period is closed or a target would be one's own.
    """
    if reach.root is not None or not reach.children:
        raise Problem("out-of-scope", what="the whole agency")
    # The same lock that closing takes: no target changes between the drafts and their figures.
    lock_agency(session, reach.agency_id)
    targets = [_target(each) for each in sent]
    rows = store.rows_about(session, reach.agency_id, [target.key for target in targets])
    known = _known(session, reach, targets, {key: row.hundredths for key, row in rows.items()})
    if flaws := flaws_of(targets, known):
        raise Problem(
            "invalid-request",
            errors=[
                FieldError(f"targets.{place}" if field is None else f"targets.{place}.{field}", code)
                for place, field, code in flaws
            ],
        )
    changed = [target for target in targets if known.changes(target)]
    store.put(session, reach.agency_id, changed, rows, by=reach.actor, at=now)
    # Sending the same again changes nothing, and leaves no audit row.
    if changed:
        _audit(session, reach, changed, known, now)
    return len(changed)


def _target(sent: TargetIn) -> Target:
    kind, unit = ("office", sent.office) if sent.office is not None else ("employee", sent.employee)
    assert unit is not None, "the model asks for one of both"
    hundredths = None if sent.value is None else int(Decimal(sent.value) * 100)
    return Target(TargetKey(sent.period, sent.instrument, kind, unit, sent.figure), hundredths)


def _known(session: Session, reach: Reach, targets: Sequence[Target], stored: dict[TargetKey, int]) -> Known:
    def named(kind: By) -> frozenset[str]:
        codes = {target.key.unit for target in targets if target.key.kind == kind.value}
        return frozenset(names_of(session, reach.agency_id, kind, codes))

    periods = {target.key.period for target in targets}
    return Known(
        periods=frozenset(code for code in periods if span_of(code) is not None),
        offices=named(By.office),
        employees=named(By.employee),
        instruments=instruments_of(session, reach.agency_id),
        fixed=store.fixed_periods(session, reach.agency_id),
        stored=stored,
        own=reach.employee,
    )


def _audit(session: Session, reach: Reach, changed: Sequence[Target], known: Known, now: datetime) -> None:
    """One row for each target: what it was, and what it is."""
    for target in changed:
        key, was = target.key, known.stored.get(target.key)
        record(
            session,
            agency_id=reach.agency_id,
            actor=reach.actor,
            action="target.set" if target.hundredths is not None else "target.removed",
            subject=key.unit,
            at=now,
            period=key.period,
            instrument=key.instrument,
            figure=key.figure,
            was=None if was is None else was / 100,
            now=None if target.hundredths is None else target.hundredths / 100,
        )
