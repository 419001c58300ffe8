"""What browsers ask authenticators for, and whether their answers are good; the rules are those of the library.

It is imported where it is asked, because many installations have no passkey, and it brings much along.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import structlog

from app.people.passkeys.rules.attempts import SECONDS, Attempt
from app.people.passkeys.rules.parties import RelyingParty
from app.people.passkeys.tables import LONGEST_CREDENTIAL, LONGEST_KEY

if TYPE_CHECKING:
    from webauthn.helpers.structs import AuthenticationCredential, PublicKeyCredentialDescriptor

log = structlog.get_logger("cermin.people")

MILLISECONDS = SECONDS * 1_000
Answer = TypeVar("Answer")


class Unacceptable(Exception):
    """An authenticator's answer that is none, or not to what was asked."""


@dataclass(frozen=True)
class Whose:
    """For whom a passkey is made: the handle that it carries, and what the device shows."""

    handle: bytes
    account: str
    name: str


@dataclass(frozen=True)
class NewPasskey:
    """A passkey that was made: its id and its public key, and its counter."""

    credential: str
    public_key: str
    sign_count: int


@dataclass(frozen=True)
class Claim:
    """What an answer says before anything of it is proven: which passkey, and whose."""

    credential: str
    handle: bytes | None
    answer: "AuthenticationCredential"


def options_to_make(party: RelyingParty, attempt: Attempt, whose: Whose, known: Sequence[str]) -> str:
    """What `navigator.credentials.create` is asked: no second one beside those that are `known`."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AttestationConveyancePreference,
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=party.name,
        rp_name="Cermin",
        user_id=whose.handle,
        user_name=whose.account,
        user_display_name=whose.name,
        challenge=bytes.fromhex(attempt.challenge),
        timeout=MILLISECONDS,
        # Who made the device is none of our business.
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            # It can be found without a name, and asks for finger, face or PIN: thus it is both factors.
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(known),
    )
    return options_to_json(options)


def options_to_use(party: RelyingParty, attempt: Attempt, known: Sequence[str] = ()) -> str:
    """What `navigator.credentials.get` is asked: one of these passkeys, or whichever the person chooses."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=party.name,
        challenge=bytes.fromhex(attempt.challenge),
        timeout=MILLISECONDS,
        allow_credentials=_descriptors(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def made(party: RelyingParty, attempt: Attempt, answer: str) -> NewPasskey:
    """The passkey of an answer to `options_to_make`. Raises `Unacceptable`."""

    def read() -> NewPasskey:
        from webauthn import verify_registration_response
        from webauthn.helpers import bytes_to_base64url, parse_registration_credential_json

        parsed = parse_registration_credential_json(answer)
        _refuse_framed(parsed.response.client_data_json)
        verified = verify_registration_response(
            credential=parsed,
            expected_challenge=bytes.fromhex(attempt.challenge),
            expected_rp_id=party.name,
            expected_origin=party.origin,
            require_user_verification=True,
        )
        return NewPasskey(
            bytes_to_base64url(verified.credential_id),
            bytes_to_base64url(verified.credential_public_key),
            verified.sign_count,
        )

    found = _whatever_comes(read)
    if len(found.credential) > LONGEST_CREDENTIAL or len(found.public_key) > LONGEST_KEY:
        raise Unacceptable
    return found


def claimed(answer: str) -> Claim:
    """Which passkey an answer to `options_to_use` says it is from. Raises `Unacceptable`."""

    def read() -> Claim:
        from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json

        parsed = parse_authentication_credential_json(answer)
        _refuse_framed(parsed.response.client_data_json)
        return Claim(bytes_to_base64url(parsed.raw_id), parsed.response.user_handle, parsed)

    return _whatever_comes(read)


def counted(party: RelyingParty, attempt: Attempt, claim: Claim, public_key: str) -> int:
    """The counter of an answer that the passkey with this public key has signed. Raises `Unacceptable`."""

    def read() -> int:
        from webauthn import base64url_to_bytes, verify_authentication_response

        verified = verify_authentication_response(
            credential=claim.answer,
            expected_challenge=bytes.fromhex(attempt.challenge),
            expected_rp_id=party.name,
            expected_origin=party.origin,
            credential_public_key=base64url_to_bytes(public_key),
            # The library compares counters before it has looked at the signature; we do after it.
            credential_current_sign_count=0,
            require_user_verification=True,
        )
        return verified.new_sign_count

    return _whatever_comes(read)


def _refuse_framed(client_data: bytes) -> None:
    """The library does not look whether our page stood within another site's."""
    from webauthn.helpers import parse_client_data_json

    if parse_client_data_json(client_data).cross_origin:
        raise Unacceptable


def _whatever_comes(read: Callable[[], Answer]) -> Answer:
    """What was read. The library takes bytes of strangers apart, and stumbles over them in more ways than it says."""
    try:
        return read()
    except Unacceptable:
        raise
    except Exception as error:
        # The kind alone: its text may hold what was sent.
        log.info("passkey.unacceptable", kind=type(error).__name__)
        raise Unacceptable from None


def _descriptors(known: Sequence[str]) -> "list[PublicKeyCredentialDescriptor]":
    from webauthn import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in known]
