"""Reads what the form of a page sends."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from app.foundation.http.query_parameters import exact_query
from app.foundation.problems import Problem

FORM_TYPE = "application/x-www-form-urlencoded"
MOST_FIELDS = 40


async def read_form(request: Request) -> Mapping[str, str]:
    """The fields of the form that was sent; of two with one name the last. 415 for anything that is no form."""
    await exact_query(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM_TYPE:
        raise Problem("unsupported-media-type")
    # Bounded by the layer that counts bytes.
    body = await request.body()
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Problem("invalid-request") from None
    return dict(pairs)
