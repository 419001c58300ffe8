"""`cermin simulate queue`: a queue system and its citizens, at a set rate, against a running service."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import urlsplit

import httpx
import typer

from app.cli.context import err, fail, out
from app.foundation.ids import new_id

simulate = typer.Typer(help="Made-up traffic against a running service.", no_args_is_help=True)

KEY = "CERMIN_QUEUE_KEY"
SCORES = {"speed": 4, "transparency": 3, "friendliness": 4}
# Visits under way at once, and how often a rating that got no answer is sent again.
AT_ONCE, TRIES = 8, 20
# Every tenth citizen tries the slip a second time, which must be refused. More would use up the budget for guesses.
TWICE = 10


@dataclass(frozen=True)
class QueueVisit:
    """What the queue system sends about every visit."""

    office: str
    service: str
    counter: str | None
    employee: str | None
    steps: tuple[int, int] | None = None


@simulate.callback()
def family() -> None:
    """Made-up traffic against a running service."""


@simulate.command("queue")
def queue(
    office: Annotated[str, typer.Option(metavar="CODE", help="Where the citizens come.")],
    service: Annotated[str, typer.Option(metavar="CODE", help="What they come for.")],
    rate: Annotated[float, typer.Option(min=0.1, max=6_000, help="Visits a minute.")] = 30.0,
    minutes: Annotated[float, typer.Option(min=0.01, max=1_440, help="How long.")] = 1.0,
    employee: Annotated[str | None, typer.Option(metavar="CODE", help="Who serves; else who is on duty.")] = None,
    counter: Annotated[str | None, typer.Option(metavar="CODE", help="At which counter.")] = None,
    steps: Annotated[
        str | None, typer.Option(metavar="DONE/DUE", help="Steps of procedure done of those due, such as 5/6.")
    ] = None,
    url: Annotated[str, typer.Option(help="Address of the service.")] = "http://127.0.0.1:8000",
    yes: Annotated[bool, typer.Option("--yes", help="Also write ratings to another machine than this one.")] = False,
) -> None:
    """Issue, arm and spend tickets, then compare what was answered with what was counted; exit 1 if they differ.

    The key comes from CERMIN_QUEUE_KEY. Nobody else may use the office's tickets meanwhile.
    """
    if not yes and not _is_this_machine(url):
        raise fail(f"{url} is not this machine, and this writes ratings. If that is meant, add --yes.")
    key = os.environ.get(KEY)
    if not key:
        raise fail(f"Set {KEY} to a key of the kind queue.")
    visit = QueueVisit(office, service, counter, employee, None if steps is None else _steps(steps))
    with httpx.Client(base_url=url, timeout=10) as client:
        before = _counted(client, key, office)
        outcomes = _run(client, key, visit, max(1, round(rate * minutes)), 60 / rate)
        after = _counted(client, key, office)
    _conclude(outcomes, {name: after[name] - before[name] for name in after})


def _steps(text: str) -> tuple[int, int]:
    """5/6 as five of six."""
    done, _, due = text.partition("/")
    if not (done.isdecimal() and due.isdecimal() and int(done) <= int(due)):
        raise fail("Steps are written done/due, such as 5/6.")
    return int(done), int(due)


def _run(client: httpx.Client, key: str, visit: QueueVisit, visits: int, pause: float) -> Counter[str]:
    """Run the visits, one every `pause` seconds, and count what became of everything that was sent."""
    outcomes: Counter[str] = Counter()
    start = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as citizens:
        under_way = []
        for number in range(visits):
            # Measured from the start, so that slow answers do not lower the rate.
            time.sleep(max(0.0, start + number * pause - time.monotonic()))
            under_way.append(citizens.submit(_visited, client, key, visit, number))
        for each in under_way:
            outcomes.update(each.result())
    return outcomes


def _visited(client: httpx.Client, key: str, visit: QueueVisit, number: int) -> list[str]:
    return list(_visit(client, key, visit, number))


def _visit(client: httpx.Client, key: str, visit: QueueVisit, number: int) -> Iterator[str]:
    """One visit from arrival to rating; it ends where something is not answered as it should be."""
    arrival = {"office": visit.office, "service": visit.service}
    # Issuing is not idempotent: sent again after a lost answer, it would count a second ticket.
    issued = _sent(client, "/v1/tickets", arrival, key, tries=1)
    if issued is None or issued.status_code != 201:
        yield f"not issued: {_code(issued)}"
        return
    yield "issued"
    ticket = issued.json()["tickets"][0]["code"]
    members = {"ticket": ticket, "employee": visit.employee, "counter": visit.counter}
    arming: dict[str, Any] = {name: value for name, value in members.items() if value is not None}
    if visit.steps is not None:
        arming |= dict(zip(("steps_done", "steps_due"), visit.steps, strict=True))
    armed = _sent(client, "/v1/tickets/arm", {"tickets": [arming]}, key)
    if armed is None or armed.status_code != 200 or armed.json()["results"] != ["armed"]:
        yield f"not armed: {_code(armed)}"
        return
    yield "armed"
    yield from _rated(client, ticket, may=True)
    if number % TWICE == 0:
        yield from _rated(client, ticket, may=False)


def _rated(client: httpx.Client, ticket: str, *, may: bool) -> Iterator[str]:
    yield "attempted"
    rated = _sent(client, "/v1/ratings", {"ticket": ticket, "id": str(new_id()), "scores": SCORES}, None)
    status = None if rated is None else rated.status_code
    outcome = "stored" if status in (200, 201) else "refused" if status == 410 else f"not answered: {_code(rated)}"
    yield outcome
    if outcome != ("stored" if may else "refused"):
        yield "otherwise than it should be"


def _sent(
    client: httpx.Client, path: str, body: dict[str, Any], key: str | None, tries: int = TRIES
) -> httpx.Response | None:
    """The answer; the same is sent again until there is one that promises something."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    answer = None
    for attempt in range(tries):
        try:
            answer = client.post(path, json=body, headers=headers)
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code < 500:
            break
        time.sleep(min(2.0, 0.1 * 2**attempt))
    return answer


