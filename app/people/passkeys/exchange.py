"""What the pages and the door for passkeys hand each other, and what people read when it comes to nothing."""

from dataclasses import dataclass

from app.people.attempt_cookies import AttemptCookie

ELSEWHERE = "Passkeys work at {address} alone; open that address."
NOWHERE = "Passkeys need an address with a name and https, which this service does not have; use your passphrase."
OVER = "This took too long, was done already, or began in another browser; try again."
REFUSED = "This passkey was not accepted. Try again, or use your passphrase."
COPIED = (
    "This passkey counts less than it did before: somebody may have copied it. Use your passphrase, end this passkey "
    "in your account, and add a new one."
)
# What browsers say instead of an answer (the names are the standard's).
TROUBLES = {
    "NotAllowedError": "Nothing was signed: it was cancelled, took too long, or this device has no passkey for here.",
    "InvalidStateError": "This device has a passkey for your account already.",
    "SecurityError": "The browser does not allow passkeys at this address.",
    "NotSupportedError": "This device cannot make such a passkey.",
    "unsupported": "This browser knows no passkeys, or JavaScript is switched off; use your passphrase.",
}
FAILED = "The browser could not do that; try again, or use your passphrase."


@dataclass(frozen=True)
class Asked:
    """What the page hands to the browser: options, the attempt's name and its cookie."""

    options: str
    attempt: str
    cookie: AttemptCookie


@dataclass(frozen=True)
class Sent:
    """What a page sends back: the attempt's name, and the authenticator's answer or why there is none."""

    attempt: str
    answer: str
    trouble: str
