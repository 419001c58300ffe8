"""What every format is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.closing.rules.report_documents.reports import AnyReport
from app.closing.schemas import BesideOut, IdentityOut
from app.transparency.rules.proofs import LogProof

NOTHING_BESIDE = BesideOut(recognised=None, training=None)


@dataclass(frozen=True)
class Seal:
    """What a report shows of its seal."""

    digest: str
    algorithm: str
    key: str


@dataclass(frozen=True)
class Printable:
    """A report's document; its sealed envelope and where that can be checked, both None for a draft.

    The envelope is as it was stored: formats that carry it write it on unread. `identity` stands beside the document
    for a reader who may see it: the employee's NIP as the directory has it now, which no seal covers. In `beside` are
    the names of who is recognised and a person's training needs, likewise; JSON has them at an address of their own.
    `proof`: that the log has the sealed report; None of a draft, and while no checkpoint of the log has it.
    """

    document: AnyReport
    envelope: Mapping[str, Any] | None = None
    verification_address: str | None = None
    identity: IdentityOut | None = None
    beside: BesideOut = NOTHING_BESIDE
    proof: LogProof | None = None

    @property
    def seal(self) -> Seal | None:
        """The seal to be shown; None for a draft."""
        if self.envelope is None:
            return None
        signature = self.envelope["signature"]
        return Seal(self.envelope["digest"], signature["algorithm"], signature["key"])
