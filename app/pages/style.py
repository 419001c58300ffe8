"""The style of a document as text, for what carries its own: a report in a file."""

from importlib import resources

DOCUMENT_STYLE = resources.files("app.pages").joinpath("static/document.css").read_text("utf-8")
