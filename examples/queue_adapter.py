"""Stands beside a queue system: issues a ticket when a citizen arrives and arms it when the service is finished.

    export CERMIN_URL=https://cermin.example.go.id CERMIN_QUEUE_KEY=crm_queue_…
    queue-events | python queue_adapter.py --office disdukcapil --state var/queue.json

Reads one JSON object a line from standard input:

    {"event": "arrived", "number": "A-012", "service": "ktp-el"}
    {"event": "served", "number": "A-012", "employee": "E017", "counter": "loket-1"}
    {"event": "left", "number": "A-012"}

A service of which the steps of procedure are known adds them: `"steps_due": 6, "steps_done": 6`.

Slips go to standard output, what happened to standard error: never a code, an address or the key. What is waiting
lies in the state file, which nobody else may read, so that a restart or a week without network loses nothing.
Ends with 0 when every service told has been armed, else with 1. Needs Python 3.11 and httpx.
"""

import argparse
import json
import os
import queue
import random
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

# Issuing twice makes two tickets, so it is repeated only while the citizen stands there.
ISSUE_TRIES = 3
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
# Armed by nobody for so long, a ticket has expired.
KEPT_SECONDS = 8 * 86_400
# A service told later than this many seconds after it happened says when that was: the roster may have changed.
LATE_SECONDS = 60
LONGEST_TOLD_PAUSE = 3_600
END = object()


def main() -> int:
    """Run until standard input ends and everything is armed, or patience is over."""
    arguments = _arguments()
    address, key = (os.environ.get(name, "") for name in ("CERMIN_URL", "CERMIN_QUEUE_KEY"))
    if not address or not key:
        print("Set CERMIN_URL and CERMIN_QUEUE_KEY.", file=sys.stderr)
        return 2
    headers = {"Authorization": f"Bearer {key}", "Accept-Language": arguments.language}
    with httpx.Client(base_url=address, headers=headers, timeout=10) as client:
        return Adapter(client, arguments.office, State(arguments.state), arguments.pause).run(arguments.patience)


class State:
    """What is waiting, on disk after every change: codes by queue number, services to be armed, and refused ones."""

    def __init__(self, path: Path) -> None:
        self._path = path
        found = json.loads(path.read_text("utf-8")) if path.exists() else {}
        self.waiting: dict[str, dict[str, Any]] = found.get("waiting", {})
        # Whoever starts this again may have corrected what was wrong.
        self.served: list[dict[str, Any]] = found.get("parked", []) + found.get("served", [])
        self.parked: list[dict[str, Any]] = []

    def save(self) -> None:
        """All of it or nothing: a power cut leaves the file before or after, never half of one."""
        oldest = time.time() - KEPT_SECONDS
        self.waiting = {number: kept for number, kept in self.waiting.items() if kept["at"] > oldest}
        beside = self._path.with_suffix(".new")
        content = json.dumps({"waiting": self.waiting, "served": self.served, "parked": self.parked})
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)


