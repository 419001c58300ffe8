"""The format of an answer follows the Accept header (RFC 9110 §12.5.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.http.content_negotiation import best_media_type

JSON, CSV = "application/json", "text/csv"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        # Nothing in particular.
        (None, JSON),
        ("", JSON),
        (" , ", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/*", CSV),
        # One of the two.
        ("application/json", JSON),
        ("text/csv", CSV),
        ("TEXT/CSV", CSV),
        ("text/csv; charset=utf-8; header=present", CSV),
        # The highest weight wins, wherever it stands.
        ("application/json;q=0.5, text/csv", CSV),
        ("text/csv;q=0.5, application/json;q=0.9", JSON),
        ("text/csv; Q=0.2, */*; q=0.1", CSV),
        ("text/csv;q=0.001, application/json;q=0", CSV),
        # Between equals the type that is named, then JSON.
        ("text/csv, application/json", JSON),
        ("text/csv, */*", CSV),
        ("text/*, application/json", JSON),
        # The closest range sets the weight, even when a wider one is kinder.
        ("application/json;q=0, */*", CSV),
        ("application/json;q=0.1, */*;q=0.5", CSV),
        ("text/*;q=0, */*", JSON),
        ("text/csv;q=0.4, text/*;q=0.9, application/json;q=0.5", JSON),
        # As browsers and Java's own client ask.
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", JSON),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", JSON),
        # Neither.
        ("application/xml", None),
        ("image/*", None),
        ("*/*;q=0", None),
        ("text/csv;q=0", None),
        ("application/json;q=0, text/csv;q=0.000, */*", None),
        ("json", None),
        # A weight that is none refuses.
        ("text/csv;q=nan", None),
        ("text/csv;q=2", None),
        ("text/csv;q=", None),
        ("text/csv;q=-1, application/json;q=0.1", JSON),
        # Ranges beyond what any client sends are not read.
        ("a/b," * 50 + "text/csv", None),
    ],
)
def test_the_format_follows_the_header(accept: str | None, media_type: str | None) -> None:
    assert best_media_type(accept, (JSON, CSV)) == media_type


@given(st.text("application/jsontextcsv*;,q=0.1 ", max_size=80))
def test_no_header_makes_it_fail(accept: str) -> None:
    assert best_media_type(accept, (JSON, CSV)) in (JSON, CSV, None)


@given(st.permutations(["text/csv;q=0.3", "application/json;q=0.2", "*/*;q=0.9", "text/*;q=0.1"]))
def test_the_order_of_the_ranges_does_not_matter(ranges: list[str]) -> None:
    assert best_media_type(",".join(ranges), (JSON, CSV)) == CSV
