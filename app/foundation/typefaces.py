"""The typefaces of everything that Typst sets, and setting what is one template with its data."""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import font_source_sans_pro  # type: ignore[import-untyped]  # a folder of typefaces, without types

if TYPE_CHECKING:
    import typst

# A word that is longer may be broken anywhere, or it would run off the paper.
LONGEST_WORD = 16
BREAK = "\N{ZERO WIDTH SPACE}"


@cache
def fonts() -> "typst.Fonts":
    """Source Sans, and for letters it lacks the typefaces that come with Typst; never the machine's own."""
    # Here and below, because most processes set nothing.
    import typst

    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[font_source_sans_pro.font_directory],
    )


def typeset(room: str, template: str, name: str, data: Mapping[str, Any]) -> bytes:
    """The PDF of a template of a room (`app.tickets`, `slips.typ`), which reads the data under this name."""
    import typst

    file = Path(str(resources.files(room).joinpath(template)))
    made = typst.compile(
        file,
        root=file.parent,
        font_paths=fonts(),
        ignore_system_fonts=True,
        sys_inputs={name: json.dumps(data, ensure_ascii=False)},
        format="pdf",
    )
    assert isinstance(made, bytes), "one PDF is one file"
    return made


def breakable(text: str) -> str:
    """The text with places in its longest words where a line may end."""
    return re.sub(rf"\S{{{LONGEST_WORD}}}(?=\S)", lambda found: found[0] + BREAK, text)
