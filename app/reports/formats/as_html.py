"""The report as one page that needs nothing else: printable, for keyboard and screen reader."""

from base64 import b64encode
from hashlib import sha256
from importlib import resources

from markupsafe import Markup

from app.pages.style import DOCUMENT_STYLE
from app.reports.drawings.templates import TEMPLATES
from app.reports.formats.printable import Printable
from app.reports.formats.printed import printed
from app.reports.sections.language import language as language_of
from app.reports.sections.view import view

STYLE = DOCUMENT_STYLE + resources.files("app.reports.formats").joinpath("templates/report.css").read_text("utf-8")
# For whoever serves the page: its own style and nothing else.
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def html_bytes(report: Printable, language: str = "id") -> bytes:
    """The page in this language (UTF-8)."""
    tell = language_of(language)
    labels = {"skip": tell("Skip to the content"), "contents": tell("Contents")}
    page = TEMPLATES.get_template("report.html").render(
        report=printed(view(report, language)),
        labels=labels,
        # Ours, and by its digest part of the policy: it must stay as it is.
        style=Markup(STYLE),  # noqa: S704 - a file of ours
    )
    return page.encode()
