"""Where somebody goes on after proving to be there: a page by its name, with what was chosen on it."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl

from app.desk.addresses import with_query
from app.desk.navigation import (
    ACCOUNT,
    AGENCY,
    DIRECTORY,
    FINDINGS,
    HOURS,
    INSTRUMENTS,
    INTEGRITY,
    INTEGRITY_KEYS,
    KEYS,
    KIOSKS,
    PEOPLE,
    PERIODS,
    PROMISES,
    TARGETS,
    WEBHOOKS,
)


class ProofTarget(NamedTuple):
    """A page to come back to, and the parameters by which something is chosen on it."""

    address: str
    chosen: tuple[str, ...] = ()


OF_A_PERIOD = ("code", "instrument")
# Names, never addresses from outside.
PROOF_TARGETS: Mapping[str, ProofTarget] = {
    "people": ProofTarget(PEOPLE.address, ("page",)),
    "person": ProofTarget("/desk/person", ("id",)),
    "person-revoke": ProofTarget("/desk/person/revoke", ("grant",)),
    "keys": ProofTarget(KEYS.address, ("page",)),
    "keys-revoke": ProofTarget("/desk/keys/revoke", ("key",)),
    "kiosks": ProofTarget(KIOSKS.address, ("page",)),
    "kiosk": ProofTarget("/desk/kiosk", ("id",)),
    "kiosk-revoke": ProofTarget("/desk/kiosk/revoke", ("id",)),
    "agency": ProofTarget(AGENCY.address),
    "hours": ProofTarget(HOURS.address),
    "office-hours": ProofTarget("/desk/hours/office", ("office",)),
    "instruments": ProofTarget(INSTRUMENTS.address),
    "directory": ProofTarget(DIRECTORY.address),
    "upload": ProofTarget("/desk/directory/upload", ("id",)),
    "findings": ProofTarget(FINDINGS.address),
    "finding": ProofTarget("/desk/finding", ("id",)),
    "periods": ProofTarget(PERIODS.address),
    "period": ProofTarget("/desk/period", OF_A_PERIOD),
    "slips": ProofTarget("/desk/period/slips", OF_A_PERIOD),
    "targets": ProofTarget(TARGETS.address, ("period", "instrument", "after")),
    "promises": ProofTarget(PROMISES.address, ("after",)),
    "integrity": ProofTarget(INTEGRITY.address),
    "integrity-report": ProofTarget("/desk/integrity/report", ("id",)),
    "integrity-keys": ProofTarget(INTEGRITY_KEYS.address),
    "integrity-key": ProofTarget("/desk/integrity/key", ("id",)),
    "webhooks": ProofTarget(WEBHOOKS.address),
    "webhook": ProofTarget("/desk/webhook", ("id", "after")),
    "notices": ProofTarget("/desk/notices"),
    "account": ProofTarget(ACCOUNT.address),
    "second-factor": ProofTarget("/sign-in/second-factor"),
    "passkey": ProofTarget("/desk/passkeys/add"),
    "passkey-end": ProofTarget("/desk/passkeys/end", ("key",)),
}
# Where a target is unknown, or was sent by nobody of ours.
ELSEWHERE = "account"
# The longest names two codes of forty characters.
LONGEST_TARGET = 200


def confirm_address(name: str, chosen: Mapping[str, object | None] | None = None, path: str = "/desk/confirm") -> str:
    """The address at which somebody proves to be there, and which leads on to this page as it is now."""
    return with_query(path, {"to": with_query(name, chosen or {})})


def known_target(text: str) -> str:
    """What stood in a request, as far as it is one of ours: the name of a page, and what can be chosen on it."""
    name, _, query = text[:LONGEST_TARGET].partition("?")
    if name not in PROOF_TARGETS:
        return ELSEWHERE
    return with_query(name, _chosen(name, query))


def after_proof(text: str) -> str:
    """The address that is meant by what stood in a request."""
    name, _, query = known_target(text).partition("?")
    return with_query(PROOF_TARGETS[name].address, _chosen(name, query))


def _chosen(name: str, query: str) -> dict[str, str]:
    return {field: value for field, value in parse_qsl(query) if field in PROOF_TARGETS[name].chosen}
