"""A condition for look-ups that must find a row before they know its agency."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, column, select, table

AGENCY = table("agency", column("agency_id"))


def of_agencies(agency_id: Any, agencies: Collection[str] | None) -> ColumnElement[bool]:
    """Rows of these agencies; None: of any.

    Every agency is named then, too: each key begins with the agency, and a database finds a row by the second column of
    a key only if it is given the first.
    """
    return agency_id.in_(select(AGENCY.c.agency_id) if agencies is None else sorted(agencies))  # type: ignore[no-any-return]  # a column typed as Any