def _counted(client: httpx.Client, key: str, office: str) -> dict[str, int]:
    """Tickets issued, armed and spent of the office so far."""
    headers = {"Authorization": f"Bearer {key}"}
    try:
        answer = client.get("/v1/tickets/counts", params={"office": office}, headers=headers)
    except (httpx.TransportError, httpx.InvalidURL):
        raise fail("The service does not answer; is it running at this address?") from None
    if answer.status_code != 200:
        raise fail(f"The service refuses: {_code(answer)}.")
    rows = [row for row in answer.json()["items"] if row["office"] == office]
    return {name: sum(row[name] for row in rows) for name in ("issued", "armed", "spent")}


def _conclude(outcomes: Counter[str], counted: dict[str, int]) -> None:
    totals = {name: outcomes[name] for name in ("issued", "armed", "attempted", "stored", "refused")}
    out.print(", ".join(f"{name} {n}" for name, n in totals.items()), highlight=False)
    out.print("counted by the service: " + ", ".join(f"{name} {n}" for name, n in counted.items()), highlight=False)
    wrong = [f"{what}: {n}" for what, n in sorted(outcomes.items()) if what not in totals]
    expected = {"issued": totals["issued"], "armed": totals["armed"], "spent": totals["stored"]}
    # Of what was rated the service tells tens.
    near = {"spent": 9}
    wrong += [
        f"{name}: {n} sent, {counted[name]} counted"
        for name, n in expected.items()
        if abs(counted[name] - n) > near.get(name, 0)
    ]
    if totals["attempted"] != totals["stored"] + totals["refused"]:
        wrong.append("attempted is not stored and refused")
    for line in wrong:
        err.print(line, markup=False, highlight=False)
    if wrong:
        raise typer.Exit(1)


def _code(answer: httpx.Response | None) -> str:
    """Why it was refused, by the problem's code or the status."""
    if answer is None:
        return "no answer"
    try:
        problem = answer.json()
        return ", ".join(error["code"] for error in problem.get("errors", ())) or str(problem["code"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"status {answer.status_code}"


def _is_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
