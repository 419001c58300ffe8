"""Writes the empty workbook for agencies to fill in; its examples import as they are."""

from collections.abc import Mapping
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path

from app.directory.workbook.writing import AGAIN, Advice, Line, write_workbook


def _moment(hour: int) -> datetime:
    """A local time on the day of the examples."""
    return datetime.combine(date(2026, 1, 5), time(hour))


EXAMPLES: Mapping[str, tuple[Line, ...]] = {
    "offices": (
        ("setda", "Sekretariat Daerah Contoh", "", "Asia/Makassar", "73.71"),
        ("disdukcapil", "Dinas Dukcapil Contoh", "setda", "Asia/Makassar", "73.71.01"),
    ),
    "services": (
        ("ktp-el", "Perekaman KTP-el", "kependudukan"),
        ("kk", "Penerbitan Kartu Keluarga", "kependudukan"),
    ),
    "counters": (
        ("disdukcapil", "loket-1", "Loket 1", "ktp-el;kk"),
        ("disdukcapil", "loket-2", "Loket 2", ""),
    ),
    "employees": (
        (
            "E001",
            "Pegawai Contoh",
            "199001012015011001",
            "Pranata Komputer",
            "III/b",
            "disdukcapil",
            date(2026, 1, 1),
            "",
        ),
        ("E002", "Petugas Contoh", "", "Petugas Layanan", "", "disdukcapil", date(2026, 1, 1), "E001"),
    ),
    "targets": (
        ("2027", "ikl-1", "disdukcapil", "", "index", "88.00"),
        ("2027", "ikl-1", "", "E001", "speed", "85.00"),
    ),
    "promises": (
        ("ktp-el", "2027-01", "15", "minutes", "SK Kepala Dinas 060/12/2026 (contoh)"),
        ("kk", "2027-01", "3", "working-days", "SK Kepala Dinas 060/12/2026 (contoh)"),
    ),
    "duties": (
        ("disdukcapil", "loket-1", "E001", _moment(8), _moment(12)),
        ("disdukcapil", "loket-1", "E002", _moment(12), _moment(16)),
    ),
}

ADVICE: tuple[Advice, ...] = (
    (
        "Isi lembar lain; baris contoh diganti. Baris 1 (nama kolom) tidak diubah. Lembar boleh dihapus.",
        "Fill in the other sheets, replacing the examples. Leave row 1 alone. Sheets may be deleted.",
    ),
    AGAIN,
)


def template() -> bytes:
    """The template as XLSX."""
    file = BytesIO()
    write_workbook(file, EXAMPLES, ADVICE)
    return file.getvalue()


def write_template(path: Path) -> None:
    """Write the template as XLSX to `path`, replacing what is there; raises OSError where that cannot be."""
    path.write_bytes(template())
