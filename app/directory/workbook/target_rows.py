"""The sheet `targets`: its rows as targets, and what is wrong with them, where the spreadsheet shows it."""

from collections.abc import Iterator, Sequence

from app.directory.faults import Fault, Sentence
from app.directory.store import ExistingDirectory
from app.directory.targets import CheckedTargets, check_targets
from app.directory.workbook.consistency import EMPLOYEE, OFFICE
from app.directory.workbook.proposal import DirectoryProposal
from app.directory.workbook.rows import TargetLine
from app.foundation.problem_codes import FIELD_MESSAGES
from app.foundation.storage.database import Session
from app.targets.rules.target import Flaw, Target, TargetKey

UNKNOWN = {"office-unknown": OFFICE, "employee-unknown": EMPLOYEE}


def targets_after(
    session: Session, proposal: DirectoryProposal, existing: ExistingDirectory, agency_id: str, by: str | None
) -> CheckedTargets:
    """What the sheet changes of the targets that are set, by the rules of `PUT /v1/targets`."""
    targets = [_target(entry.row) for entry in proposal.targets.entries]
    units = [target.key for target in targets]
    # A row of the file that is wrong in itself is reported there, and not once more for everything that names it.
    offices = {each.unit for each in units if each.unit in existing.offices or proposal.offices.names(each.unit)}
    employees = {each.unit for each in units if each.unit in existing.employees or proposal.employees.names(each.unit)}
    return check_targets(session, agency_id, targets, offices=offices, employees=employees, own=by)


def target_faults(proposal: DirectoryProposal, flaws: Sequence[Flaw]) -> Iterator[Fault]:
    """The flaws with row and column."""
    for place, field, code in flaws:
        number, row = proposal.targets.entries[place]
        problem = Sentence(UNKNOWN[code], code=row.office or row.employee) if code in UNKNOWN else FIELD_MESSAGES[code]
        yield Fault("targets", number, field, problem)


def _target(row: TargetLine) -> Target:
    kind, unit = ("office", row.office) if row.office is not None else ("employee", row.employee)
    assert unit is not None, "a row has one of both"
    return Target(TargetKey(row.period, row.instrument, kind, unit, row.figure), row.value)
