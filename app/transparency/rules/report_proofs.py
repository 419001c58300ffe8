"""Whether a signed report comes with a proof that an accepted log has it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from app.transparency.rules.entries import report_entry
from app.transparency.rules.policies import Policy
from app.transparency.rules.proofs import LogProof, parse_proof


class NotInLog(ValueError):
    """The proof is about another report, or about none."""


class AcceptedProof(NamedTuple):
    """A proof that holds by a policy, and which witnesses have seen its checkpoint."""

    proof: LogProof
    witnesses: frozenset[str]


def accepted_proof(envelope: Mapping[str, Any], content: bytes, policy: Policy) -> AcceptedProof:
    """The proof beside a report's envelope. Raises NotInLog, and ValueError where it is not enough or unreadable."""
    proof = parse_proof(content)
    entry = report_entry(envelope["digest"], envelope["signature"]["value"])
    if not proof.holds(entry):
        raise NotInLog("the proof is not about this report")
    return AcceptedProof(proof, policy.judge(proof.note))
