"""How mail is sent, as typed values."""

from typing import Literal, Protocol
from urllib.parse import urlsplit

from pydantic import SecretStr

from app.foundation.startup_errors import StartupError
from app.notifications.mail_posting import MailTerms


class MailValues(Protocol):
    """The settings that concern mail."""

    @property
    def public_url(self) -> str | None: ...
    @property
    def smtp_host(self) -> str | None: ...
    @property
    def smtp_port(self) -> int: ...
    @property
    def smtp_security(self) -> Literal["starttls", "tls", "none"]: ...
    @property
    def smtp_username(self) -> str | None: ...
    @property
    def smtp_password(self) -> SecretStr | None: ...
    @property
    def smtp_from(self) -> str | None: ...


def mail_terms(values: MailValues) -> MailTerms | None:
    """The server for mail; None where none is set. Raises StartupError for settings that do not fit together."""
    if values.smtp_host is None:
        return None
    if values.public_url is None or values.smtp_from is None:
        raise StartupError("For mail set CERMIN_PUBLIC_URL, where its links lead, and CERMIN_SMTP_FROM beside it.")
    if (values.smtp_username is None) != (values.smtp_password is None):
        raise StartupError("Set CERMIN_SMTP_USERNAME and CERMIN_SMTP_PASSWORD both, or neither.")
    if values.smtp_password is not None and values.smtp_security == "none":
        raise StartupError("With CERMIN_SMTP_SECURITY=none everybody on the way would read CERMIN_SMTP_PASSWORD.")
    return MailTerms(
        host=values.smtp_host,
        port=values.smtp_port,
        security=values.smtp_security,
        username=values.smtp_username,
        password=None if values.smtp_password is None else values.smtp_password.get_secret_value(),
        sender=values.smtp_from,
        name=urlsplit(values.public_url).hostname or "localhost",
    )
