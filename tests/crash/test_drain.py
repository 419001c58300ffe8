"""SIGTERM with requests in flight: what was taken is answered, what was answered is stored."""

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from uuid import UUID

import httpx
import pytest

from app.ratings.keys import KeyMaker
from tests.crash.inventory import take_inventory
from tests.crash.service import Nursery, Service
from tests.crash.sheets import Sheet, fill_in
from tests.house import SECRET

pytestmark = pytest.mark.crash

CLIENTS = 32
LONGEST_END = 10.0
LONGEST_START = 30.0


@dataclass
class Endings:
    """How each request ended; none is sent a second time."""

    stored: set[UUID] = field(default_factory=set)
    busy: int = 0
    refused: int = 0
    # Closed without an answer. HTTP cannot prevent it: a request may cross the closing of its connection.
    unanswered: dict[UUID, Sheet] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    partial: int = 0
    sent: dict[UUID, Sheet] = field(default_factory=dict)


async def send_once(http: httpx.AsyncClient, key: str, sheet: Sheet, endings: Endings) -> bool:
    """One request; whether the service may be asked again."""
    endings.sent[sheet.id] = sheet
    try:
        response = await http.post(
            "/v1/ratings", json=sheet.body(), headers={"Authorization": f"Bearer {key}"}, timeout=LONGEST_END
        )
    except httpx.ConnectError:
        endings.refused += 1
        return False
    except httpx.TransportError as error:
        endings.unanswered[sheet.id] = sheet
        endings.others.append(f"{type(error).__name__}: {error}")
        return False
    if response.status_code == 201:
        endings.stored.add(sheet.id)
    return True


async def rate_until_refused(url: str, key: str, endings: Endings) -> None:
    dice = Random()
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        while await send_once(http, key, fill_in("kota", is_device=False, dice=dice), endings):
            pass

async def go(service, keys):
    endings = Endings()
    async with httpx.AsyncClient(base_url=service.url, trust_env=False) as http:
        t=time.monotonic()
        while True:
            try:
                await http.get("/healthz"); break
            except httpx.ConnectError:
                assert time.monotonic()-t<LONGEST_START
                await asyncio.sleep(.02)
    tasks = asyncio.gather(*(rate_until_refused(service.url, keys["app"], endings) for _ in range(CLIENTS)))
    await asyncio.sleep(Random().uniform(0.3, 1.0))
    service.terminate()
    t=time.monotonic()
    code = await asyncio.to_thread(service.ended, LONGEST_END)
    await tasks
    return endings, code, time.monotonic()-t

def test_x(furnished, nursery, log, store):
    url, keys = furnished
    for _ in range(4):
        with Service.running(nursery, url, log) as service:
            endings, code, s = asyncio.run(go(service, keys))
        inv = take_inventory(url)
        km=KeyMaker.of(SECRET.encode())
        rows={r.key for r in inv.rows}
        print(code, round(s,2), len(endings.sent), len(endings.stored), endings.refused, len(endings.unanswered), set(endings.others),
           "unanswered but stored", sum(km.key("kota",i) in rows for i in endings.unanswered), "lost", sum(km.key("kota",i) not in rows for i in endings.stored))
