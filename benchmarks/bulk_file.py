"""`python -m benchmarks.bulk_file URL ROWS`: writes the appraisal workbook with so many rows; prints the peak MiB.

The rows are those of the period, again and again: the period has fewer employees than the file is to have rows.
"""

import os
import sys
from itertools import cycle, islice
from tempfile import TemporaryFile

from app.access.principals import KeyKind, Principal
from app.foundation.ids import new_id
from app.foundation.storage.database import Database
from app.reports.appraisals import AppraisedPeriod, appraisals_for, rows_of, sheet_of
from app.reports.formats.appraisal_files import APPRAISAL_FORMATS
from benchmarks.servers import peak_mib


def main(url: str, period: str, rows: int) -> None:
    """Write, and tell."""
    database = Database(url)
    reader = Principal("kota", KeyKind.reader, new_id())
    with database.snapshot() as session, TemporaryFile() as target:
        asked_for = appraisals_for(session, reader, AppraisedPeriod(period, None, None), None)
        few = list(islice(rows_of(session, asked_for), 500))
        APPRAISAL_FORMATS["xlsx"].write(sheet_of(session, asked_for), islice(cycle(few), rows), target)
    print(peak_mib(os.getpid()))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
