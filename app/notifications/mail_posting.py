"""Sends letters by SMTP (RFC 5321) to the server that the operator has named."""

import asyncio
import ssl
from email.message import EmailMessage
from socket import AF_INET, AF_INET6, SOCK_STREAM, socket
from typing import Literal, NamedTuple

from app.foundation.outgoing.looking_up import LookUp, system_look_up

# In all, from the connection to the server's word about one letter.
SECONDS = 15.0
DELIVERED = "delivered"


class MailTerms(NamedTuple):
    """The server and how it is spoken to; `sender` is the address from which mail comes, `name` whom it greets."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    username: str | None
    password: str | None
    sender: str
    name: str


class MailPost:
    """Sends one letter after the other, each over a connection of its own: they are few, and servers hang up."""

    def __init__(
        self, terms: MailTerms, look_up: LookUp = system_look_up, *, trusted: ssl.SSLContext | None = None
    ) -> None:
        self.terms = terms
        self._look_up = look_up
        self._trusted = trusted

    async def send(self, letter: EmailMessage) -> str:
        """Send a letter; what became of it as a code: `delivered`, `refused-550`, `smtp-535`, `timeout` …"""
        # Here and below, because most installations send no mail.
        from aiosmtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

        try:
            async with asyncio.timeout(SECONDS):
                return await self._sent(letter)
        except TimeoutError:
            return "timeout"
        except SMTPRecipientsRefused as refused:
            return f"refused-{refused.recipients[0].code}"
        except SMTPResponseException as refused:
            return f"smtp-{refused.code}"
        except (SMTPException, OSError, ValueError):
            # Their texts hold the address.
            return "no-connection"

    async def _sent(self, letter: EmailMessage) -> str:
        from aiosmtplib import SMTP

        terms = self.terms
        if self._trusted is None and terms.security != "none":
            self._trusted = ssl.create_default_context()
        connected = await self._connected()
        client = SMTP(
            # The certificate is that of the name.
            hostname=terms.host,
            sock=connected,
            timeout=SECONDS,
            # Otherwise the name of this machine, which is nobody's business and may take a while to find out.
            local_hostname=terms.name,
            use_tls=terms.security == "tls",
            # Asked for or not at all: with "if the server offers it", whoever sits between takes the offer away.
            start_tls=terms.security == "starttls",
            tls_context=self._trusted if terms.security != "none" else None,
            username=terms.username,
            password=terms.password,
        )
        try:
            async with client:
                await client.send_message(letter)
        finally:
            # A connection that broke off while it was made is otherwise left open; its socket ends in the loop's next
            # turns, and there may be no loop any more.
            client.close()
            await asyncio.sleep(0.01)
            connected.close()
        return DELIVERED

    async def _connected(self) -> socket:
        """A connection to the first of the server's addresses that takes one. Raises OSError."""
        # Looked up here: aiosmtplib asks in a thread for which the end of the service would wait.
        refused = OSError("the name has no address")
        for address in await self._look_up(self.terms.host, self.terms.port):
            tried = socket(AF_INET6 if ":" in address else AF_INET, SOCK_STREAM)
            tried.setblocking(False)
            try:
                await asyncio.get_running_loop().sock_connect(tried, (address, self.terms.port))
            except OSError as error:
                tried.close()
                refused = error
            except BaseException:
                tried.close()
                raise
            else:
                return tried
        raise refused


def is_for_good(outcome: str) -> bool:
    """Whether the server refuses this recipient, and will again (a reply 5yz); what it says of us may be mended."""
    return outcome.startswith("refused-5")


def is_away(outcome: str) -> bool:
    """Whether the server itself cannot be used now, for whomever."""
    return not outcome.startswith(("refused-", DELIVERED))
