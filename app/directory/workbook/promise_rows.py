"""The sheet `promises`: its rows as promises, and what is wrong with them, where the spreadsheet shows it."""

from collections.abc import Iterator, Sequence

from app.directory.faults import Fault, Sentence
from app.directory.standards.setting import CheckedPromises, check_promises
from app.directory.store import ExistingDirectory
from app.directory.workbook.consistency import SERVICE
from app.directory.workbook.proposal import DirectoryProposal
from app.directory.workbook.rows import PromiseLine
from app.foundation.problem_codes import FIELD_MESSAGES
from app.foundation.storage.database import Session
from app.standards.rules.promise import Flaw, Promise, Promised


def promises_after(
    session: Session, proposal: DirectoryProposal, existing: ExistingDirectory, agency_id: str, *, held: bool
) -> CheckedPromises:
    """What the sheet changes of what is promised, by the rules of `PUT /v1/promises`.

    `held`: it is to be written, and what is promised stays as it is until then.
    """
    promises = [_promise(entry.row) for entry in proposal.promises.entries]
    named = {each.service for each in promises}
    # A row of the file that is wrong in itself is reported there, and not once more for everything that names it.
    services = {code for code in named if code in existing.services or proposal.services.names(code)}
    return check_promises(session, agency_id, promises, services=services, held=held)


def promise_faults(proposal: DirectoryProposal, flaws: Sequence[Flaw]) -> Iterator[Fault]:
    """The flaws with row and column."""
    for place, field, code in flaws:
        number, row = proposal.promises.entries[place]
        problem = Sentence(SERVICE, code=row.service) if code == "service-unknown" else FIELD_MESSAGES[code]
        yield Fault("promises", number, field, problem)


def _promise(row: PromiseLine) -> Promise:
    promised = None if row.amount is None or row.unit is None else Promised(row.amount, row.unit)
    return Promise(row.service, row.valid_from, promised, row.source)
