"""Sets targets: all of a request, or none and every fault. Nobody sets their own, or one of a closed period."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from app.access.principals import Reach
from app.closing.targets.schemas import TargetIn
from app.directory.listing_store import names_of
from app.directory.store import lock_agency
from app.directory.targets import check_targets, write_targets
from app.foundation.problems import FieldError, Problem
from app.foundation.storage.database import Session
from app.ratings.rules.selection import By
from app.targets.rules.target import Target, TargetKey


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

    def named(kind: By) -> frozenset[str]:
        codes = {target.key.unit for target in targets if target.key.kind == kind.value}
        return frozenset(names_of(session, reach.agency_id, kind, codes))

    offices, employees = named(By.office), named(By.employee)
    checked = check_targets(session, reach.agency_id, targets, offices=offices, employees=employees, own=reach.employee)
    if checked.flaws:
        raise Problem(
            "invalid-request",
            errors=[
                FieldError(f"targets.{place}" if field is None else f"targets.{place}.{field}", code)
                for place, field, code in checked.flaws
            ],
        )
    write_targets(session, reach.agency_id, checked, by=reach.actor, at=now)
    return len(checked.changed)


def _target(sent: TargetIn) -> Target:
    kind, unit = ("office", sent.office) if sent.office is not None else ("employee", sent.employee)
    assert unit is not None, "the model asks for one of both"
    hundredths = None if sent.value is None else int(Decimal(sent.value) * 100)
    return Target(TargetKey(sent.period, sent.instrument, kind, unit, sent.figure), hundredths)
