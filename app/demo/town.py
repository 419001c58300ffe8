"""Kabupaten Cermin: its offices, counters and services. Nothing here exists.

One kabupaten never spans three time zones. This one does on purpose, so that every demo shows that a
rating falls on the local day of its office. Region codes start with 99, which is no province.
"""

from typing import NamedTuple

AGENCY_CODE = "kab-cermin"
AGENCY_NAME = "Kabupaten Cermin"

WIB, WITA, WIT = "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"


class Service(NamedTuple):
    """A kind of service; persons are compared within a family."""

    code: str
    name: str
    family: str


class Counter(NamedTuple):
    """A counter with a kiosk, and the codes of the services it gives."""

    code: str
    name: str
    services: tuple[str, ...]


class Office(NamedTuple):
    """A place of service; `visitors` is its share of the town's visitors, relative to the others."""

    code: str
    name: str
    parent: str
    timezone: str
    region_code: str
    visitors: float
    counters: tuple[Counter, ...]


SERVICES = (
    Service("ktp-el", "Perekaman dan Pencetakan KTP-el", "kependudukan"),
    Service("kk", "Penerbitan Kartu Keluarga", "kependudukan"),
    Service("kia", "Penerbitan Kartu Identitas Anak", "kependudukan"),
    Service("akta-lahir", "Penerbitan Akta Kelahiran", "pencatatan-sipil"),
    Service("akta-mati", "Penerbitan Akta Kematian", "pencatatan-sipil"),
    Service("nib", "Pendampingan Nomor Induk Berusaha (NIB)", "perizinan"),
    Service("pbg", "Persetujuan Bangunan Gedung", "perizinan"),
    Service("izin-penelitian", "Surat Keterangan Penelitian", "perizinan"),
    Service("skck", "Surat Keterangan Catatan Kepolisian (SKCK)", "kepolisian"),
    Service("sim", "Perpanjangan Surat Izin Mengemudi (SIM)", "kepolisian"),
    Service("ak1", "Kartu Pencari Kerja (AK-1)", "ketenagakerjaan"),
    Service("sktm", "Surat Keterangan Tidak Mampu", "sosial"),
)


def _counters(*rows: tuple[str, str]) -> tuple[Counter, ...]:
    """Counters numbered from 1, each from its name and its services joined by spaces."""
    return tuple(
        Counter(f"loket-{number}", f"Loket {number} {name}", tuple(services.split()))
        for number, (name, services) in enumerate(rows, start=1)
    )


# Parents stand before their children, so that the list can be imported from top to bottom.
OFFICES = (
    Office(
        "setda",
        "Sekretariat Daerah Kabupaten Cermin",
        "",
        WITA,
        "99.01",
        visitors=0.25,
        counters=_counters(("Layanan Terpadu", "izin-penelitian")),
    ),
    Office(
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
    Office(
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
    Office(
        "disnaker",
        "Dinas Tenaga Kerja",
        "setda",
        WIB,
        "99.01.01",
        visitors=0.5,
        counters=_counters(("Pencari Kerja", "ak1"), ("Pencari Kerja", "ak1")),
    ),
    Office(
        "dinsos",
        "Dinas Sosial",
        "setda",
        WITA,
        "99.01.02",
        visitors=0.45,
        counters=_counters(("Keterangan Sosial", "sktm"), ("Keterangan Sosial", "sktm")),
    ),
    # Real malls of public service host police counters as well; here civil servants staff them all.
    Office(
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
    Office(
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
    Office(
        "kec-muara-kaca",
        "Kantor Kecamatan Muara Kaca",
        "setda",
        WIB,
        "99.01.03",
        visitors=0.4,
        counters=_counters(("Kependudukan", "ktp-el kk"), ("Pelayanan Umum", "sktm akta-lahir")),
    ),
    Office(
        "kec-bukit-pantul",
        "Kantor Kecamatan Bukit Pantul",
        "setda",
        WITA,
        "99.01.04",
        visitors=0.35,
        counters=_counters(("Kependudukan", "ktp-el kk"), ("Pelayanan Umum", "sktm akta-lahir")),
    ),
    Office(
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
