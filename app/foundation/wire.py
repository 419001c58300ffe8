"""Base classes of the wire models: everything sent or received as JSON or as a query."""

import warnings

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic.warnings import UnsupportedFieldAttributeWarning
from pydantic_core import PydanticCustomError

# FastAPI names every body and query, of which pydantic warns; FastAPI keeps that back while it makes a validator, and
# ours are made when the first request needs them.
warnings.filterwarnings("ignore", "The 'alias' attribute with value", UnsupportedFieldAttributeWarning)


class WireModel(BaseModel):
    """Frozen, and strict about names: a member that nobody knows is refused, never dropped.

    Its validator is made when somebody needs it: those of all routes are a tenth of a start, and two MiB.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class StrictWireModel(WireModel):
    """Also strict about types: `"3"` is no number."""

    model_config = ConfigDict(strict=True)


def one_line(text: str) -> str:
    """The text, if it is one line that can be read. What is wrong is a kind that `http/expected.py` has words for."""
    if not text.isprintable():
        raise PydanticCustomError("one_line", "must be one line of readable text")
    return text


OneLine = AfterValidator(one_line)
