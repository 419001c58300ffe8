"""The application: FastAPI within the layers that a request passes first."""

from datetime import date
from threading import Lock
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from app.foundation.http.fast_path import FastPath
from app.foundation.http.middleware import BodyLimits, HeadAsGet, ResponseWatch, UnderPath
from app.foundation.http.services import Services
from app.web.api_document import document, with_fresh_ids
from app.wiring.routers import LARGEST_BODY, LONGER_BODIES, ROUTERS, UNCOUNTED


class Cermin(FastAPI):
    """The application with its own outer layers, which a request passes before the framework's."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self._examples_of: date | None = None
        self._documenting = Lock()

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, generated once; only the ids in its examples are made anew, every day."""
        services: Services = self.state.services
        today = services.now().date()
        # Those who ask at once, each in a thread, wait for one to write it.
        with self._documenting:
            if self.openapi_schema is None:
                self.openapi_schema = document(self, services.settings.public_url)
            if self._examples_of != today:
                self.openapi_schema, self._examples_of = with_fresh_ids(self.openapi_schema), today
            return self.openapi_schema

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by the layers; FastAPI's own way to them looks for telemetry first, which is off."""
        if self.middleware_stack is None or scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        scope["app"] = self
        await self.middleware_stack(scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        """UnderPath (if there is one) → FastPath → ResponseWatch → HeadAsGet → BodyLimits → FastAPI's own stack."""
        services: Services = self.state.services
        settings, metrics = services.settings, services.metrics
        stack: ASGIApp = BodyLimits(
            super().build_middleware_stack(),
            limit=LARGEST_BODY,
            longer=LONGER_BODIES,
            seconds=settings.receive_seconds,
        )
        stack = ResponseWatch(
            HeadAsGet(stack),
            metrics=metrics,
            language=settings.language,
            uncounted=UNCOUNTED,
        )
        # The fast path is outermost: what it answers passes none of the other layers.
        routes = [route for router in ROUTERS for route in router.routes]
        stack = FastPath(stack, routes, metrics, settings.answer_seconds)
        return UnderPath(stack, settings.base_path) if settings.base_path else stack
