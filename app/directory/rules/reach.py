"""Rules on which offices somebody reaches: every answer and every figure counts these and no others. Pure."""

from collections.abc import Mapping

from app.access.principals import Reach
from app.directory.rules.office_tree import subtree
from app.foundation.problems import Problem

# Every office's code with that of the office above it (None at the top).
Parents = Mapping[str, str | None]


def reached_offices(parents: Parents, reach: Reach) -> frozenset[str]:
    """The codes of all offices in reach."""
    if reach.root is None:
        return frozenset(parents)
    return subtree(parents, reach.root) if reach.children else frozenset({reach.root})


def require_reached(parents: Parents, reach: Reach, office: str) -> None:
    """Raises `office-unknown` where the agency has no such office, `out-of-scope` where it is not in reach."""
    if office not in parents:
        raise Problem("office-unknown")
    if reach.root is not None and office not in reached_offices(parents, reach):
        raise Problem("out-of-scope", what="this office")


def offices_asked(parents: Parents, reach: Reach, office: str | None, *, children: bool) -> frozenset[str]:
    """The offices that a query is about: the one named, with those below it if `children`; without one, all in reach.

    Raises `office-unknown` and `out-of-scope`.
    """
    if office is None:
        return reached_offices(parents, reach)
    require_reached(parents, reach, office)
    return subtree(parents, office) if children else frozenset({office})
