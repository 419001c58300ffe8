"""Whether right rows fit together and fit the directory: codes named must exist, offices form a tree."""

from collections.abc import Iterator

from app.directory.faults import Fault
from app.directory.rules.office_tree import in_circles
from app.directory.store import Existing
from app.directory.workbook.proposal import DirectoryProposal


class Known:
    """What the directory would hold after the import: a row of the file or of the database."""

    def __init__(self, proposal: DirectoryProposal, existing: Existing) -> None:
        self._proposal = proposal
        self._existing = existing

    def office(self, code: str) -> bool:
        """Whether there is such an office."""
        return code in self._existing.offices or self._proposal.offices.names(code)

    def service(self, code: str) -> bool:
        """Whether there is such a service."""
        return code in self._existing.services or self._proposal.services.names(code)

    def counter(self, office: str, code: str) -> bool:
        """Whether the office has such a counter."""
        return (office, code) in self._existing.counters or self._proposal.counters.names(office, code)

    def employee(self, code: str) -> bool:
        """Whether there is such an employee."""
        return code in self._existing.employees or self._proposal.employees.names(code)


def reference_faults(proposal: DirectoryProposal, existing: Existing) -> Iterator[Fault]:
    """Rows that name an office, service, counter or employee nobody knows."""
    known = Known(proposal, existing)
    yield from _parent_faults(proposal, known)
    yield from _counter_faults(proposal, known)
    yield from _posting_faults(proposal, known)
    yield from _appraiser_faults(proposal, known)
    yield from _duty_faults(proposal, known)


def _parent_faults(proposal: DirectoryProposal, known: Known) -> Iterator[Fault]:
    for number, row in proposal.offices.entries:
        if row.parent is not None and not known.office(row.parent):
            yield Fault("offices", number, "parent", _unknown("office", row.parent))


def _counter_faults(proposal: DirectoryProposal, known: Known) -> Iterator[Fault]:
    for number, row in proposal.counters.entries:
        if not known.office(row.office):
            yield Fault("counters", number, "office", _unknown("office", row.office))
        for service in row.services:
            if not known.service(service):
                yield Fault("counters", number, "services", _unknown("service", service))


def _posting_faults(proposal: DirectoryProposal, known: Known) -> Iterator[Fault]:
    for number, row in proposal.employees.entries:
        if not known.office(row.office):
            yield Fault("employees", number, "office", _unknown("office", row.office))


def _appraiser_faults(proposal: DirectoryProposal, known: Known) -> Iterator[Fault]:
    for number, row in proposal.employees.entries:
        if row.appraiser is not None and not known.employee(row.appraiser):
            yield Fault("employees", number, "appraiser", _unknown("employee", row.appraiser))


def _duty_faults(proposal: DirectoryProposal, known: Known) -> Iterator[Fault]:
    for number, row in proposal.duties.entries:
        if not known.office(row.office):
            yield Fault("duties", number, "office", _unknown("office", row.office))
        elif not known.counter(row.office, row.counter):
            problem = f"the office {row.office} has no counter {row.counter}"
            yield Fault("duties", number, "counter", problem)
        if not known.employee(row.employee):
            yield Fault("duties", number, "employee", _unknown("employee", row.employee))


def circle_faults(proposal: DirectoryProposal, existing: Existing) -> Iterator[Fault]:
    """Offices that would be above themselves."""
    parents = {code: office.parent for code, office in existing.offices.items()}
    parents |= {entry.row.code: entry.row.parent for entry in proposal.offices.entries}
    circling = in_circles(parents)
    for number, row in proposal.offices.entries:
        if row.code in circling:
            yield Fault("offices", number, "parent", "through its parents the office would be above itself")


def nip_faults(proposal: DirectoryProposal, existing: Existing) -> Iterator[Fault]:
    """One person under two codes: the same NIP twice, in the file or against the database."""
    holders = {
        employee.nip: "another employee of the directory has this NIP"
        for code, employee in existing.employees.items()
        if employee.nip is not None and not proposal.employees.names(code)
    }
    for number, row in proposal.employees.entries:
        if row.nip is None:
            continue
        if row.nip in holders:
            yield Fault("employees", number, "nip", holders[row.nip])
        holders.setdefault(row.nip, f"the employee in row {number} has this NIP")


def _unknown(what: str, code: str) -> str:
    return f"there is no {what} {code}, neither in the file nor in the directory"
