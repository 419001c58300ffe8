"""Weighted drawing without weights: an urn holds each name as many times as its share."""

from collections.abc import Mapping
from typing import TypeVar

Name = TypeVar("Name")


def urn(shares: Mapping[Name, int]) -> tuple[Name, ...]:
    """Every name, repeated by its share."""
    return tuple(name for name, share in shares.items() for _ in range(share))
