"""Where passkeys work: at one address with a name, over https; browsers bind each passkey to that name. Pure."""

from re import ASCII, compile
from typing import NamedTuple
from urllib.parse import urlsplit

# The last part begins with a letter: browsers take `10.1` and `0x7f.1` for addresses of machines.
NAME = compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", ASCII)
DEFAULT_PORTS = {"https": 443, "http": 80}


class RelyingParty(NamedTuple):
    """The name to which passkeys are bound, and the origin of the pages that may ask for them."""

    name: str
    origin: str


def relying_party(public_url: str | None) -> RelyingParty | None:
    """Who asks for passkeys at this public address; None where browsers would refuse, or the address is not set.

    Never what a request calls us: whoever could choose the name could ask for passkeys of another one.
    """
    if public_url is None:
        return None
    parts = urlsplit(public_url)
    name = parts.hostname or ""
    # Browsers count the machine itself as secure without https: for trying out, where the operator names it so.
    local = name == "localhost" or name.endswith(".localhost")
    if len(name) > 253 or not NAME.fullmatch(name) or not (parts.scheme == "https" or local):
        return None
    port = "" if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return RelyingParty(name, f"{parts.scheme}://{name}{port}")
