"""Kiosks and apps as they should be: what is not acknowledged is sent again, with the same id."""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from random import Random
from uuid import UUID

import httpx

from tests.faults.accounts import Account, Told
from tests.faults.ledger import Ledger
from tests.faults.service import NO_TLS, Service
from tests.faults.sheets import Sheet, fill_in

# One agency's device and app, and another's: groups that mix agencies are written one by one.
KEYS = ("device", "app", "desa device", "desa app")
LONGEST_BATCH = 60
PATIENCE, IMPATIENCE = 5.0, 0.02
# An answer that names other ids than were asked about.
MISADDRESSED = 0
ONE, BATCH = "/v1/ratings", "/v1/ratings/batch"


class Line:
    """What all clients of a service send through, with the books of each of its lives."""

    def __init__(self, http: httpx.AsyncClient, service: Service) -> None:
        self.http = http
        self._service = service
        self._accounts: defaultdict[int, Account] = defaultdict(Account)

    @property
    def account(self) -> Account:
        """The books of the process that runs now."""
        return self._accounts[self._service.life]

    async def told(self) -> Told:
        """What that process says of itself."""
        return Told.read((await self.http.get("/metrics")).text)

    async def send(self, sheets: Sequence[Sheet], key: str, patience: float, *, single: bool) -> list[int]:
        """One status per sheet; raises when no whole answer came."""
        route = ONE if single else BATCH
        body = sheets[0].body() if single else {"ratings": [sheet.body() for sheet in sheets]}
        account, began = self.account, time.perf_counter()
        try:
            response = await self.http.post(
                route, json=body, headers={"Authorization": f"Bearer {key}"}, timeout=patience
            )
        except httpx.ConnectError:
            raise
        except httpx.TransportError:
            self._unheard(account, route, len(sheets))
            raise
        statuses = _statuses(response, sheets, single=single)
        if account is self.account:
            account.answered(route, response.status_code, statuses, time.perf_counter() - began)
        else:
            # One life has ended meanwhile; nobody knows which of them answered.
            self._unheard(account, route, len(sheets))
        return statuses

    def _unheard(self, account: Account, route: str, ratings: int) -> None:
        account.broke(route, ratings)
        if account is not self.account:
            self.account.broke(route, ratings)


def _statuses(response: httpx.Response, sheets: Sequence[Sheet], *, single: bool) -> list[int]:
    status = response.status_code
    if single:
        return [status if status >= 300 or _names(response.json(), sheets[0].id) else MISADDRESSED]
    if status != 200:
        return [status] * len(sheets)
    pairs = zip(response.json()["results"], sheets, strict=True)
    return [item["status"] if _names(item, sheet.id) else MISADDRESSED for item, sheet in pairs]


def _names(answer: Mapping[str, object], rating_id: UUID) -> bool:
    return answer["id"] == str(rating_id)


class Client:
    """Sends sheets with one key.

    `gives_up` is how likely it never asks again after a broken request; `hangs_up` how likely it
    does not wait for an answer.
    """

    def __init__(
        self,
        line: Line,
        name: str,
        key: str,
        ledger: Ledger,
        dice: Random,
        *,
        gives_up: float = 0.0,
        hangs_up: float = 0.0,
        patience: float = PATIENCE,
    ) -> None:
        self.name = name
        self._line = line
        self._key = key
        self._ledger = ledger
        self._gives_up = gives_up
        self._hangs_up = hangs_up
        self._patience = patience
        self._dice = dice
        self._acknowledged: deque[Sheet] = deque(maxlen=200)

    async def rate_until(self, finish: asyncio.Event, others: Sequence["Client"]) -> None:
        """Rate one after the other, in every way that the contract allows."""
        rivals = [other for other in others if other.name == self.name]
        while not finish.is_set():
            [way] = self._dice.choices(("once", "twice", "raced", "batch"), (5, 1, 1, 2))
            if way == "batch":
                await self.deliver(self._batch())
                continue
            sheet = self.fill_in()
            await asyncio.gather(*(rival.deliver([sheet]) for rival in self._racing(way, rivals)))
            if way == "twice":
                await self.deliver([sheet])

    def fill_in(self) -> Sheet:
        """A fresh sheet of this client."""
        agency = "desa" if self.name.startswith("desa") else "kota"
        return fill_in(agency, is_device=self.name.endswith("device"), dice=self._dice)

    def _racing(self, way: str, rivals: Sequence["Client"]) -> Sequence["Client"]:
        return (self, self._dice.choice(rivals)) if way == "raced" else (self,)

    def _batch(self) -> list[Sheet]:
        """New sheets, one of them twice, and some that were acknowledged long ago."""
        new = [self.fill_in() for _ in range(self._dice.randint(2, LONGEST_BATCH))]
        old = self._dice.sample(self._acknowledged, min(2, len(self._acknowledged)))
        batch = [*new, self._dice.choice(new), *old]
        self._dice.shuffle(batch)
        return batch

    async def deliver(self, sheets: Sequence[Sheet]) -> None:
        """Send until every sheet is acknowledged, or until the client has had enough."""
        self._ledger.sending(sheets)
        pending = list(sheets)
        while pending:
            try:
                statuses = await self.send(pending)
            except httpx.ConnectError:
                await self._pause()
                continue
            except httpx.TransportError:
                self._ledger.broke(pending)
                if self._dice.random() < self._gives_up:
                    return
                await self._pause()
                continue
            pending = self._settle(pending, statuses)
            if pending:
                # Sooner than `Retry-After` asks for, but not so soon as to storm a recovering database.
                await asyncio.sleep(self._dice.uniform(0.2, 0.5))

    def _settle(self, sheets: Sequence[Sheet], statuses: Sequence[int]) -> list[Sheet]:
        """Note what was answered; returns what must be sent again."""
        pending = []
        for sheet, status in zip(sheets, statuses, strict=True):
            if not self._ledger.answered(sheet, status):
                pending.append(sheet)
            elif status != MISADDRESSED:
                self._acknowledged.append(sheet)
        return pending

    async def _pause(self) -> None:
        await asyncio.sleep(self._dice.uniform(0.03, 0.08))

    async def send(self, sheets: Sequence[Sheet]) -> list[int]:
        """One status per sheet; raises when no whole answer came."""
        # Some hang up while the service is still writing: it must neither stumble nor count twice.
        patience = IMPATIENCE if self._dice.random() < self._hangs_up else self._patience
        return await self._line.send(sheets, self._key, patience, single=len(sheets) == 1)


@asynccontextmanager
async def connected(service: Service, url: str | None = None) -> AsyncIterator[Line]:
    """Connections to a service (by another way to it), as many as there are requests at a time."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=url or service.url, trust_env=False, verify=NO_TLS, limits=limits) as http:
        yield Line(http, service)


def crowd(
    line: Line, keys: Mapping[str, str], ledger: Ledger, size: int, dice: Random, *, whims: bool = True
) -> list[Client]:
    """As many clients, the kinds of keys dealt out evenly, with the whims of real ones."""
    names = [KEYS[index % len(KEYS)] for index in range(size)]
    own = {"gives_up": 0.2, "hangs_up": 0.03} if whims else {}
    return [Client(line, name, keys[name], ledger, Random(dice.getrandbits(64)), **own) for name in names]


def steady(line: Line, keys: Mapping[str, str], ledger: Ledger, dice: Random) -> Client:
    """A client without whims."""
    return Client(line, "app", keys["app"], ledger, Random(dice.getrandbits(64)))
