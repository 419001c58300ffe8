"""The sheets and columns of the directory workbook, with the instructions for those who fill them in."""

from typing import Literal, NamedTuple


class WorkbookColumn(NamedTuple):
    """A column: how the template formats its cells, and the instruction for it.

    A file without a column that `may_be_missing` leaves what the directory says of it as it is.
    """

    name: str
    kind: Literal["text", "zone", "day", "moment"]
    indonesian: str
    english: str
    may_be_missing: bool = False


SHEETS: dict[str, tuple[WorkbookColumn, ...]] = {
    "offices": (
        WorkbookColumn(
            "code",
            "text",
            "Wajib. Kode kantor: huruf kecil, angka, tanda hubung; paling banyak 40. Tidak berubah lagi.",
            "Required. Code of the office: small letters, digits, hyphens; at most 40. It never changes.",
        ),
        WorkbookColumn("name", "text", "Wajib. Nama kantor.", "Required. Name of the office."),
        WorkbookColumn(
            "parent",
            "text",
            "Kode kantor induk; kosong bila tidak ada.",
            "Code of the office above it; empty if there is none.",
        ),
        WorkbookColumn(
            "timezone",
            "zone",
            "Wajib. Asia/Jakarta (WIB), Asia/Makassar (WITA) atau Asia/Jayapura (WIT).",
            "Required. Asia/Jakarta (WIB), Asia/Makassar (WITA) or Asia/Jayapura (WIT).",
        ),
        WorkbookColumn(
            "region_code",
            "text",
            "Kode wilayah Kemendagri: PP, PP.KK, PP.KK.CC atau PP.KK.CC.DDDD; boleh kosong.",
            "Region code of the interior ministry: PP, PP.KK, PP.KK.CC or PP.KK.CC.DDDD; may be empty.",
        ),
    ),
    "services": (
        WorkbookColumn("code", "text", "Wajib. Kode layanan.", "Required. Code of the service."),
        WorkbookColumn("name", "text", "Wajib. Nama layanan.", "Required. Name of the service."),
        WorkbookColumn(
            "family",
            "text",
            "Kode rumpun: pegawai hanya dibandingkan dalam rumpun yang sama; kosong berarti rumpun sendiri.",
            "Code of the family: people are compared only within one; empty means a family of its own.",
        ),
    ),
    "counters": (
        WorkbookColumn("office", "text", "Wajib. Kode kantor.", "Required. Code of the office."),
        WorkbookColumn(
            "code",
            "text",
            "Wajib. Kode loket di kantor itu.",
            "Required. Code of the counter there.",
        ),
        WorkbookColumn("name", "text", "Wajib. Nama loket.", "Required. Name of the counter."),
        WorkbookColumn(
            "services",
            "text",
            "Kode layanan di loket ini, dipisahkan titik koma (ktp-el;kk); kosong berarti semua layanan.",
            "Codes of its services, separated by semicolons (ktp-el;kk); empty means every service.",
        ),
    ),
    "employees": (
        WorkbookColumn(
            "code",
            "text",
            "Wajib. Kode pegawai yang boleh diketahui umum (huruf, angka, tanda hubung). Jangan memakai NIP.",
            "Required. Public code of the employee (letters, digits, hyphens). Never the NIP.",
        ),
        WorkbookColumn("name", "text", "Wajib. Nama pegawai.", "Required. Name of the employee."),
        WorkbookColumn(
            "nip",
            "text",
            "NIP 18 angka, ditulis sebagai teks; boleh kosong. Disamarkan, kecuali bagi pembaca yang berhak.",
            "The NIP of 18 digits, written as text; may be empty. It is masked for all who may not see it.",
        ),
        WorkbookColumn("position", "text", "Jabatan; boleh kosong.", "Position; may be empty."),
        WorkbookColumn("grade", "text", "Pangkat/golongan; boleh kosong.", "Grade; may be empty."),
        WorkbookColumn(
            "office",
            "text",
            "Wajib. Kode kantor tempat bertugas.",
            "Required. Code of the office where the employee works.",
        ),
        WorkbookColumn(
            "posted_from",
            "day",
            "Wajib. Hari pertama di kantor itu (2025-01-31). Mutasi: kantor baru dan hari pertama yang baru.",
            "Required. First day at that office (2025-01-31). A transfer is a new office with a later day.",
        ),
        WorkbookColumn(
            "appraiser",
            "text",
            "Kode pegawai yang menjadi pejabat penilai, boleh dari kantor lain; boleh kosong. Jangan memakai NIP.",
            "Code of the employee who appraises this one, of any office; may be empty. Never the NIP.",
            may_be_missing=True,
        ),
    ),
    "duties": (
        WorkbookColumn("office", "text", "Wajib. Kode kantor.", "Required. Code of the office."),
        WorkbookColumn("counter", "text", "Wajib. Kode loket.", "Required. Code of the counter."),
        WorkbookColumn("employee", "text", "Wajib. Kode pegawai.", "Required. Code of the employee."),
        WorkbookColumn(
            "from",
            "moment",
            "Wajib. Mulai bertugas, waktu setempat (2025-01-31 08:00).",
            "Required. Beginning of the duty, local time of the office (2025-01-31 08:00).",
        ),
        WorkbookColumn(
            "until",
            "moment",
            "Wajib. Selesai bertugas, waktu setempat; saat itu sendiri tidak termasuk.",
            "Required. End of the duty, local time of the office; that moment is not included.",
        ),
    ),
    "targets": (
        WorkbookColumn(
            "period",
            "text",
            "Wajib. Periode target (SKP): 2026-09, 2026-Q3, 2026-S2 atau 2026.",
            "Required. Period of the target (SKP): 2026-09, 2026-Q3, 2026-S2 or 2026.",
        ),
        WorkbookColumn(
            "instrument",
            "text",
            "Kode kuesioner, misalnya skm-2017; kosong berarti ikl-1.",
            "Code of the questionnaire, such as skm-2017; empty means ikl-1.",
        ),
        WorkbookColumn(
            "office",
            "text",
            "Kode kantor, untuk target kantor; kosong untuk target pegawai.",
            "Code of the office, for a target of an office; empty for one of an employee.",
        ),
        WorkbookColumn(
            "employee",
            "text",
            "Kode pegawai, untuk target pegawai; kosong untuk target kantor. Jangan memakai NIP.",
            "Code of the employee, for a target of an employee; empty for one of an office. Never the NIP.",
        ),
        WorkbookColumn(
            "figure",
            "text",
            "Kode pertanyaan, atau index; kosong berarti index.",
            "Code of a question, or index; empty means index.",
        ),
        WorkbookColumn(
            "value",
            "text",
            "Wajib. Target pada skala indeks, misalnya 88.00. Target dihapus di halaman Target.",
            "Required. The target on the scale of the index, such as 88.00. It is taken away on the page Targets.",
        ),
    ),
    "promises": (
        WorkbookColumn("service", "text", "Wajib. Kode layanan.", "Required. Code of the service."),
        WorkbookColumn(
            "valid_from",
            "text",
            "Wajib. Bulan mulai berlakunya janji waktu: 2027-01.",
            "Required. The month from which the promise holds: 2027-01.",
        ),
        WorkbookColumn(
            "amount",
            "text",
            "Jumlah, misalnya 15; kosong bersama satuan dan dokumennya: sejak bulan itu tidak ada janji.",
            "How many, such as 15; empty together with unit and document: nothing is promised from that month on.",
        ),
        WorkbookColumn(
            "unit",
            "text",
            "Satuan: minutes (menit), hours (jam) atau working-days (hari kerja).",
            "The unit: minutes, hours or working-days.",
        ),
        WorkbookColumn(
            "source",
            "text",
            "Dokumen yang menyatakannya, misalnya SK standar pelayanan dengan nomornya.",
            "The document that says so, such as the decree on service standards, with its number.",
        ),
    ),
}

# A sheet for people; the import leaves it alone.
INSTRUCTIONS = "petunjuk"
