"""Which addresses of a provider may be asked or led to. Pure."""

from collections.abc import Collection
from urllib.parse import urlsplit

from app.people.rules.channels import is_loopback_name


def host_of(address: str) -> str:
    """Host and port of an address as they stand in it, in small letters; empty where it is no address."""
    try:
        parts = urlsplit(address)
        # A port that is none is found out only when it is asked for.
        return parts.netloc.lower() if parts.port != 0 else ""
    except ValueError:
        return ""


def is_usable(address: object, hosts: Collection[str]) -> bool:
    """Whether an address is https on one of these hosts (http only on the machine itself), and nothing else.

    What a provider says about itself is not believed: its document could lead us to any machine of the network.
    """
    if not isinstance(address, str) or not address.isascii() or not address.isprintable() or " " in address:
        return False
    host = host_of(address)
    if host not in hosts or "@" in host or "#" in address:
        return False
    scheme = urlsplit(address).scheme
    return scheme == "https" or (scheme == "http" and is_loopback_name(host))
