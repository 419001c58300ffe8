"""The outside judge walks: what one answer names it asks the next address about, as far as the document's schemas join.

The judge finds the links itself (which answer names what which address takes); the document names none.
"""

from __future__ import annotations

import time
from collections import Counter
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings

from app.access.keys import issue
from app.access.principals import KeyKind
from app.directory.workbook.exporting import MIME_TYPE
from app.foundation.storage.database import Database
from tests.effort import sized
from tests.house import NOW, uuid7
from tests.loopback import serving
from tests.postgres import owning
from tests.route_access import TAKES
from tests.test_schemathesis import at_home

if TYPE_CHECKING:
    from requests import Response
    from schemathesis import Case

# Long, and of lines that other tests walk through as well.
pytestmark = pytest.mark.campaign
# PostgreSQL is the one that refuses what SQLite keeps; CI asks it alone.
STORES = [pytest.param("sqlite", marks=pytest.mark.full_size), "postgresql"]

# So long it walks in the campaign, round after round, each with other chance; in CI it is one round.
SECONDS = 600.0
# The judge finds so many, and of these it must have gone along some.
FEWEST_LINKS = 40
# Writing the document takes a busy machine its time.
PATIENCE = 60.0
SHUT_OUT = 401


def issued(url: str) -> dict[str, str]:
    """A new key of each kind."""
    database = Database(url)
    with owning(database) as session:
        keys = {
            str(kind): issue(
                session,
                agency_id="kota",
                kind=kind,
                label="walker",
                actor="test",
                now=NOW,
                office="dukcapil" if kind is KeyKind.device else None,
            )[0]
            for kind in KeyKind
        }
    database.dispose()
    return keys


def walker(document: dict[str, Any], address: str, url: str) -> Any:
    """A state machine of the document's operations and the links between them, on the service at this address."""
    import schemathesis
    from schemathesis.checks import load_all_checks, not_a_server_error
    from schemathesis.specs.openapi import checks
    from schemathesis.specs.openapi.stateful.dependencies import inject_links

    load_all_checks()
    schemathesis.serializer.alias(MIME_TYPE, "application/octet-stream")
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=address)
    assert inject_links(schema) >= FEWEST_LINKS
    wanted = [not_a_server_error, checks.status_code_conformance, checks.response_schema_conformance]
    machine: Any = schema.as_state_machine()

    class Walker(machine):  # type: ignore[misc]  # made at run time
        """Goes from answer to address with a key that is let in, and notes what it met."""

        ids = (uuid7(NOW, number) for number in count(1))
        answered: ClassVar[Counter[tuple[str, str, int]]] = Counter()
        followed: ClassVar[Counter[str]] = Counter()
        with_key: ClassVar[Counter[int]] = Counter()
        keys = issued(url)

        def step(self, input: Any) -> Any:
            """One request, perhaps about something that an answer named."""
            if input.transition is not None:
                self.followed[input.case.operation.path] += 1
            return super().step(input)

        def before_call(self, case: Case[Any]) -> None:
            """Half of the cases name what the agency has: from nothing no way leads on."""
            if sum(self.answered.values()) % 2:
                at_home(case, self.ids)

        def get_call_kwargs(self, case: Case[Any]) -> dict[str, Any]:
            """A key of the first kind that the operation takes."""
            kinds = sorted(str(kind) for kind in TAKES.get((case.method.upper(), case.operation.path), ()))
            return {"headers": {"Authorization": f"Bearer {self.keys[kinds[0]]}"}} if kinds else {}

        def validate_response(self, response: Response, case: Case[Any], *_: Any, **options: Any) -> None:
            """The answer is one that the document knows."""
            self.answered[case.method, case.operation.path, response.status_code] += 1
            # Sometimes the judge leaves the key out, to see what comes of it.
            if "Authorization" in response.request.headers:
                self.with_key[response.status_code] += 1
                if response.status_code == SHUT_OUT:
                    # It has found its own key among the keys, and ended it.
                    type(self).keys = issued(url)
            case.validate_response(response, checks=wanted, transport_kwargs=options or None)

    return Walker


@pytest.mark.parametrize("store", STORES)
def test_no_way_from_answer_to_address_makes_the_service_contradict_itself(
    furnished: tuple[str, dict[str, str]],
) -> None:
    from schemathesis.generation.stateful import run_state_machine_as_test

    url, _ = furnished
    with serving(url, reads_per_hour=0) as address:
        machine = walker(httpx.get(f"{address}/openapi.json", timeout=PATIENCE).json(), address, url)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            run_state_machine_as_test(
                machine,
                settings=settings(
                    # The service remembers what was sent before, which a second walk of one round must not meet: in the
                    # campaign every round is one walk.
                    max_examples=sized(3, 1),
                    stateful_step_count=sized(20, 50),
                    deadline=None,
                    database=None,
                    derandomize=sized(True, False),
                    phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                ),
            )
            if sized(True, False):
                break
    statuses = Counter[int]()
    for (_, _, status), n in machine.answered.items():
        statuses[status] += n
    links = f"{sum(machine.followed.values())} along links to {len(machine.followed)} addresses"
    print(f"{sum(statuses.values())} steps, {links}: {dict(statuses)}; {machine.with_key.total()} with a key")  # noqa: T201 - the figure is the proof's result
    # A judge that was never let in has judged nothing.
    assert machine.with_key[SHUT_OUT] < machine.with_key.total() / 10
    assert statuses[200] > 5
    assert {404, 422} <= statuses.keys()
    # And one that never went on has not walked.
    assert machine.followed
