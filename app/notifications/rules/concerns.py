"""Whose matter an event is: by the kinds asked for, and by the offices of a subtree. Pure."""

from collections.abc import Collection

from app.directory.rules.office_tree import at_and_above
from app.directory.rules.reach import Parents
from app.outbox.rules.kinds import BY_NAME, FOR_PERSONS, EventKind

# A period that is closed for a whole is also that of its parts, and that of a part also concerns who has the whole.
OF_ALL_PARTS = frozenset({EventKind.drafted, EventKind.ending, EventKind.final})


def is_asked_for(kinds: Collection[str], kind: EventKind) -> bool:
    """Whether a machine of these kinds (none: of all that need not be asked for by name) wants this one."""
    if kind in FOR_PERSONS:
        return False
    return kind in kinds or (not kinds and kind not in BY_NAME)


def concerns(parents: Parents, kind: EventKind, office: str | None, root: str | None) -> bool:
    """Whether what happened at an office (None: the agency) is a matter of the subtree under `root` (None: of all)."""
    if root is None:
        return True
    if kind in OF_ALL_PARTS and (office is None or office in at_and_above(parents, root)):
        return True
    return office is not None and root in at_and_above(parents, office)
