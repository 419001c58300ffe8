"""Every route of the service, with how much a request may send to it."""

from collections.abc import Iterable

from fastapi import APIRouter
from starlette.routing import BaseRoute

import app.closing.persons.routes
import app.closing.public.routes
import app.closing.routes
import app.closing.targets.routes
import app.desk.routes
import app.devices.routes
import app.directory.routes
import app.directory.standards.routes
import app.directory.volumes.routes
import app.directory.workbook.routes
import app.foundation.http.routes
import app.indices.routes
import app.instruments.routes
import app.intake.invitation.routes
import app.intake.routes
import app.integrity.routes
import app.measures.routes
import app.notifications.own.routes
import app.notifications.routes
import app.people.keys.routes
import app.people.routes
import app.reports.routes
import app.reports.slips.routes
import app.screening.routes
import app.tickets.routes
import app.web.routes
from app.foundation.startup_errors import StartupError

ROUTERS: tuple[APIRouter, ...] = (
    app.foundation.http.routes.router,
    app.directory.routes.router,
    app.directory.volumes.routes.router,
    app.directory.workbook.routes.router,
    app.directory.volumes.routes.fast_router,
    app.instruments.routes.router,
    app.devices.routes.kiosk_router,
    app.devices.routes.router,
    app.intake.routes.router,
    app.intake.routes.batch_router,
    app.directory.standards.routes.router,
    app.tickets.routes.router,
    app.tickets.routes.queue_router,
    app.intake.invitation.routes.router,
    app.integrity.routes.router,
    app.screening.routes.router,
    app.indices.routes.router,
    app.measures.routes.router,
    app.people.routes.router,
    app.people.routes.trail_router,
    app.people.keys.routes.router,
    app.closing.routes.router,
    app.closing.persons.routes.router,
    app.closing.public.routes.router,
    app.closing.targets.routes.router,
    app.reports.routes.router,
    app.reports.slips.routes.router,
    app.notifications.routes.router,
    app.notifications.own.routes.router,
    *app.web.routes.routers,
    *app.desk.routes.routers,
)
# For all routes but those of the fast path, which have limits of their own.
LARGEST_BODY = 16 * 1_024
LONGER_BODIES = {
    **app.desk.routes.LONG_FORMS,
    **app.web.routes.LONG_FORMS,
    **app.directory.workbook.routes.LIMITS,
    **app.instruments.routes.LIMITS,
    **app.integrity.routes.LIMITS,
}
# How often these are asked for says something about somebody, so nobody counts it.
UNCOUNTED = app.integrity.routes.UNCOUNTED | app.web.routes.UNCOUNTED


def refuse_own_path(base_path: str, routes: Iterable[BaseRoute]) -> None:
    """A path such as `/t` could be the installation's or the ticket page's, where a proxy takes the first one off."""
    first = base_path.split("/")[1] if base_path else None
    if first in {getattr(route, "path", "").split("/")[1] for route in routes}:
        raise StartupError(
            f"CERMIN_PUBLIC_URL must not begin its path with /{first}, which is a page of Cermin itself."
        )
