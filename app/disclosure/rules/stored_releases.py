"""Releases as they are stored: plain JSON beside the period, read only when later reports are made. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.disclosure.rules.ledger import LedgerCell, LedgerPart, PublishedRelease


def release_out(release: PublishedRelease) -> dict[str, Any]:
    """The release as plain JSON; parts that none of its figures counts are left out."""
    places = {(office, cell.employee) for cell in release.cells for office in cell.offices}
    months = {month for cell in release.cells for month in cell.months}
    return {
        "counts": [
            [*part, n]
            for part, n in sorted(release.counts.items())
            if part.month in months and {(part.office, None), (part.office, part.employee)} & places
        ],
        "cells": [[sorted(cell.offices), cell.employee, sorted(cell.months)] for cell in release.cells],
    }


def releases_in(kept: Sequence[Mapping[str, Any]]) -> list[PublishedRelease]:
    """The releases from their stored JSON."""
    return [
        PublishedRelease(
            {LedgerPart(office, employee, month): n for office, employee, month, n in each["counts"]},
            [
                LedgerCell(frozenset(offices), employee, frozenset(months))
                for offices, employee, months in each["cells"]
            ],
        )
        for each in kept
    ]
