"""Refuses queries with unknown or repeated parameters, for every route.

Of a parameter sent twice only one would count, and one that is misspelt would count for nothing: the answer
would be another than was asked for, without a word.
"""

from collections.abc import Iterable, Iterator, Mapping
from inspect import isclass

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.routing import BaseRoute

from app.foundation.http.middleware import route_of
from app.foundation.http.services import services_of
from app.foundation.problems import FieldError, Problem

Queries = Mapping[tuple[str, str], frozenset[str]]

# More than anybody can read; a query may not make the answer long.
MOST_ERRORS, LONGEST_NAME = 100, 60


def query_parameters(routes: Iterable[BaseRoute]) -> Queries:
    """The parameters that each method of each path takes in its query."""
    return {
        (method, route.path): frozenset(_query_names(route.dependant))
        for route in routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }


async def exact_query(request: Request) -> None:
    """Refuse a query with a parameter that is unknown or repeated."""
    known = services_of(request).query_parameters
    sent = [name for name, _ in request.query_params.multi_items()]
    errors = list(_errors(sent, known.get((request.method, route_of(request.scope)), frozenset())))
    if errors:
        raise Problem("invalid-request", errors=errors[:MOST_ERRORS])


def _query_names(dependant: Dependant) -> Iterator[str]:
    for parameter in dependant.query_params:
        # A model stands for all its fields; FastAPI lists it as one parameter.
        kind = parameter.field_info.annotation
        if isclass(kind) and issubclass(kind, BaseModel):
            yield from (field.alias or name for name, field in kind.model_fields.items())
        else:
            yield parameter.alias
    for each in dependant.dependencies:
        yield from _query_names(each)


def _errors(sent: list[str], known: frozenset[str]) -> Iterator[FieldError]:
    for name in dict.fromkeys(sent):
        field = name[:LONGEST_NAME] or "query"
        if name not in known:
            yield FieldError(field, "field-unknown")
        elif sent.count(name) > 1:
            yield FieldError(field, "field-invalid", {"expected": "one value"})
