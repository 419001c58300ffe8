"""Over which connections somebody may sign in, and which requests come from our own pages. Pure."""

from collections.abc import Collection
from enum import IntEnum
from ipaddress import ip_address
from re import ASCII, compile
from urllib.parse import urlsplit

from app.access.principals import Role

ORIGIN = compile(r"https?://(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?", ASCII)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Whoever grants roles or decides which ratings count needs a second factor and a channel nobody listens to.
GUARDED_ROLES = frozenset({Role.administrator, Role.auditor})


class Channel(IntEnum):
    """How much a connection may carry: nothing, a passphrase at the operator's risk, or anything."""

    refused = 0
    readable = 1
    private = 2


def is_guarded(role: Role) -> bool:
    """Whether a role is only for whoever gives a second factor over a private connection."""
    return role in GUARDED_ROLES


def is_good_enough(role: Role, channel: Channel, *, strong: bool) -> bool:
    """Whether somebody may act in a role over this connection, `strong`: after a second factor."""
    return not is_guarded(role) or (strong and channel is Channel.private)


def channel_of(scheme: str, host: str, address: str | None, *, readable_allowed: bool) -> Channel:
    """The channel of a request with this scheme, Host header and client address.

    Plain http is private on the machine itself only: both ends must be, since a proxy on the same machine speaks to
    us from there for browsers that are anywhere.
    """
    if scheme == "https" or (is_loopback_name(host) and _is_loopback(address or "")):
        return Channel.private
    return Channel.readable if readable_allowed else Channel.refused


def comes_from_us(method: str, fetch_site: str | None, origin: str | None, own: Collection[str]) -> bool:
    """Whether a request may change something: it is none that could, or one of our own pages sent it.

    `own` are our origins (`https://cermin.example`). Browsers send Sec-Fetch-Site over https and on the machine
    itself only; without it Origin decides, and nothing is changed where that is missing, too.
    """
    if method in SAFE_METHODS:
        return True
    if fetch_site is not None:
        return fetch_site == "same-origin"
    return origin is not None and origin in own


def origin_of(address: str) -> str:
    """The origin of an address: scheme, host and port."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()


def is_loopback_name(host: str) -> bool:
    """Whether a Host header names the machine itself."""
    # Whatever somebody writes there; `[` alone is no address that could be taken apart.
    name = host.lower()[1:].partition("]")[0] if host.startswith("[") else host.lower().partition(":")[0]
    return name == "localhost" or name.endswith(".localhost") or _is_loopback(name)


def is_loopback_origin(origin: str) -> bool:
    """Whether an origin leads nobody but the machine itself to us."""
    return is_loopback_name(urlsplit(origin).netloc)


def page_origin(scheme: str, host: str, origin: str | None) -> str | None:
    """The origin under which a browser reached us; None where its request tells none that could be one.

    Of a form, `Origin` is what the browser itself says, whatever a proxy made of `Host`. Neither is proof of anything:
    whoever asks may write there what they like, and the answer goes to them alone. A browser brings its session only
    to the name under which it signed in.
    """
    claimed = origin if origin is not None and ORIGIN.fullmatch(origin) else f"{scheme}://{host}"
    return claimed.lower() if ORIGIN.fullmatch(claimed) else None


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
