"""The typefaces of everything that Typst sets."""

from functools import cache

import font_source_sans_pro  # type: ignore[import-untyped]  # a folder of typefaces, without types
import typst


@cache
def fonts() -> typst.Fonts:
    """Source Sans, and for letters it lacks the typefaces that come with Typst; never the machine's own."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[font_source_sans_pro.font_directory],
    )
