"""Targets of offices and employees: what is wrong with them, and setting them, wherever they come from."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from app.access.audit import record
from app.foundation.storage.database import Session
from app.instruments.registry import instruments_of
from app.targets import store
from app.targets.rules.periods import is_period
from app.targets.rules.target import Flaw, Known, Target, TargetKey, flaws_of
from app.targets.tables import TargetRow


class CheckedTargets(NamedTuple):
    """Everything wrong with the targets that were sent, which of them are new, changed or taken away, and the rows."""

    flaws: Sequence[Flaw]
    changed: Sequence[Target]
    rows: Mapping[TargetKey, TargetRow]


def check_targets(
    session: Session,
    agency_id: str,
    targets: Sequence[Target],
    *,
    offices: Collection[str],
    employees: Collection[str],
    own: str | None,
) -> CheckedTargets:
    """Compare targets with what is set, what is fixed, the questionnaires, and the codes that there are.

    `own` is the employee's code of the one who sets them, if the directory has one: nobody sets their own.
    """
    rows = store.rows_about(session, agency_id, [target.key for target in targets])
    known = Known(
        periods={target.key.period for target in targets if is_period(target.key.period)},
        offices=offices,
        employees=employees,
        instruments=instruments_of(session, agency_id),
        fixed=store.fixed_periods(session, agency_id),
        stored={key: row.hundredths for key, row in rows.items()},
        own=own,
    )
    return CheckedTargets(flaws_of(targets, known), [target for target in targets if known.changes(target)], rows)


def write_targets(session: Session, agency_id: str, checked: CheckedTargets, *, by: str, at: datetime) -> None:
    """Set what changes, with an audit row for each; the caller holds the agency's lock since before the check."""
    stored = {key: row.hundredths for key, row in checked.rows.items()}
    store.put(session, agency_id, checked.changed, checked.rows, by=by, at=at)
    # Sending the same again changes nothing, and leaves no audit row.
    for target in checked.changed:
        key, was = target.key, stored.get(target.key)
        record(
            session,
            agency_id=agency_id,
            actor=by,
            action="target.set" if target.hundredths is not None else "target.removed",
            subject=key.unit,
            at=at,
            period=key.period,
            instrument=key.instrument,
            figure=key.figure,
            was=None if was is None else was / 100,
            now=None if target.hundredths is None else target.hundredths / 100,
        )
