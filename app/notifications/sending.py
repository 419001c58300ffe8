"""Sends what is to be told: one of the processes at a time, every few seconds, each message until it is taken."""

import asyncio
import threading
from contextlib import suppress
from datetime import timedelta

from app.foundation.clock import Clock
from app.foundation.ids import new_id
from app.foundation.storage.database import Database
from app.foundation.storage.leases import Lease
from app.notifications import delivery_store, mail_store
from app.notifications.mail_sending import MailSending
from app.notifications.spreading import spread
from app.notifications.webhook_sending import WebhookSending
from app.outbox import store as outbox_store

NAME = "notifications"
# Renewed before every message, which takes some seconds at most; when a process dies, another one goes on after this.
LEASE = timedelta(minutes=1)


class Sender:
    """The sending of one process. Whatever it has not noted as taken is sent again, with the same id."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        webhooks: WebhookSending,
        mail: MailSending,
        *,
        lease: timedelta = LEASE,
    ) -> None:
        self._database = database
        self._clock = clock
        self._webhooks = webhooks
        self._mail = mail
        self._lease = Lease(database, NAME, new_id().hex, lease)
        self._stopped = threading.Event()
        self._running: tuple[asyncio.AbstractEventLoop, asyncio.Task[int]] | None = None

    def run_if_due(self) -> int:
        """Spread and send what there is; how many messages were tried. Called every few seconds."""
        # Looked at first: a lease is a write, which a service with nothing to tell should not pay for.
        if not self._is_anything() or not self._hold_lease():
            return 0
        try:
            spread(self._database, self._clock(), mail=self._mail.is_on)
            return asyncio.run(self._send())
        except asyncio.CancelledError:
            return 0
        finally:
            self._lease.drop(self._clock())

    def stop(self) -> None:
        """Break off: what was on its way is sent again by the next process."""
        self._stopped.set()
        if (running := self._running) is not None:
            loop, task = running
            # Its loop may have ended in this moment.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(task.cancel)

    async def _send(self) -> int:
        task = asyncio.ensure_future(self._send_both())
        self._running = (asyncio.get_running_loop(), task)
        try:
            # Told to stop just before there was anything to cancel.
            return 0 if self._stopped.is_set() else await task
        finally:
            self._running = None
            task.cancel()

    async def _send_both(self) -> int:
        tried = await asyncio.gather(self._webhooks.send_due(self._keep_lease), self._mail.send_due(self._keep_lease))
        return sum(tried)

    def _is_anything(self) -> bool:
        with self._database.reading() as session:
            if outbox_store.agencies_with_unspread(session):
                return True
            now = self._clock()
            if self._mail.is_on and mail_store.mailboxes_to_ask(session, now, 1):
                return True
            return delivery_store.is_anything_due(
                session, now, ("webhook", "mail") if self._mail.is_on else ("webhook",)
            )

    def _hold_lease(self) -> bool:
        return not self._stopped.is_set() and self._lease.take(self._clock())

    def _keep_lease(self) -> bool:
        # Others may have sent what is in hand here, while this process stood still.
        return not self._stopped.is_set() and self._lease.keep(self._clock())
