"""A service whose agency has ratings that periods can be closed over."""

from tests.closing.fixtures import key_file, office

__all__ = ["key_file", "office"]
