"""Which addresses the service itself may call: those of the internet, and of one's own network only by name. Pure.

Whoever names an address could otherwise have the service call what only the service reaches: its own machine, the
network behind it, the metadata of a cloud (server-side request forgery, OWASP).
"""

from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from re import ASCII, compile
from typing import NamedTuple
from urllib.parse import urlsplit

LONGEST = 500
PRINTABLE = compile(r"[\x21-\x7e]+", ASCII)
NAME = compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", ASCII)
# IPv6 networks in which an IPv4 address hides, or which lead through somebody else's translator: NAT64 (RFC 6052,
# RFC 8215), 6to4, Teredo, IPv4-compatible; and site-local ones, which were given up.
HIDING = tuple(
    map(
        IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "::ffff:0:0/96", "fec0::/10")
    )
)
# IPv4 networks that are no one's machine on the internet and yet count as global somewhere: protocol assignments, in
# which a cloud has its metadata, and relays of 6to4.
RESERVED = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
PORTS = {"https": 443, "http": 80}

Address = IPv4Address | IPv6Address


class Target(NamedTuple):
    """An address apart: how it is reached, and what is asked for there."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The host as a request names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def read_address(text: str, allowed: Collection[str]) -> Target | None:
    """The parts of an address that may be called as far as its letters tell; None for any other.

    It is https, but for a host `allowed` by name; it has neither user name nor fragment, and its host is written as
    everybody writes it: no number in its place, no other digits, no dot too many.
    """
    if len(text) > LONGEST or not PRINTABLE.fullmatch(text) or "\\" in text or "#" in text:
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    # Lower-cased by the standard library; what it leaves out (a user name, spaces of some kind) is compared here.
    written = f"[{host}]" if ":" in host else host
    if parts.netloc.lower() not in (written, f"{written}:{port}") or parts.scheme not in PORTS or port == 0:
        return None
    if host not in allowed and (parts.scheme != "https" or not _is_host(host)):
        return None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or PORTS[parts.scheme], path)


def may_be_called(found: str, *, by_name: bool) -> bool:
    """Whether a name may lead to this address; `by_name`: the operator has allowed this host, also in a private net.

    Also then never to the metadata of a cloud, to nowhere or to many: link-local, unspecified, multicast, reserved.
    """
    address = ip_address(found.partition("%")[0])
    if _hides(address) or address.is_link_local or address.is_unspecified or address.is_multicast:
        return False
    if address.is_reserved and not address.is_loopback:
        return False
    return by_name or address.is_global


def _is_host(host: str) -> bool:
    if NAME.fullmatch(host) and len(host) <= 253:
        return True
    try:
        return may_be_called(host, by_name=False)
    except ValueError:
        return False


def _hides(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return any(address in each for each in RESERVED)
    # The machine's own address, ::1, lies among the IPv4-compatible ones.
    return not address.is_loopback and any(address in each for each in HIDING)
