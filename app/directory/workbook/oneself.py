"""Finds what an import would change for the very person who imports it: nobody decides about oneself."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.directory.faults import Fault
from app.directory.tables import Duty, Employee, Posting
from app.directory.workbook.changes import Before, Changes
from app.directory.workbook.proposal import DirectoryProposal
from app.directory.workbook.roster import DutyInterval

OWN_ROW = "nobody decides about oneself: somebody else has to import the change of your own row"
OWN_DUTY = "nobody decides about oneself: somebody else has to import the change of your own duties"
OWN_PEOPLE = "nobody decides about oneself: somebody else has to say whom you appraise"


def own_faults(
    changes: Changes, before: Before, proposal: DirectoryProposal, duties: Sequence[DutyInterval], own: str
) -> Iterator[Fault]:
    """Every change of the employee `own`: the row, the posting, the duties, and whom this employee appraises."""
    rows = {entry.row.code: entry.number for entry in proposal.employees.entries}
    times = {duty.key: duty.number for duty in duties}
    own_row = False
    for change in changes.writes:
        for row in (*change.new, *change.changed):
            if change.table is Employee:
                own_row |= row["code"] == own
                if _changes_whom(own, row, before):
                    yield Fault("employees", rows[row["code"]], "appraiser", OWN_PEOPLE)
            elif change.table is Posting:
                own_row |= row["employee"] == own
            elif change.table is Duty:
                key = row["office"], row["counter"], row["from_at"]
                stored = before.duties.get(key)
                if own in (row["employee"], None if stored is None else stored.employee):
                    yield Fault("duties", times[key], "employee", OWN_DUTY)
    if own_row:
        yield Fault("employees", rows[own], "code", OWN_ROW)


def _changes_whom(own: str, row: Mapping[str, Any], before: Before) -> bool:
    """Whether a row gives somebody this appraiser, or another one instead."""
    stored = before.directory.employees.get(row["code"])
    former = None if stored is None else stored.appraiser
    # A workbook without the column says nothing of appraisers.
    named = row.get("appraiser", former)
    return named != former and own in (named, former)
