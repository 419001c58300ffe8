"""The error that keeps a command or the service from starting, with a sentence for the operator."""


class StartupError(RuntimeError):
    """The service must not start like this; the message says what the operator has to do."""
