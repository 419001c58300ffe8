"""Base classes of the wire models: everything sent or received as JSON or as a query."""

from pydantic import BaseModel, ConfigDict


class WireModel(BaseModel):
    """Frozen, and strict about names: a member that nobody knows is refused, never dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StrictWireModel(WireModel):
    """Also strict about types: `"3"` is no number."""

    model_config = ConfigDict(strict=True)
