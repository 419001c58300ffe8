"""Which offices a figure counts: never more than the key reaches."""

from collections.abc import Mapping

from app.directory.rules.office_tree import subtree
from app.foundation.problems import Problem


def offices_asked(
    parents: Mapping[str, str | None], *, root: str | None, office: str | None, children: bool
) -> frozenset[str]:
    """The offices of a question by a key that reaches the subtree under `root` (None: the whole agency).

    `parents` maps every office of the agency to the one above it. Without an office the key's whole
    reach is meant. Raises the problems `office-unknown` and `out-of-scope`.
    """
    reached = frozenset(parents) if root is None else subtree(parents, root)
    if office is None:
        return reached
    if office not in parents:
        raise Problem("office-unknown")
    if office not in reached:
        raise Problem("out-of-scope", what="this office")
    return subtree(parents, office) if children else frozenset({office})
