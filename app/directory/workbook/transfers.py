"""Works out where everybody is posted after an import."""

from dataclasses import dataclass, field

from app.directory.faults import DirectoryFault, Fault, sentence_of
from app.directory.rules.postings import Stay, stays_after_posting
from app.directory.store import ExistingDirectory
from app.directory.workbook.consistency import DirectoryAfterImport
from app.directory.workbook.proposal import DirectoryProposal, Entry
from app.directory.workbook.rows import EmployeeRow


@dataclass
class Postings:
    """The stays of all employees whose postings are sure, and the rows that change them."""

    stays: dict[str, list[Stay]] = field(default_factory=dict)
    moved: dict[str, Entry[EmployeeRow]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def postings_after(proposal: DirectoryProposal, existing: ExistingDirectory) -> Postings:
    """Apply the sheet `employees` to the stored stays; an employee in a wrong row is left out."""
    postings, known = Postings(), DirectoryAfterImport(proposal, existing)
    for code in existing.employees:
        if not proposal.employees.is_doubtful(code):
            postings.stays[code] = list(existing.stays.get(code, ()))
    for entry in proposal.employees.entries:
        if known.has_office(entry.row.office):
            _post(postings, entry)
        else:
            # The unknown office is reported already; a duty there must not be reported as an absence as well.
            postings.stays.pop(entry.row.code, None)
    return postings


def _post(postings: Postings, entry: Entry[EmployeeRow]) -> None:
    row = entry.row
    # Taken out, so that a refused row leaves no stays: an employee with unsure postings is checked no further.
    before = postings.stays.pop(row.code, [])
    try:
        after = stays_after_posting(before, row.office, row.posted_from)
    except DirectoryFault as fault:
        postings.faults.append(Fault("employees", entry.number, "posted_from", sentence_of(fault)))
        return
    postings.stays[row.code] = after
    if after != before:
        postings.moved[row.code] = entry
