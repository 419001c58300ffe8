"""Public keys that integrity reports are sealed to: P-256 as a JWK (RFC 7517), named by thumbprint (RFC 7638). Pure."""

from collections.abc import Mapping
from re import ASCII, compile
from typing import Any, NamedTuple

CURVE = "P-256"
# Two, so that one that is lost loses nothing; few enough that a sealed report stays small.
FEWEST, MOST = 2, 5
# 32 bytes in base64url.
KEY_ID = "^[A-Za-z0-9_-]{43}$"
THIRTY_TWO_BYTES = compile(r"[A-Za-z0-9_-]{43}", ASCII)


class PublicKey(NamedTuple):
    """The public half of a key: its id, and its two coordinates in base64url."""

    key_id: str
    x: str
    y: str

    @property
    def jwk(self) -> dict[str, str | list[str]]:
        """The key as a JWK with the members that its thumbprint is made of."""
        return {"crv": CURVE, "kty": "EC", "x": self.x, "y": self.y}


def read_public_key(jwk: Mapping[str, Any]) -> PublicKey | None:
    """The public key that this JWK is; None for any other, and for one with its private half."""
    # Here, because it takes as long as ten other modules and is needed where keys are entered.
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey

    x, y = str(jwk.get("x")), str(jwk.get("y"))
    if jwk.get("kty") != "EC" or jwk.get("crv") != CURVE or "d" in jwk:
        return None
    if not (THIRTY_TWO_BYTES.fullmatch(x) and THIRTY_TWO_BYTES.fullmatch(y)):
        return None
    try:
        # Only what lies on the curve is a key; anything else could be made to give a secret away.
        key = ECKey.import_key({"kty": "EC", "crv": CURVE, "x": x, "y": y})
        return PublicKey(key.thumbprint(), x, y)
    except (JoseError, ValueError):
        return None


def is_key_id(text: str) -> bool:
    """Whether this could be the id of a key."""
    return THIRTY_TWO_BYTES.fullmatch(text) is not None


def may_open(proved: int) -> bool:
    """Whether reports can be sealed to a recipient with so many keys that were proved and are in use."""
    return proved >= FEWEST
