"""Base classes of the wire models: everything sent or received as JSON or as a query."""

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


class WireModel(BaseModel):
    """Frozen, and strict about names: a member that nobody knows is refused, never dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StrictWireModel(WireModel):
    """Also strict about types: `"3"` is no number."""

    model_config = ConfigDict(strict=True)


def one_line(text: str) -> str:
    """The text, if it is one line that can be read. What is wrong is a kind that `http/expected.py` has words for."""
    if not text.isprintable():
        raise PydanticCustomError("one_line", "must be one line of readable text")
    return text


OneLine = AfterValidator(one_line)
