"""What attackers have: seats in every role, and every page and action of the desk."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi.routing import APIRoute

from app.access.principals import Role
from app.desk.routes import routers
from app.foundation.storage.database import metadata
from tests.desk.browsing import Browser
from tests.effort import sized
from tests.house import House
from tests.people.persons import Door

ORIGIN = "http://localhost"
FOREIGN = "evil.example"
NOBODY = "00000000-0000-7000-8000-000000000000"
# What signs the attacker's own seat out would end the attack.
LEAVING = frozenset({"/sign-out", "/desk/account/sign-out-everywhere"})


@dataclass
class Town:
    """A service, an operator's terminal, a browser for each role, and one of a stranger."""

    house: House
    door: Door
    seats: dict[Role, Browser]
    stranger: Browser

    @property
    def everybody(self) -> list[Browser]:
        """All browsers."""
        return [*self.seats.values(), self.stranger]

    @property
    def attackers(self) -> list[Browser]:
        """Every day somebody with many pages and somebody with none; all of them in the campaign."""
        return sized([self.seats[Role.administrator], self.stranger], self.everybody)


def routes(method: str) -> list[APIRoute]:
    """Every page (GET) or action (POST) of the desk, however new, but those of a provider that is not there."""
    found = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    return [each for each in found if method in (each.methods or ()) and not each.path.startswith("/sign-in/oidc")]


def paths(method: str) -> list[str]:
    """Their addresses."""
    return sorted(each.path for each in routes(method))


def asked(route: APIRoute) -> dict[str, str]:
    """What a page must be asked with: ids of nothing, and whatever passes for the others."""
    given = {}
    for parameter in route.dependant.query_params:
        if parameter.field_info.is_required():
            given[parameter.alias] = NOBODY if "UUID" in str(parameter.field_info.annotation) else "x"
    return given


def every_answer(town: Town, **headers: str) -> Iterator[tuple[str, str, httpx.Response]]:
    """Every page and every action, for everybody; what is sent to an action is of no use to it."""
    for browser in town.attackers:
        for route in routes("GET"):
            yield "GET", route.path, browser.send("GET", route.path, params=asked(route), headers=headers)
        for path in paths("POST"):
            if path not in LEAVING:
                yield "POST", path, browser.send("POST", path, data={"x": "1"}, headers=headers)


def is_page(response: httpx.Response) -> bool:
    """Whether an answer is a page, not a file."""
    kind: str = response.headers.get("content-type", "")
    return kind.startswith("text/html")


def rows(town: Town, but: frozenset[str] = frozenset({"audit_event", "person_session"})) -> dict[str, Any]:
    """How many rows each table has, but those in which reading leaves traces."""
    names = [table.name for table in metadata.sorted_tables if table.name != "installation"]
    return {name: n for name, n in zip(names, town.house.numbers(), strict=True) if name not in but}
