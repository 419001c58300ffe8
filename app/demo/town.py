"""Kabupaten Cermin: its offices, counters and services. Nothing here exists.

One kabupaten never spans three time zones. This one does on purpose, so that every demo shows that a
rating falls on the local day of its office. Region codes start with 99, which is no province.
"""

from typing import NamedTuple

AGENCY_CODE = "kab-cermin"
AGENCY_NAME = "Kabupaten Cermin"

WIB, WITA, WIT = "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"


class TownService(NamedTuple):
    """A kind of service; persons are compared within a family."""

    code: str
    name: str
    family: str


class TownCounter(NamedTuple):
    """A counter with a kiosk, and the codes of the services it gives."""

    code: str
    name: str
    services: tuple[str, ...]


class TownOffice(NamedTuple):
    """A place of service; `visitors` is its share of the town's visitors, relative to the others."""

    code: str
    name: str
    parent: str
    timezone: str
    region_code: str
    visitors: float
    counters: tuple[TownCounter, ...]


SERVICES = (
    TownService("ktp-el", "Perekaman dan Pencetakan KTP-el", "kependudukan"),
    TownService("kk", "Penerbitan Kartu Keluarga", "kependudukan"),
    TownService("kia", "Penerbitan Kartu Identitas Anak", "kependudukan"),
    TownService("akta-lahir", "Penerbitan Akta Kelahiran", "pencatatan-sipil"),
    TownService("akta-mati", "Penerbitan Akta Kematian", "pencatatan-sipil"),
    TownService("nib", "Pendampingan Nomor Induk Berusaha (NIB)", "perizinan"),
    TownService("pbg", "Persetujuan Bangunan Gedung", "perizinan"),
    TownService("izin-penelitian", "Surat Keterangan Penelitian", "perizinan"),
    TownService("skck", "Surat Keterangan Catatan Kepolisian (SKCK)", "kepolisian"),
    TownService("sim", "Perpanjangan Surat Izin Mengemudi (SIM)", "kepolisian"),
    TownService("ak1", "Kartu Pencari Kerja (AK-1)", "ketenagakerjaan"),
    TownService("sktm", "Surat Keterangan Tidak Mampu", "sosial"),
)


def _counters(*rows: tuple[str, str]) -> tuple[TownCounter, ...]:
    """Counters numbered from 1, each from its name and its services joined by spaces."""
    return tuple(
        TownCounter(f"loket-{number}", f"Loket {number} {name}", tuple(services.split()))
        for number, (name, services) in enumerate(rows, start=1)
    )


# Parents stand before their children, so that the list can be imported from top to bottom.
OFFICES = (
    TownOffice(
        "setda",
        "Sekretariat Daerah Kabupaten Cermin",
        "",
        WITA,
        "99.01",
        visitors=0.25,
        counters=_counters(("Layanan Terpadu", "izin-penelitian")),
    ),
    TownOffice(
        "disdukcapil",
        "Dinas Kependudukan dan Pencatatan Sipil",
        "setda",
        WIB,
        "99.01.01",
        visitors=1.0,
        counters=_counters(
            ("KTP-el dan KIA", "ktp-el kia"),
            ("Kartu Keluarga", "kk"),
            ("Pencatatan Sipil", "akta-lahir akta-mati"),
            ("Kependudukan", "ktp-el kk"),
        ),
    ),
    TownOffice(
        "dpmptsp",
        "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu",
        "setda",
        WITA,
        "99.01.02",
        visitors=0.75,
        counters=_counters(
            ("Perizinan Berusaha", "nib"), ("Perizinan", "nib pbg"), ("Bangunan", "pbg izin-penelitian")
        ),
    ),
    TownOffice(
        "disnaker",
        "Dinas Tenaga Kerja",
        "setda",
        WIB,
        "99.01.01",
        visitors=0.5,
        counters=_counters(("Pencari Kerja", "ak1"), ("Pencari Kerja", "ak1")),
    ),
    TownOffice(
        "dinsos",
        "Dinas Sosial",
        "setda",
        WITA,
        "99.01.02",
        visitors=0.45,
        counters=_counters(("Keterangan Sosial", "sktm"), ("Keterangan Sosial", "sktm")),
    ),
    # Real malls of public service host police counters as well; here civil servants staff them all.
    TownOffice(
        "mpp",
        "Mal Pelayanan Publik Cermin",
        "dpmptsp",
        WITA,
        "99.01.02",
        visitors=3.7,
        counters=_counters(
            ("Kependudukan", "ktp-el kk akta-lahir"),
            ("Kepolisian", "skck sim"),
            ("Perizinan", "nib pbg"),
            ("Tenaga Kerja dan Sosial", "ak1 sktm"),
        ),
    ),
    TownOffice(
        "upt-dukcapil-timur",
        "UPT Dukcapil Wilayah Timur",
        "disdukcapil",
        WIT,
        "99.01.05",
        visitors=0.6,
        counters=_counters(
            ("KTP-el dan KIA", "ktp-el kia"),
            ("Keluarga dan Pencatatan Sipil", "kk akta-lahir akta-mati"),
            ("Kependudukan", "ktp-el kk"),
        ),
    ),
    TownOffice(
        "kec-muara-kaca",
        "Kantor Kecamatan Muara Kaca",
        "setda",
        WIB,
        "99.01.03",
        visitors=0.4,
        counters=_counters(("Kependudukan", "ktp-el kk"), ("Pelayanan Umum", "sktm akta-lahir")),
    ),
    TownOffice(
        "kec-bukit-pantul",
        "Kantor Kecamatan Bukit Pantul",
        "setda",
        WITA,
        "99.01.04",
        visitors=0.35,
        counters=_counters(("Kependudukan", "ktp-el kk"), ("Pelayanan Umum", "sktm akta-lahir")),
    ),
    TownOffice(
        "kec-teluk-bayang",
        "Kantor Kecamatan Teluk Bayang",
        "setda",
        WIT,
        "99.01.06",
        visitors=0.35,
        counters=_counters(("Kependudukan", "ktp-el kk"), ("Pelayanan Umum", "sktm akta-lahir")),
    ),
)

OFFICE_BY_CODE = {office.code: office for office in OFFICES}
