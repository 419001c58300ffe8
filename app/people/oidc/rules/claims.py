"""What the claims of a provider say: roles, NIP, second factor, when the person signed in there. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from re import ASCII, compile

Claims = Mapping[str, object]
NIP = compile(r"[0-9]{18}", ASCII)
# What the specification allows a subject, and what fits an index.
LONGEST_SUBJECT = 255
# The last second of the year 9999: no clock here knows a later one.
LAST = 253_402_300_799


def claim_at(claims: Claims, path: str) -> object | None:
    """What stands at a dotted path such as `resource_access.cermin.roles`; None where nothing does.

    A name may have dots itself (`https://kota.example/roles`): the longest that fits is taken first.
    """
    parts = path.split(".")
    for n in range(len(parts), 0, -1):
        value = claims.get(".".join(parts[:n]))
        if n < len(parts):
            value = claim_at(value, ".".join(parts[n:])) if isinstance(value, Mapping) else None
        if value is not None:
            return value
    return None


def texts(value: object) -> tuple[str, ...]:
    """The texts of a claim: one, or those of a list."""
    if isinstance(value, str):
        return (value,)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def has_role(places: Iterable[Claims], path: str, role: str) -> bool:
    """Whether one of the places names the role at the path."""
    return any(role in texts(claim_at(claims, path)) for claims in places)


def nip_in(places: Iterable[Claims], path: str) -> str | None:
    """The NIP at the path; None where there is none, or where two places contradict each other."""
    found = {nip for claims in places for nip in _nips(claim_at(claims, path))}
    return found.pop() if len(found) == 1 else None


def gave_second_factor(claims: Claims, accepted: Collection[str]) -> bool:
    """Whether `acr` or `amr` of the ID token is one that stands for a second factor."""
    return any(each in accepted for name in ("acr", "amr") for each in texts(claims.get(name)))


def moment(value: object) -> float | None:
    """A claim that is a moment, in Unix seconds; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= LAST else None


def is_subject(value: object) -> bool:
    """Whether a claim can name somebody: 1 to 255 printable ASCII characters."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_SUBJECT and value.isascii() and value.isprintable()


def _nips(value: object) -> list[str]:
    # A directory may hand it over as a number; an attribute in Keycloak as a list of one.
    written = (str(value),) if isinstance(value, int) else texts(value)
    return [nip for nip in ("".join(each.split()) for each in written) if NIP.fullmatch(nip)]


def listed(claims: Claims, above: str = "", depth: int = 5) -> Iterator[tuple[str, str]]:
    """Every claim by its path, with what stands there as text."""
    for name, value in claims.items():
        path = f"{above}{name}"
        if isinstance(value, Mapping) and depth:
            yield from listed(value, f"{path}.", depth - 1)
        else:
            yield path, value if isinstance(value, str) else str(value)
