"""Takes back what witnesses have cosigned: their lines go under the checkpoints that they are about."""

from collections.abc import Iterable
from datetime import datetime

from app.access.audit import record
from app.foundation.storage.database import Session
from app.transparency import store
from app.transparency.log import with_cosignatures
from app.transparency.rules.checkpoints import parse_checkpoint
from app.transparency.rules.notes import Signature, VerifierKey, parse_note, signers

# A verifier must take 16 signatures and ours takes 64; so much of them is kept.
MOST_WITNESSES, LONGEST = 60, 20_000


def take_cosigned(
    session: Session, agency_id: str, content: bytes, witnesses: Iterable[VerifierKey], *, actor: str, now: datetime
) -> tuple[int, int]:
    """Keep the lines of these witnesses under a cosigned checkpoint; returns its size and how many were new.

    Raises ValueError where it is no checkpoint of this log, or none of the witnesses has cosigned it.
    """
    note = parse_note(content)
    checkpoint = parse_checkpoint(note.text)
    store.lock_agency(session, agency_id)
    row = store.checkpoint_of(session, agency_id, checkpoint.size)
    if row is None or parse_note(row.note.encode()).text != note.text:
        raise ValueError("the checkpoint is none that this log has signed")
    by = {(key.name, key.id): key for key in signers(note, witnesses)}
    if not by:
        raise ValueError("no witness of the policy has cosigned the checkpoint")
    kept = with_cosignatures(row.note, row.cosignatures)
    lines: dict[tuple[str, bytes], Signature] = {(each.name, each.id): each for each in kept.signatures[1:]}
    new = by.keys() - lines.keys()
    if not new:
        return checkpoint.size, 0
    lines |= {(each.name, each.id): each for each in note.signatures if (each.name, each.id) in new}
    kept_lines = [str(each) for each in lines.values()]
    if len(kept_lines) > MOST_WITNESSES or sum(map(len, kept_lines)) > LONGEST:
        raise ValueError(f"more than {MOST_WITNESSES} witnesses have no place under a checkpoint")
    store.put_cosignatures(session, agency_id, checkpoint.size, kept_lines)
    record(
        session,
        agency_id=agency_id,
        actor=actor,
        action="log.cosigned",
        subject=str(checkpoint.size),
        at=now,
        witnesses=sorted(name for name, _ in new),
    )
    return checkpoint.size, len(new)
