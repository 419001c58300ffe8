"""An outside judge reads the OpenAPI document and tries to catch the service in a contradiction.

Loading the judge takes seconds, so that only the test itself does it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.directory.workbook.exporting import MIME_TYPE
from app.disclosure.releasing import ReleaseOrder, release_agency
from app.foundation.storage.database import Database
from tests.house import LATE, LONG_AFTER, NOW, uuid7
from tests.loopback import serving

if TYPE_CHECKING:
    from schemathesis import Case
    from schemathesis.schemas import APIOperation

# Long, and of lines that other tests walk through as well.
pytestmark = pytest.mark.campaign
# PostgreSQL is the one that refuses what SQLite keeps; CI asks it alone.
STORES = [pytest.param("sqlite", marks=pytest.mark.full_size), "postgresql"]

# The first is let in.
KEYS = ("reader", "app")
RATERS = ("app", "reader")
KEYS_OF = {"/v1/volumes": ("queue", "reader"), "/v1/ratings": RATERS, "/v1/ratings/batch": RATERS}

# Half of the cases name what exists and come with a key that is let in, or hardly any would get further than
# the first unknown code.
EXISTING: dict[str, Any] = {
    "office": "dukcapil",
    "service": "ktp-el",
    "employee": "E001",
    "instrument": "ikl-1",
    "channel": "mobile",
    "weights": "exact",
    "bands": "2017",
    "date": "2026-11-02",
    "from": "2026-11-01",
    "to": "2026-11-30",
    "scores": {"speed": 4, "transparency": 3, "friendliness": None},
}


def at_home(case: Case[Any], ids: Iterator[str]) -> None:
    """Replace the codes in a case by codes that the agency has."""
    lists = [case.body.get(name) for name in ("ratings", "volumes")] if isinstance(case.body, dict) else []
    sheets = [case.body, *(item for items in lists if isinstance(items, list) for item in items)]
    for named in (case.query, case.path_parameters, *sheets):
        if isinstance(named, dict):
            named.update({name: EXISTING[name] for name in named.keys() & EXISTING.keys()})
    for sheet in sheets:
        if isinstance(sheet, dict) and "scores" in sheet:
            sheet.pop("ticket", None)
            sheet.pop("agency", None)
            sheet.update({"id": next(ids)} | {name: EXISTING[name] for name in ("office", "service", "channel")})


def operations(document: dict[str, Any]) -> list[APIOperation[Any, Any, Any, Any]]:
    """Every operation of the document."""
    import schemathesis
    from schemathesis.checks import load_all_checks
    from schemathesis.core.result import Ok

    load_all_checks()
    # The judge knows no workbooks: it sends bytes, which is what the document calls them.
    schemathesis.serializer.alias(MIME_TYPE, "application/octet-stream")
    found = list(schemathesis.openapi.from_dict(document).get_all_operations())
    assert all(isinstance(each, Ok) for each in found), found
    return [each.ok() for each in found if isinstance(each, Ok)]


@dataclass
class Judge:
    """Tries one operation after the other and notes what is answered."""

    address: str
    keys: dict[str, str]
    ids: Iterator[str]
    answered: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def fill(self) -> None:
        """Enough ratings of one person that there is something to show."""
        named = ("office", "service", "employee", "instrument", "channel", "scores")
        ratings = [{name: EXISTING[name] for name in named} | {"id": next(self.ids)} for _ in range(12)]
        headers = {"Authorization": f"Bearer {self.keys['app']}"}
        response = httpx.post(f"{self.address}/v1/ratings/batch", json={"ratings": ratings}, headers=headers)
        assert {result["status"] for result in response.json()["results"]} == {201}

    def contradict(self, operation: APIOperation[Any, Any, Any, Any]) -> None:
        """Good and bad requests, all of which must end as the document says."""
        from schemathesis import GenerationMode
        from schemathesis.checks import not_a_server_error
        from schemathesis.specs.openapi import checks

        wanted = [
            not_a_server_error,
            checks.status_code_conformance,
            checks.content_type_conformance,
            checks.response_schema_conformance,
            checks.response_headers_conformance,
        ]

        @settings(
            max_examples=25,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(
            case=st.one_of(*(operation.as_strategy(mode) for mode in GenerationMode)),
            key=st.sampled_from(KEYS_OF.get(operation.path, KEYS)),
            known=st.booleans(),
        )
        def attempt(case: Case[Any], key: str, known: bool) -> None:
            if known:
                at_home(case, self.ids)
            allowed = KEYS_OF.get(operation.path, KEYS)[0]
            headers = {"Authorization": f"Bearer {self.keys[allowed if known else key]}"}
            response = case.call_and_validate(base_url=self.address, headers=headers, checks=wanted)
            self.answered[operation.path][response.status_code] += 1

        attempt()


@pytest.mark.parametrize("store", STORES)
def test_no_request_makes_the_service_contradict_its_own_document(furnished: tuple[str, dict[str, str]]) -> None:
    url, keys = furnished
    with serving(url) as address:
        judge = Judge(address, keys, (uuid7(NOW, number) for number in count(1)))
        judge.fill()
        database = Database(url)
        release_agency(database, "kota", ReleaseOrder(LONG_AFTER, "test", timedelta(0), LATE))
        database.dispose()
        for operation in operations(httpx.get(f"{address}/openapi.json").json()):
            judge.contradict(operation)
    # A judge that was never let in has judged nothing.
    assert judge.answered["/v1/ratings"][201] > 0
    assert judge.answered["/v1/ratings/batch"][200] > 0
    assert judge.answered["/v1/indices"][200] > 0
    assert judge.answered["/v1/volumes"][200] > 0
    assert {401, 403, 404, 422} <= {status for each in judge.answered.values() for status in each}
