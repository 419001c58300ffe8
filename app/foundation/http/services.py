"""The services of a process (settings, database, caches …): one frozen record, made at start-up, for every route."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar, cast

from starlette.requests import Request

from app.foundation.clock import Clock
from app.foundation.settings import Settings
from app.foundation.storage.database import Database
from app.foundation.telemetry import Metrics

Kind = TypeVar("Kind")
IN_SCOPE = "cermin.services"


@dataclass(frozen=True)
class Services:
    """What all rooms share and, by their classes, the services of single rooms, which foundation may not import.

    `allowed_methods` are the methods of each path as `Allow` lists them, `query_parameters` those that each method of
    each path takes.
    """

    settings: Settings
    database: Database
    clock: Clock
    metrics: Metrics
    allowed_methods: Mapping[str, str] = field(default_factory=dict)
    query_parameters: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    by_class: Mapping[type[Any], object] = field(default_factory=dict)

    def of(self, kind: type[Kind]) -> Kind:
        """The one service of this class; KeyError where none was made."""
        # `with_services` files each service under its own class.
        return cast("Kind", self.by_class[kind])

    def with_services(self, *services: object) -> "Services":
        """A copy of the record with more services of rooms, each under its class."""
        return replace(self, by_class={**self.by_class, **{type(each): each for each in services}})

    def now(self) -> datetime:
        """The present moment, aware and in UTC."""
        return self.clock()


def address_of(request: Request) -> str:
    """The network address from which this request came; empty where the server knows none."""
    return request.client.host if request.client else ""


def services_of(request: Request) -> Services:
    """The record of the application that answers this request."""
    scope = request.scope
    services: Services | None = scope.get(IN_SCOPE)
    if services is None:
        # Kept with the request, which asks several times.
        services = scope[IN_SCOPE] = request.app.state.services
    return services
