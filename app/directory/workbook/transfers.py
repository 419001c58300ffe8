"""Where everybody is posted once a workbook is imported."""

from dataclasses import dataclass, field

from app.directory.faults import DirectoryFault, Fault
from app.directory.rules.postings import Stay, place
from app.directory.store import Existing
from app.directory.workbook.consistency import Known
from app.directory.workbook.proposal import DirectoryProposal, Entry
from app.directory.workbook.rows import EmployeeRow


@dataclass
class Postings:
    """The stays of all whose postings are certain, and the rows that change them."""

    stays: dict[str, list[Stay]] = field(default_factory=dict)
    moved: dict[str, Entry[EmployeeRow]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def postings_after(proposal: DirectoryProposal, existing: Existing) -> Postings:
    """Apply the sheet `employees` to the known stays; a person in a wrong row is left out."""
    postings, known = Postings(), Known(proposal, existing)
    for code in existing.employees:
        if not proposal.employees.is_doubtful(code):
            postings.stays[code] = list(existing.stays.get(code, ()))
    for entry in proposal.employees.entries:
        if known.office(entry.row.office):
            _post(postings, entry)
        else:
            postings.stays.pop(entry.row.code, None)
    return postings


def _post(postings: Postings, entry: Entry[EmployeeRow]) -> None:
    row = entry.row
    before = postings.stays.pop(row.code, [])
    try:
        after = place(before, row.office, row.posted_from)
    except DirectoryFault as fault:
        postings.faults.append(Fault("employees", entry.number, "posted_from", str(fault)))
        return
    postings.stays[row.code] = after
    if after != before:
        postings.moved[row.code] = entry
