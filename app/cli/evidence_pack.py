"""`cermin evidence-pack`: what the surveys of a final period prove, for the ministry's review (PEKPPP)."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from app.access.principals import KeyKind, Principal
from app.cli.context import fail, out, settings
from app.cli.reports import one_moment, writing
from app.foundation.clock import system_clock
from app.reports.evidence_pack import AskedPack
from app.reports.evidence_pack import evidence_pack as pack_of
from app.reports.formats.evidence_files import evidence_pieces


def evidence_pack(
    agency_id: Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")],
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="2026-09, 2026-Q3, 2026-S2 or 2026; final.")],
    folder: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write it; made if need be.")],
    instrument: Annotated[str | None, typer.Option(help="By which it was closed; left out, the only one.")] = None,
    language: Annotated[str | None, typer.Option(help="id or en (CERMIN_LANGUAGE).")] = None,
) -> None:
    """Write one ZIP for the review of services (PEKPPP).

    It holds the table of the rows that it proves, units, plans, publications, and every signed report.
    """
    if language not in (None, "id", "en"):
        raise fail("Packs are written in id or en.")
    # Whoever works on the machine itself may see what an administrator may.
    operator = Principal(agency_id, KeyKind.admin, UUID(int=0))
    with one_moment(agency_id) as session:
        packed = pack_of(session, operator, AskedPack(period, instrument), settings().public_url, system_clock())
    # Drawing takes a while; everything is read before, so the database is not held meanwhile.
    with writing():
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{packed.pack.name}.zip"
        with file.open("wb") as target:
            target.writelines(evidence_pieces(packed, language or settings().language))
    out.print(f"{file} written", markup=False, highlight=False)