class Adapter:
    """Takes events one after the other and arms, between them, what could not be armed at once."""

    def __init__(self, client: httpx.Client, office: str, state: State, pause: float = SHORTEST_PAUSE) -> None:
        self._client = client
        self._office = office
        self._state = state
        self._shortest = self._pause = pause
        self._next_try = time.monotonic()

    def run(self, patience: float) -> int:
        """Events until standard input ends, then up to `patience` seconds more for what is still to be armed."""
        lines: queue.Queue[Any] = queue.Queue()
        threading.Thread(target=_read, args=(lines,), daemon=True).start()
        ended: float | None = None
        while ended is None or (self._state.served and time.monotonic() < ended + patience):
            try:
                line = lines.get(timeout=self._idle(forever=ended is None))
            except queue.Empty:
                line = None
            if line is END:
                ended = time.monotonic()
            elif line is not None:
                self._take(line)
            self._arm_due()
        left = len(self._state.served) + len(self._state.parked)
        if left:
            _say(f"{left} services are not armed; the state file keeps them")
        return 1 if left else 0

    def _idle(self, *, forever: bool) -> float | None:
        """How long to wait for the next event: until the next try, if there is something to try."""
        if forever and not self._state.served:
            return None
        return max(0.01, self._next_try - time.monotonic())

    def _take(self, line: str) -> None:
        try:
            event = json.loads(line)
            number = str(event["number"])
            {"arrived": self._arrived, "served": self._served, "left": self._left}[event["event"]](number, event)
        except (ValueError, KeyError, TypeError) as error:
            _say(f"a line is no event: {type(error).__name__}")

    def _arrived(self, number: str, event: dict[str, Any]) -> None:
        # Numbers come again every day: whoever has it now must not arm the slip of somebody who left.
        if self._state.waiting.pop(number, None):
            self._state.save()
        ticket = self._issue(number, str(event["service"]))
        if ticket is not None:
            self._state.waiting[number] = {"ticket": ticket["code"], "at": time.time()}
            self._state.save()
            print(f"{number}\n{ticket['text']}\n", flush=True)

    def _issue(self, number: str, service: str) -> dict[str, Any] | None:
        """A fresh ticket; None where there is none in time: the citizen gets a slip without one."""
        for attempt in range(ISSUE_TRIES):
            answer = self._post("/v1/tickets", {"office": self._office, "service": service})
            ticket = _ticket(answer)
            if ticket is not None:
                return ticket
            if answer is not None and 400 <= answer.status_code < 500:
                break
            time.sleep(self._shortest * (attempt + 1) / 2)
        _say(f"{number}: no ticket ({_told(answer)})")
        return None

    def _served(self, number: str, event: dict[str, Any]) -> None:
        told: dict[str, Any] = {
            name: str(event[name]) for name in ("employee", "counter", "service") if event.get(name)
        }
        # Done of due, or neither: half of it would be refused.
        if event.get("steps_due") is not None and event.get("steps_done") is not None:
            told |= {"steps_due": int(event["steps_due"]), "steps_done": int(event["steps_done"])}
        kept = self._state.waiting.pop(number, None)
        if kept is None:
            _say(f"{number}: served, but no ticket is known")
            return
        self._state.served.append({"number": number, "at": time.time(), "wish": {"ticket": kept["ticket"], **told}})
        self._state.save()

    def _left(self, number: str, _: dict[str, Any]) -> None:
        """Nobody was served: the ticket is never armed, and expires."""
        if self._state.waiting.pop(number, None):
            self._state.save()

    def _arm_due(self) -> None:
        """Arm what waits, oldest first, until one has to wait longer."""
        while self._state.served and time.monotonic() >= self._next_try:
            service = self._state.served[0]
            answer = self._post("/v1/tickets/arm", {"tickets": [_wish(service)]})
            result = _result(answer)
            if result is None and not _is_refusal(answer):
                self._back_off(service["number"], answer)
                return
            self._pause = self._shortest
            self._state.served.pop(0)
            if result is None:
                _say(f"{service['number']}: refused ({_told(answer)}); a person must look")
                self._state.parked.append(service)
            else:
                _say(f"{service['number']}: {result}")
            self._state.save()

    def _back_off(self, number: str, answer: httpx.Response | None) -> None:
        """Twice as long each time, and never all counters at the same moment."""
        told = _retry_after(answer)
        pause = max(told, self._pause * random.uniform(0.5, 1.0))
        _say(f"{number}: not armed yet ({_told(answer)}), again in {pause:.1f} s")
        self._next_try = time.monotonic() + pause
        self._pause = min(LONGEST_PAUSE, self._pause * 2)

    def _post(self, path: str, body: dict[str, Any]) -> httpx.Response | None:
        """The answer; None where there was none."""
        try:
            return self._client.post(path, json=body)
        except httpx.TransportError:
            return None


def _wish(service: dict[str, Any]) -> dict[str, Any]:
    """What is sent of a service; one that could not be told at once says when it happened."""
    at = service.get("at")
    if at is None or time.time() - at < LATE_SECONDS:
        return dict(service["wish"])
    return {**service["wish"], "served_at": datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")}


def _ticket(answer: httpx.Response | None) -> dict[str, Any] | None:
    """The ticket issued; None for everything else, also for what a portal on the way answers in Cermin's place."""
    try:
        ticket = answer.json()["tickets"][0] if answer is not None and answer.status_code == 201 else None
        return {"code": ticket["code"], "text": ticket["text"]} if ticket else None
    except (ValueError, KeyError, IndexError, TypeError):
        return None


def _result(answer: httpx.Response | None) -> str | None:
    """What became of the one service sent; None for what Cermin did not say."""
    try:
        result = answer.json()["results"][0] if answer is not None and answer.status_code == 200 else None
    except (ValueError, KeyError, IndexError, TypeError):
        return None
    return result if isinstance(result, str) else None


def _is_refusal(answer: httpx.Response | None) -> bool:
    """Whether Cermin itself says that the service cannot have happened. All else may pass: a key, an address, a way."""
    try:
        return answer is not None and answer.status_code == 422 and isinstance(answer.json()["code"], str)
    except (ValueError, KeyError, TypeError):
        return False


def _retry_after(answer: httpx.Response | None) -> float:
    """Seconds that the answer asks to wait; none where it names a date, or nothing."""
    told = answer.headers.get("retry-after", "") if answer is not None else ""
    return min(float(told), LONGEST_TOLD_PAUSE) if told.isascii() and told.isdigit() else 0.0


def _told(answer: httpx.Response | None) -> str:
    """Why, without anything of what was sent."""
    if answer is None:
        return "no answer"
    try:
        problem = answer.json()
        return ", ".join([error["code"] for error in problem.get("errors", ())]) or str(problem["code"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return str(answer.status_code)


def _say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def _read(lines: "queue.Queue[Any]") -> None:
    for line in sys.stdin:
        if line.strip():
            lines.put(line)
    lines.put(END)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Issue and arm tickets for a queue system.")
    parser.add_argument("--office", required=True, help="code of the office")
    parser.add_argument("--state", required=True, type=Path, help="file that keeps what is waiting")
    parser.add_argument("--language", choices=("id", "en"), default="id", help="of the slips")
    parser.add_argument("--patience", type=float, default=30.0, help="seconds to go on arming after the last event")
    parser.add_argument("--pause", type=float, default=SHORTEST_PAUSE, help="seconds before the first repetition")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
