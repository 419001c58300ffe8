"""Finds rows that do not fit together or do not fit the directory: unknown codes, cycles of offices, doubled NIPs."""

from collections.abc import Iterator

from app.directory.faults import Fault, Sentence
from app.directory.rules.office_tree import in_cycles
from app.directory.store import ExistingDirectory
from app.directory.workbook.proposal import DirectoryProposal

OFFICE = "there is no office {code}, neither in the file nor in the directory"
SERVICE = "there is no service {code}, neither in the file nor in the directory"
EMPLOYEE = "there is no employee {code}, neither in the file nor in the directory"


class DirectoryAfterImport:
    """The codes that the directory would hold after the import: those of the file and those of the database."""

    def __init__(self, proposal: DirectoryProposal, existing: ExistingDirectory) -> None:
        self._proposal = proposal
        self._existing = existing

    def has_office(self, code: str) -> bool:
        """Whether there is such an office."""
        return code in self._existing.offices or self._proposal.offices.names(code)

    def has_service(self, code: str) -> bool:
        """Whether there is such a service."""
        return code in self._existing.services or self._proposal.services.names(code)

    def has_counter(self, office: str, code: str) -> bool:
        """Whether the office has such a counter."""
        return (office, code) in self._existing.counters or self._proposal.counters.names(office, code)

    def has_employee(self, code: str) -> bool:
        """Whether there is such an employee."""
        return code in self._existing.employees or self._proposal.employees.names(code)


def reference_faults(proposal: DirectoryProposal, existing: ExistingDirectory) -> Iterator[Fault]:
    """Rows that name an office, service, counter or employee which neither the file nor the directory has."""
    known = DirectoryAfterImport(proposal, existing)
    yield from _parent_faults(proposal, known)
    yield from _counter_faults(proposal, known)
    yield from _posting_faults(proposal, known)
    yield from _appraiser_faults(proposal, known)
    yield from _duty_faults(proposal, known)


def _parent_faults(proposal: DirectoryProposal, known: DirectoryAfterImport) -> Iterator[Fault]:
    for number, row in proposal.offices.entries:
        if row.parent is not None and not known.has_office(row.parent):
            yield Fault("offices", number, "parent", _unknown(OFFICE, row.parent))


def _counter_faults(proposal: DirectoryProposal, known: DirectoryAfterImport) -> Iterator[Fault]:
    for number, row in proposal.counters.entries:
        if not known.has_office(row.office):
            yield Fault("counters", number, "office", _unknown(OFFICE, row.office))
        for service in row.services:
            if not known.has_service(service):
                yield Fault("counters", number, "services", _unknown(SERVICE, service))


def _posting_faults(proposal: DirectoryProposal, known: DirectoryAfterImport) -> Iterator[Fault]:
    for number, row in proposal.employees.entries:
        if not known.has_office(row.office):
            yield Fault("employees", number, "office", _unknown(OFFICE, row.office))


def _appraiser_faults(proposal: DirectoryProposal, known: DirectoryAfterImport) -> Iterator[Fault]:
    for number, row in proposal.employees.entries:
        if row.appraiser is not None and not known.has_employee(row.appraiser):
            yield Fault("employees", number, "appraiser", _unknown(EMPLOYEE, row.appraiser))


def _duty_faults(proposal: DirectoryProposal, known: DirectoryAfterImport) -> Iterator[Fault]:
    for number, row in proposal.duties.entries:
        if not known.has_office(row.office):
            yield Fault("duties", number, "office", _unknown(OFFICE, row.office))
        elif not known.has_counter(row.office, row.counter):
            problem = Sentence("the office {office} has no counter {code}", office=row.office, code=row.counter)
            yield Fault("duties", number, "counter", problem)
        if not known.has_employee(row.employee):
            yield Fault("duties", number, "employee", _unknown(EMPLOYEE, row.employee))


def cycle_faults(proposal: DirectoryProposal, existing: ExistingDirectory) -> Iterator[Fault]:
    """Offices that would be above themselves through their parents."""
    parents = {code: office.parent for code, office in existing.offices.items()}
    parents |= {entry.row.code: entry.row.parent for entry in proposal.offices.entries}
    cyclic = in_cycles(parents)
    for number, row in proposal.offices.entries:
        if row.code in cyclic:
            yield Fault("offices", number, "parent", "through its parents the office would be above itself")


def nip_faults(proposal: DirectoryProposal, existing: ExistingDirectory) -> Iterator[Fault]:
    """Rows with the NIP of another employee, of the file or the directory: one person under two codes.

    The sentences name a row and never the NIP, which reveals birth date and sex.
    """
    holders: dict[str, str] = {
        employee.nip: "another employee of the directory has this NIP"
        for code, employee in existing.employees.items()
        # Whoever is in the file holds after the import the NIP of the file: two people may exchange a mistaken one.
        if employee.nip is not None and not proposal.employees.names(code)
    }
    for number, row in proposal.employees.entries:
        if row.nip is None:
            continue
        if row.nip in holders:
            yield Fault("employees", number, "nip", holders[row.nip])
        holders.setdefault(row.nip, Sentence("the employee in row {row} has this NIP", row=number))


def _unknown(sentence: str, code: str) -> str:
    return Sentence(sentence, code=code)
