"""What a webhook and its deliveries are called in words."""

from collections.abc import Mapping

from app.notifications.schemas import WebhookOut
from app.reports.sections.language import Language

STATES: Mapping[str, str] = {
    "waiting": "waits",
    "delivered": "delivered",
    "failed": "given up",
    "dropped": "dropped",
}
OFF: Mapping[str, str] = {
    "asked": "switched off",
    "gone": "switched off: it answered that it wants nothing more (410)",
}
SIGNINGS: Mapping[str, str] = {
    "v1": "with a shared secret (v1)",
    "v1a": "with a key pair (v1a)",
}
OUTCOMES: Mapping[str, str] = {
    "timeout": "no answer in time",
    "no-connection": "not reached",
    "name-unknown": "its name is unknown",
    "address-refused": "its address leads inwards",
    "sealed-elsewhere": "kept under another secret",
    "asked": "switched off",
    "gone": "wants nothing more",
}


def state_of(webhook: WebhookOut, tell: Language) -> str:
    """Whether a webhook is on, or why it is off."""
    return tell(OFF[webhook.off_because]) if webhook.off_because else tell("on")


def outcome_of(code: str | None, tell: Language) -> str | None:
    """What became of an attempt; statuses of HTTP are the receiver's own words."""
    if code is None or code not in OUTCOMES:
        return code
    return tell(OUTCOMES[code])
