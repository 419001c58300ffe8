"""The templates of drawings and pages; what people wrote is escaped in them."""

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

TEMPLATES = Environment(
    loader=PackageLoader("app.reports.formats"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _drawn(drawing: str) -> Markup:
    """An SVG made here, from templates that escape what people wrote."""
    return Markup(drawing)  # noqa: S704 - autoescaped where it was drawn


TEMPLATES.filters["drawn"] = _drawn
