"""Whose time stamps count, as the settings say."""

from pathlib import Path
from typing import Protocol

from app.foundation.startup_errors import StartupError
from app.transparency.rules.stamps import Trusted, trusted


class StampValues(Protocol):
    """The settings that concern time stamps."""

    @property
    def timestamp_url(self) -> str | None: ...
    @property
    def timestamp_roots(self) -> Path | None: ...
    @property
    def timestamp_policy(self) -> str | None: ...


def trusted_stamps(values: StampValues) -> Trusted | None:
    """Whose stamps are taken; None where nobody is named. Raises StartupError where the file names nobody."""
    file = values.timestamp_roots
    if file is None:
        return None
    try:
        return trusted(file.read_bytes(), values.timestamp_policy)
    except OSError as error:
        raise StartupError(f"CERMIN_TIMESTAMP_ROOTS: {file} cannot be read: {error.strerror}.") from None
    except ValueError as fault:
        raise StartupError(f"CERMIN_TIMESTAMP_ROOTS: {file}: {fault}.") from None
