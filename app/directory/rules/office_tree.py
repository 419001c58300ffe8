"""The tree of offices: pure functions on a mapping from each office's code to its parent's (a root: None)."""

from collections.abc import Iterable, Mapping


def subtree(parents: Mapping[str, str | None], root: str) -> frozenset[str]:
    """The office `root` and every office under it; empty when there is no such office."""
    children = _children(parents)
    found: set[str] = set()
    waiting = [root] if root in parents else []
    while waiting:
        office = waiting.pop()
        # Until it is checked, a file may hold a cycle, in which this would run for ever.
        if office not in found:
            found.add(office)
            waiting.extend(children.get(office, ()))
    return frozenset(found)


def at_and_above(parents: Mapping[str, str | None], office: str) -> frozenset[str]:
    """The office and every office over it."""
    found: dict[str, None] = {}
    at: str | None = office
    # An office that comes again ends the walk; a workbook may be imported only without circles all the same.
    while at is not None and at not in found:
        found[at] = None
        at = parents.get(at)
    return frozenset(found)


def in_cycles(parents: Mapping[str, str | None]) -> frozenset[str]:
    """The offices that are above themselves through their parents; empty for a proper tree."""
    settled: set[str] = set()
    cyclic: set[str] = set()
    for start in parents:
        path: list[str] = []
        at: str | None = start
        while at is not None and at in parents and at not in settled:
            settled.add(at)
            path.append(at)
            at = parents[at]
        # Only a path that came back to itself has closed a cycle; it may also have joined an older path.
        if at in path:
            cyclic.update(path[path.index(at) :])
    return frozenset(cyclic)


def parents_first(codes: Iterable[str], parents: Mapping[str, str | None]) -> list[str]:
    """The codes ordered so that no office comes before its parent; `parents` must be without cycles."""
    wanted = set(codes)
    ordered: dict[str, None] = {}
    for code in sorted(wanted):
        path: list[str] = []
        at: str | None = code
        while at is not None and at in wanted and at not in ordered:
            path.append(at)
            at = parents.get(at)
        ordered.update(dict.fromkeys(reversed(path)))
    return list(ordered)


def _children(parents: Mapping[str, str | None]) -> dict[str, list[str]]:
    children: dict[str, list[str]] = {}
    for office, parent in parents.items():
        if parent is not None:
            children.setdefault(parent, []).append(office)
    return children
