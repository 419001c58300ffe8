"""What keeps a command or the service from starting, in words for the operator."""


class StartupError(RuntimeError):
    """The service must not start like this; the message says what to do."""
