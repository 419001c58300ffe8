"""How an account at a provider came to belong to a person, and what it opens then. Pure."""

from enum import StrEnum

from app.access.principals import Role

# Whoever is linked by a number alone acts as the one whom the number names, and as nobody else.
BY_NIP = frozenset({Role.appraiser, Role.employee})


class LinkedBy(StrEnum):
    """By an invitation that the person took, or by the NIP among the provider's claims."""

    invitation = "invitation"
    nip = "nip"


def may_act(linked_by: LinkedBy | None, role: Role) -> bool:
    """Whether somebody may act in a role, linked so (None: signed in with a passphrase).

    At many providers people edit their own attributes: a NIP is no proof for roles over others, granted now or later.
    """
    return linked_by is not LinkedBy.nip or role in BY_NIP
