"""Who may not hold which roles at once, and who may not grant them. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from app.access.principals import Role
from app.directory.rules.office_tree import at_and_above
from app.directory.rules.reach import Parents

# Whoever decides which ratings count has no part in what they are about.
APART = frozenset({Role.supervisor, Role.appraiser, Role.employee, Role.administrator})


class Holding(NamedTuple):
    """A role at an office and all below it; `office` None: in the whole agency."""

    role: Role
    office: str | None


def overlap(parents: Parents, one: str | None, other: str | None) -> bool:
    """Whether two subtrees have an office in common (None: the whole agency)."""
    if one is None or other is None:
        return True
    return one in at_and_above(parents, other) or other in at_and_above(parents, one)


def excluding(parents: Parents, held: Iterable[Holding], asked: Holding) -> Holding | None:
    """The first role held that forbids the one asked for; None where nothing does."""
    for holding in held:
        roles = {holding.role, asked.role}
        if Role.auditor in roles and roles & APART and overlap(parents, holding.office, asked.office):
            return holding
    return None


def is_oneself(granter: str | None, granter_employee: str | None, person: str, person_employee: str | None) -> bool:
    """Whether granter and person are the same: the same account, or two accounts of one employee."""
    if granter is not None and granter == person:
        return True
    return granter_employee is not None and granter_employee == person_employee
