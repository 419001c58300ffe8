"""Sends what is due to webhooks: each receiver's messages one after the other, several receivers at a time."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

from app.foundation.clock import Clock
from app.foundation.outgoing.posting import OutgoingPost, is_taken
from app.foundation.storage.database import Database
from app.foundation.telemetry import Metrics
from app.notifications import delivery_store, webhook_store
from app.notifications.delivery_store import DELIVERED, FAILED, Message, Receiver
from app.notifications.rules.bodies import webhook_body
from app.notifications.rules.retries import next_delay
from app.notifications.rules.signatures import signature
from app.notifications.tables import Delivery, Webhook
from app.notifications.webhooks import ASKED, GONE, WebhookTerms, switch_row
from app.outbox.rules.kinds import EventKind

AT_A_TIME, RECEIVERS, MESSAGES = 8, 1_000, 50
# One pass begins no further message after this time, so that whoever is slow does not keep the next pass waiting.
PASS_SECONDS = 20.0
GONE_OUTCOME, SEALED_ELSEWHERE = "http-410", "sealed-elsewhere"


class WebhookSending:
    """Sends to the webhooks of all agencies."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        metrics: Metrics,
        post: OutgoingPost,
        terms: WebhookTerms,
        *,
        public_url: str | None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._metrics = metrics
        self._post = post
        self._terms = terms
        self._base = public_url or ""

    async def send_due(self, may_continue: Callable[[], bool]) -> int:
        """Send what is due, while `may_continue` says that this process still may; how many messages were tried."""
        with self._database.reading() as session:
            receivers = delivery_store.receivers_due(session, "webhook", self._clock(), RECEIVERS)
        slots, until = asyncio.Semaphore(AT_A_TIME), time.monotonic() + PASS_SECONDS

        async def one(receiver: Receiver) -> int:
            async with slots:
                return await self._send_to(receiver, lambda: time.monotonic() < until and may_continue())

        return sum(await asyncio.gather(*map(one, receivers)))

    async def _send_to(self, receiver: Receiver, may_continue: Callable[[], bool]) -> int:
        with self._database.reading() as session:
            webhook = webhook_store.find(session, receiver.agency_id, receiver.receiver_id)
            messages = delivery_store.due(session, receiver, self._clock(), MESSAGES)
        if webhook is None or webhook.off_at is not None:
            return self._drop(receiver, ASKED)
        secret, address = self._terms.opened(webhook, "secret"), self._terms.opened(webhook, "address")
        if secret is None or address is None:
            return self._drop(receiver, SEALED_ELSEWHERE)
        for sent, message in enumerate(messages):
            if not may_continue():
                return sent
            outcome = (await self._post.post(address, *self._message(message, secret))).outcome
            if not self._note(webhook, message, messages[sent:], outcome):
                return sent + 1
        return len(messages)

    def _drop(self, receiver: Receiver, outcome: str) -> int:
        with self._database.writing() as session:
            delivery_store.drop_waiting(session, receiver, outcome)
        return 0

    def _message(self, message: Message, secret: str) -> tuple[dict[str, str], bytes]:
        event = message.event
        body = webhook_body(
            EventKind(event.kind), event.happened_at, event.agency_id, event.office, event.about, self._base
        )
        message_id, timestamp = str(event.event_id), int(self._clock().timestamp())
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(secret, message_id, timestamp, body),
        }
        return headers, body

    def _note(self, webhook: Webhook, message: Message, rest: list[Message], outcome: str) -> bool:
        """Write down what became of a message; whether the receiver may be sent the next one."""
        now, taken = self._clock(), is_taken(outcome)
        self._metrics.notified("webhook", "delivered" if taken else "refused")
        with self._database.writing() as session:
            if taken:
                delivery_store.change(
                    session,
                    [message.delivery],
                    state=DELIVERED,
                    due_at=None,
                    attempts=message.delivery.attempts + 1,
                    last_at=now,
                    outcome=outcome,
                )
                return True
            # Whoever does not answer at all has not taken the others, either.
            failed = [message] if outcome.startswith("http-") else rest
            for each in failed:
                delivery_store.change(session, [each.delivery], **failure(each.delivery, outcome, now))
            if outcome == GONE_OUTCOME:
                row = webhook_store.lock(session, webhook.agency_id, webhook.webhook_id)
                if row is not None and row.off_at is None:
                    switch_row(session, row, GONE, now)
        return False


def failure(delivery: Delivery, outcome: str, now: datetime) -> dict[str, object]:
    """What a delivery becomes that was not taken: it waits longer, or is given up."""
    attempts = delivery.attempts + 1
    delay = next_delay(attempts)
    state = {"state": FAILED, "due_at": None} if delay is None else {"due_at": now + delay}
    return {**state, "attempts": attempts, "last_at": now, "outcome": outcome}
