"""Builds the application. `create_app(settings)` does everything; importing this file has no effect."""

from importlib.metadata import version

from app.foundation.clock import Clock, system_clock
from app.foundation.http import problem_responses
from app.foundation.http.query_parameters import query_parameters
from app.foundation.http.services import Services
from app.foundation.secret import load_secret
from app.foundation.settings import Settings
from app.foundation.telemetry import Metrics
from app.jobs import JobMaker, jobs_of
from app.web import docs
from app.web.missing import missing
from app.wiring.application import Cermin
from app.wiring.databases import open_database
from app.wiring.lifespan import lifespan_of
from app.wiring.routers import ROUTERS, refuse_own_path
from app.wiring.services import services_of_rooms

DESCRIPTION = """Citizens rate the service they just received (speed, transparency, friendliness);
agencies pull exact satisfaction indices.

Send a key as `Authorization: Bearer crm_…`. Every refusal is `application/problem+json` with a stable
`code`. See the API guide in the repository's `docs/`."""


def create_app(settings: Settings, clock: Clock = system_clock, jobs: JobMaker = jobs_of) -> Cermin:
    """The whole service for these settings; `jobs` makes those that run in its background."""
    database = open_database(settings)
    secret = load_secret(settings.secret.get_secret_value() if settings.secret else None, settings.secret_file)
    application = Cermin(
        title="Cermin",
        version=version("cermin"),
        description=DESCRIPTION,
        lifespan=lifespan_of(secret, jobs),
        # Metrics are our own (/metrics); asking for OpenTelemetry providers at every request is not free.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        # Both are our own (app/web/docs.py).
        docs_url=None,
        openapi_url=None,
        # A generated client's functions are called as the routes' are.
        generate_unique_id_function=lambda route: route.name,
        # A redirect would name the scheme and host of the request: behind a proxy, http.
        redirect_slashes=False,
        redoc_url=None,
    )
    problem_responses.install(application, missing)
    docs.install(application)
    routes = [*application.routes, *(route for router in ROUTERS for route in router.routes)]
    refuse_own_path(settings.base_path, routes)
    metrics = Metrics()
    application.state.services = Services(
        settings, database, clock, metrics, problem_responses.allowed_methods(routes), query_parameters(routes)
    ).with_services(*services_of_rooms(settings, database, clock, secret, metrics))
    for router in ROUTERS:
        application.include_router(router)
    return application
