"""A first program: sends one rating, safely, and reads the agency's figures. Python 3.11, nothing to install.

export BASE=http://127.0.0.1:8000 APP_KEY=crm_app_… READER_KEY=crm_reader_…
python first_rating.py disdukcapil ktp-el
"""

import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request
from typing import Any
from uuid import UUID

BASE = os.environ.get("BASE", "http://127.0.0.1:8000")
TRIES = 5


def uuid7() -> str:
    """An id that tells when the citizen rated; made once for a rating, and sent with it every time."""
    milliseconds, chance = time.time_ns() // 1_000_000, secrets.randbits(74)
    high, low = chance >> 62, chance & (2**62 - 1)
    return str(UUID(int=milliseconds << 80 | 7 << 76 | high << 64 | 2 << 62 | low))


def ask(method: str, path: str, key: str, body: object = None) -> tuple[int, Any, float]:
    """Status, JSON and the seconds to wait before another try; status 0 where there was no answer."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Accept-Language": "en"}
    request = urllib.request.Request(BASE + path, data, headers, method=method)  # noqa: S310 - BASE is the user's own
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.status, json.load(answer), 0
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.load(refusal), float(refusal.headers.get("Retry-After", 1))
    except OSError:
        return 0, None, 1


def send(rating: object, key: str) -> tuple[int, Any]:
    """Send until there is an answer that is final: the same id again never counts twice."""
    for _ in range(TRIES):
        status, answer, pause = ask("POST", "/v1/ratings", key, rating)
        if status not in (0, 408, 429) and status < 500:
            return status, answer
        time.sleep(pause)
    sys.exit("no answer; keep the rating and send it later")


def main() -> None:
    """Send a rating twice and read the newest figures."""
    office, service = sys.argv[1:]
    rating = {
        "id": uuid7(),
        "office": office,
        "service": service,
        "channel": "mobile",
        "scores": {"speed": 4, "transparency": 3, "friendliness": None},
    }
    for _ in range(2):
        status, answer = send(rating, os.environ["APP_KEY"])
        # 201: on disk. 200: it was there already. Everything else says what to change.
        print(status, answer.get("outcome") or answer["code"])
    status, answer, _ = ask("GET", "/v1/indices?by=office", os.environ["READER_KEY"])
    if status != 200:
        sys.exit(f"{status} {answer['code']}: {answer['detail']}")
    for row in answer["rows"]:
        print(row["group"]["office"], row["index"]["value"] if row["index"] else "not shown")


if __name__ == "__main__":
    main()
