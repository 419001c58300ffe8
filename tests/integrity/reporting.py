"""Keys of holders, an agency that takes integrity reports, and reports as tests send them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import text

from app.integrity.rules.plaintext import read_plaintext
from app.integrity.sealing import new_private_key, open_sealed, public_half
from tests.house import House

REPORTS, RECEIPTS = "/v1/integrity-reports", "/v1/integrity-receipts"
KEYS, SETTINGS = "/v1/integrity-keys", "/v1/integrity-settings"
WORDS = "Petugas loket 2 meminta uang rokok supaya berkas saya diproses"
# That of RFC 7517, appendix A.1.
PUBLIC_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
}
CONTACT = "0812-5550-1234"


@dataclass(frozen=True)
class Holder:
    """Somebody who keeps a private half; the service has the other."""

    private: dict[str, str]

    @property
    def key_id(self) -> str:
        """The thumbprint."""
        public = public_half(self.private)
        assert public is not None
        return public.key_id

    @property
    def jwk(self) -> dict[str, Any]:
        """The public half."""
        return {name: value for name, value in self.private.items() if name != "d"}

    def word(self, challenge: dict[str, Any]) -> str:
        """The word of a challenge."""
        opened = open_sealed(challenge["sealed"], self.private)
        assert opened is not None
        return opened.decode()

    def reads(self, sealed: dict[str, Any]) -> dict[str, Any] | None:
        """What a sealed report says; None where it is not for this key."""
        opened = open_sealed(sealed, self.private)
        return None if opened is None else read_plaintext(opened)


def new_holder() -> Holder:
    """A holder with a new key."""
    return Holder(new_private_key())


def add(house: House, holder: Holder, recipient: str = "agency", key: str = "admin", label: str = "Auditor 1") -> Any:
    """Add a holder's public key."""
    return house.post(KEYS, {"recipient": recipient, "label": label, "jwk": holder.jwk}, key)


def prove(house: House, holder: Holder, challenge: dict[str, Any], key: str = "admin") -> httpx.Response:
    """Send the word of a challenge back."""
    return house.post(f"{KEYS}/{holder.key_id}/prove", {"word": holder.word(challenge)}, key)


def proved(house: House, recipient: str = "agency", agency: str = "", n: int = 2) -> tuple[Holder, ...]:
    """So many holders with proved keys."""
    holders = tuple(new_holder() for _ in range(n))
    for each in holders:
        added = add(house, each, recipient, f"{agency}admin")
        assert added.status_code == 201, added.text
        assert prove(house, each, added.json(), f"{agency}admin").status_code == 200
    return holders


def settle(house: House, key: str = "admin", **changed: Any) -> httpx.Response:
    """Change the settings; by default the agency is open and keeps what was confirmed for thirty days."""
    return house.put(SETTINGS, {"open": True, "retention_days": 30, "inspectorate": None} | changed, key)


def opened(house: House, agency: str = "") -> tuple[Holder, ...]:
    """The two holders of an agency that takes reports."""
    holders = proved(house, agency=agency)
    assert settle(house, f"{agency}admin").json()["taking"] is True
    return holders


def report(**changed: Any) -> dict[str, Any]:
    """A good report."""
    sent = {"agency": "kota", "office": "dukcapil", "kind": "demand-for-favours", "text": WORDS, "contact": CONTACT}
    return {name: value for name, value in (sent | changed).items() if value is not None}


def send(house: House, **changed: Any) -> httpx.Response:
    """Send a report, as anybody may."""
    return house.post(REPORTS, report(**changed), None)


def receipt(house: House, code: str, **options: Any) -> httpx.Response:
    """Ask what became of a report."""
    return house.post(RECEIPTS, {"receipt": code}, None, **options)


def listed(house: House, key: str = "auditor", **query: Any) -> list[dict[str, Any]]:
    """The reports that an auditor sees."""
    found: list[dict[str, Any]] = house.get(REPORTS, key, params=query).json()["items"]
    return found


def step(house: House, report_id: str, what: str, key: str = "auditor") -> httpx.Response:
    """Take a report to its next state."""
    return house.request("POST", f"{REPORTS}/{report_id}/{what}", key)


def hand_over(house: House, report_id: str, key: str = "auditor") -> httpx.Response:
    """The file by which a report is handed over."""
    return house.get(f"{REPORTS}/{report_id}/hand-over", key)


def sealed(house: House, report_id: str) -> dict[str, Any]:
    """The sealed words in the hand-over file."""
    [found] = hand_over(house, report_id).json()["requests"]
    words: dict[str, Any] = found["cermin_sealed"]
    return words


def rows(house: House, statement: str) -> list[tuple[Any, ...]]:
    """What the database says."""
    with house.database.reading() as session:
        return [tuple(row) for row in session.execute(text(statement))]


def ids(house: House) -> list[UUID]:
    """The ids of all reports."""
    return [UUID(str(each)) for (each,) in rows(house, "SELECT report_id FROM integrity_report")]
