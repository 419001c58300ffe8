"""Whose rows the sessions of a request, a job or a command may touch: those of one agency, of all, or of none.

PostgreSQL's row-level security asks for it at every statement (decision 33). A session keeps to what is in force when
it asks for its first row. Nobody is of all agencies by default: what forgets to say whose rows it wants gets an error.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# The name of the setting that the policies read, and what stands in it for all agencies; no code has a star.
SETTING = "cermin.agency"
EVERY_AGENCY = "*"
NO_AGENCY = ""
# An option for PostgreSQL's own programs that see all.
STARRED = f"-c {SETTING}={EVERY_AGENCY}"
# Stands for an agency that strangers name and that there is none of.
NOBODY = "?"


class RequestScope:
    """The agency that a request turned out to belong to; shared by the threads that work for it."""

    __slots__ = ("agency",)

    def __init__(self) -> None:
        self.agency = NO_AGENCY


_request: ContextVar[RequestScope | None] = ContextVar("request_scope", default=None)
_narrowed: ContextVar[str | None] = ContextVar("agency_scope", default=None)


def begin_scope() -> None:
    """Let the request of this task be of no agency, until it is known of which."""
    # Always a fresh one: a task may inherit its context from whatever started it.
    _request.set(RequestScope())
    _narrowed.set(None)


def enter_agency(agency_id: str) -> None:
    """Let the rest of this request, in all its threads, touch this agency's rows and no other's."""
    if (request := _request.get()) is not None:
        request.agency = _one(agency_id)


def current_scope() -> str:
    """What is in force here: an agency, `EVERY_AGENCY` or `NO_AGENCY`."""
    if (within := _narrowed.get()) is not None:
        return within
    request = _request.get()
    return NO_AGENCY if request is None else request.agency


@contextmanager
def of_agency(agency_id: str) -> Iterator[None]:
    """Let what is done within touch this agency's rows and no other's."""
    token = _narrowed.set(_one(agency_id))
    try:
        yield
    finally:
        _narrowed.reset(token)


@contextmanager
def all_agencies() -> Iterator[None]:
    """Let what is done within touch the rows of all agencies; `tests/foundation/test_agency_scope.py` lists who may."""
    token = _narrowed.set(EVERY_AGENCY)
    try:
        yield
    finally:
        _narrowed.reset(token)


@contextmanager
def of_agency_named(agency_id: str | None) -> Iterator[None]:
    """As `of_agency`, for a secret that names its agency; None, for one made before they did: as `all_agencies`."""
    with all_agencies() if agency_id is None else of_agency(agency_id):
        yield


def _one(agency_id: str) -> str:
    # In an address of a public page a stranger may name anything, also a star.
    return NOBODY if agency_id in (EVERY_AGENCY, NO_AGENCY) else agency_id
