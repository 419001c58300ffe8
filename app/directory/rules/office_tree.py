"""The tree of offices: pure functions on a mapping from each office's code to its parent's (a root: None)."""

from collections.abc import Iterable, Mapping


def subtree(parents: Mapping[str, str | None], root: str) -> frozenset[str]:
    """The office `root` and every office under it; empty when there is no such office."""
    children = _children(parents)
    found: set[str] = set()
    waiting = [root] if root in parents else []
    while waiting:
        office = waiting.pop()
        if office not in found:
            found.add(office)
            waiting.extend(children.get(office, ()))
    return frozenset(found)


def at_and_above(parents: Mapping[str, str | None], office: str) -> frozenset[str]:
    """The office and every office over it."""
    found: dict[str, None] = {}
    at: str | None = office
    while at is not None and at not in found:
        found[at] = None
        at = parents.get(at)
    return frozenset(found)


def in_circles(parents: Mapping[str, str | None]) -> frozenset[str]:
    """The offices that are, through their parents, above themselves; empty for a proper tree."""
    settled: set[str] = set()
    circling: set[str] = set()
    for start in parents:
        path: list[str] = []
        at: str | None = start
        while at is not None and at in parents and at not in settled:
            settled.add(at)
            path.append(at)
            at = parents[at]
        # Only a way that came back onto itself has closed a circle; it may also join an older way.
        if at in path:
            circling.update(path[path.index(at) :])
    return frozenset(circling)


def parents_first(codes: Iterable[str], parents: Mapping[str, str | None]) -> list[str]:
    """The codes ordered so that no office comes before its parent; `parents` must be without circles."""
    wanted = set(codes)
    ordered: dict[str, None] = {}
    for code in sorted(wanted):
        way: list[str] = []
        at: str | None = code
        while at is not None and at in wanted and at not in ordered:
            way.append(at)
            at = parents.get(at)
        ordered.update(dict.fromkeys(reversed(way)))
    return list(ordered)


def _children(parents: Mapping[str, str | None]) -> dict[str, list[str]]:
    children: dict[str, list[str]] = {}
    for office, parent in parents.items():
        if parent is not None:
            children.setdefault(parent, []).append(office)
    return children
