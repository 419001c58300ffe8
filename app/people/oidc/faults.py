"""What goes wrong between us and the provider."""

from app.people.faults import PeopleFault


class ProviderFault(Exception):
    """The provider is silent, or says what cannot be right.

    `reason` is for the operator: it holds nothing that the provider sent, for that may be a claim or a token.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnknownKey(ProviderFault):
    """A token was signed by a key that we have not seen: perhaps the provider has changed its keys."""


class Silent(PeopleFault):
    """For whoever wanted to sign in meanwhile."""
