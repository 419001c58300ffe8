"""Problem responses: turns problems and exceptions into answers that echo neither input nor an exception's text."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.foundation.http.body import BodyRefused
from app.foundation.http.content_negotiation import wants_page
from app.foundation.http.expected import expected
from app.foundation.http.services import services_of
from app.foundation.problems import MEDIA_TYPE, FieldError, Problem, busy
from app.foundation.storage.database import OperationalError, SQLAlchemyError, TimeoutError
from app.foundation.translations import negotiate, translator

log = structlog.get_logger("cermin.http")

SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cache-control", b"no-store"),
)
# FastAPI answers 400 to a body that is not even UTF-8.
CODE_OF_STATUS = {400: "malformed-json", 404: "not-found", 405: "method-not-allowed"}

# Of the id that whoever rates makes; of any other it would ask for what nobody can make.
UUID_ERRORS = {"uuid_type", "uuid_parsing", "uuid_version"}


class ProblemResponse(Response):
    """A problem as `application/problem+json`, in the language the request asked for."""

    media_type = MEDIA_TYPE

    def __init__(self, problem: Problem, accept_language: str | None, default_language: str) -> None:
        language = negotiate(accept_language, default_language)
        body = json.dumps(problem.document(translator(language)), ensure_ascii=False)
        headers = {"Content-Language": language, "Vary": "Accept-Language", **problem.headers}
        super().__init__(body, problem.status, headers)


def problem_response(request: Request, problem: Problem) -> ProblemResponse:
    """The response for this request, in the language it asks for."""
    return ProblemResponse(problem, request.headers.get("accept-language"), services_of(request).settings.language)


def field_errors(errors: Sequence[Any], *, skip: int = 0) -> list[FieldError]:
    """pydantic's errors as ours; `skip` drops leading path parts such as FastAPI's `body`."""
    # A body of nothing but faults must not make the answer as long as itself.
    return [_field_error(error, skip) for error in errors[:100]]


def _field_error(error: Any, skip: int) -> FieldError:
    # A key of the input may stand in the path: it is the sender's own word, cut short.
    path = ".".join(str(part)[:60] for part in error["loc"][skip:]) or "body"
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        return FieldError(path, "field-missing")
    if kind == "extra_forbidden":
        return FieldError(path, "field-unknown")
    if kind in UUID_ERRORS and path.rpartition(".")[2] == "id":
        return FieldError(path, "id-not-uuid7")
    if kind == "string_too_long" and path.endswith("comment"):
        return FieldError(path, "comment-too-long", {"limit": context["max_length"]})
    code, words = expected(kind, context)
    return FieldError(path, code, {"expected": words})


def validation_problem(error: ValidationError) -> Problem:
    """The problem of a body that pydantic refused."""
    errors = error.errors(include_url=False, include_input=False)
    if errors[0]["type"] == "json_invalid":
        return Problem("malformed-json")
    return Problem("invalid-request", errors=field_errors(errors))


def database_problem(error: SQLAlchemyError) -> Problem:
    """A database that is away, locked or too slow is no fault of the request: 503. Anything else is ours: 500."""
    log.error("database.failed", error=type(error).__name__)
    if isinstance(error, OperationalError | TimeoutError):
        return busy()
    return Problem("internal-error")


def unexpected_error(error: Exception, route: str) -> Problem:
    """500 for an error nobody foresaw, logged without its text, which may hold a citizen's words."""
    log.error("request.failed", route=route, error=type(error).__name__, where=_raised_in(error))
    return Problem("internal-error")


def _raised_in(error: BaseException) -> str:
    """The innermost function and line, e.g. `write_group:57`."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}"


def allowed_methods(routes: Iterable[BaseRoute]) -> Mapping[str, str]:
    """The methods of all routes by their path, as `Allow` lists them: HEAD wherever there is GET."""
    methods: dict[str, set[str]] = defaultdict(set)
    for route in routes:
        taken: set[str] = getattr(route, "methods", None) or {"GET"}
        methods[getattr(route, "path", "")] |= taken | ({"HEAD"} if "GET" in taken else set())
    return {path: ", ".join(sorted(taken)) for path, taken in methods.items()}


def _problem_of(errors: Sequence[Any]) -> Problem:
    if errors and errors[0]["type"] == "json_invalid":
        return Problem("malformed-json")
    return Problem("invalid-request", errors=field_errors(errors, skip=1))


def install(app: FastAPI, missing: Callable[[Request], Response]) -> None:
    """Give every exception that may leave a route its problem response.

    `missing` makes what people see at an address at which there is nothing.
    """

    @app.exception_handler(Problem)
    async def on_problem(request: Request, problem: Problem) -> Response:
        return problem_response(request, problem)

    @app.exception_handler(RequestValidationError)
    async def on_validation(request: Request, error: RequestValidationError) -> Response:
        # FastAPI's own 422 would repeat the input, which may be a comment or a NIP.
        errors = error.errors()
        # An address that was scanned or copied by halves.
        if errors and errors[0]["loc"][0] == "path" and wants_page(request):
            return missing(request)
        return problem_response(request, _problem_of(errors))

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        if isinstance(error, BodyRefused):
            return problem_response(request, error.problem)
        code = CODE_OF_STATUS.get(error.status_code, "not-found" if error.status_code < 500 else "internal-error")
        headers = dict(error.headers or {})
        if error.status_code == 404 and wants_page(request):
            return missing(request)
        if code == "method-not-allowed":
            # A route knows its own methods only, not those of another route at the same path.
            path = getattr(request.scope.get("route"), "path", "")
            headers["Allow"] = services_of(request).allowed_methods.get(path, headers.get("Allow", ""))
        return problem_response(request, Problem(code, headers=headers))

    @app.exception_handler(SQLAlchemyError)
    async def on_database(request: Request, error: SQLAlchemyError) -> Response:
        return problem_response(request, database_problem(error))

    @app.exception_handler(Exception)
    async def on_anything_else(request: Request, _: Exception) -> Response:
        return problem_response(request, Problem("internal-error"))
