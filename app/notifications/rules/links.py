"""Links in mail: each says for which mailbox it is and what it may do, and is checked without being stored. Pure."""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Literal, NamedTuple
from uuid import UUID

from app.people.rules.codes import is_code

Purpose = Literal["confirm", "unsubscribe"]


class MailLink(NamedTuple):
    """The parts of a link's code; nothing says so far that it is one of ours."""

    agency_id: str
    mailbox_id: UUID
    proof: str


def link_code(key: bytes, purpose: Purpose, agency_id: str, mailbox_id: UUID) -> str:
    """The code of a link: agency, mailbox, and a keyed digest of both and the purpose."""
    return f"{agency_id}.{mailbox_id.hex}.{_proof(key, purpose, agency_id, mailbox_id)}"


def read_link_code(text: str) -> MailLink | None:
    """The parts of a code; None if it does not have that form."""
    agency_id, _, rest = text.partition(".")
    mailbox, _, proof = rest.partition(".")
    try:
        mailbox_id = UUID(hex=mailbox) if len(mailbox) == 32 else None
    except ValueError:
        return None
    return MailLink(agency_id, mailbox_id, proof) if mailbox_id and is_code(agency_id) and proof.isascii() else None


def is_ours(key: bytes, purpose: Purpose, link: MailLink) -> bool:
    """Whether this installation made the link, and for this purpose."""
    return hmac.compare_digest(_proof(key, purpose, link.agency_id, link.mailbox_id), link.proof)


def _proof(key: bytes, purpose: Purpose, agency_id: str, mailbox_id: UUID) -> str:
    digest = hmac.digest(key, f"{purpose}/{agency_id}/{mailbox_id.hex}".encode(), sha256)
    return urlsafe_b64encode(digest).decode().rstrip("=")
