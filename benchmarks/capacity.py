"""The tables of docs/capacity.md, in both languages: `python -m benchmarks.capacity`."""

from benchmarks.capacity_model import MEASURED, MEASURED_SQLITE, MILLION, PRICES, Place, need

# Ratings of an office a day: what the official surveys have (7.55 million sheets a year of 24,629 organisers), every
# second of 80 people served, and nearly all of 150.
RATINGS = {"surveys": 1.25, "used": 40.0, "nearly": 120.0}
PLACES = tuple(
    (who, how, Place(offices, kiosks, ratings, measured))
    for who, offices, kiosks, measured in (
        ("office", 1, 2, MEASURED_SQLITE),
        ("province", 650, 1, MEASURED),
        ("nation", 24_629, 1, MEASURED),
    )
    for how, ratings in RATINGS.items()
)
WORDS = {
    "en": {
        "head": (
            "who",
            "ratings a day",
            "a second, busiest hour",
            "processors busy: service + database",
            "processes",
            "cores",
            "night of a month, minutes",
            "PDFs of a quarter, hours",
            "disk after a year, GB",
            "log a day, GB",
            "million rupiah a month",
        ),
        "office": "one office (SQLite)",
        "province": "a province",
        "nation": "the nation",
        "surveys": "as many as today's surveys",
        "used": "a kiosk that is used",
        "nearly": "nearly everybody",
        "to": "to",
    },
    "id": {
        "head": (
            "siapa",
            "penilaian sehari",
            "per detik, jam tersibuk",
            "prosesor sibuk: layanan + basis data",
            "proses",
            "inti",
            "malam rilis sebulan, menit",
            "PDF satu triwulan, jam",
            "cakram setelah setahun, GB",
            "log sehari, GB",
            "juta rupiah sebulan",
        ),
        "office": "satu kantor (SQLite)",
        "province": "satu provinsi",
        "nation": "nasional",
        "surveys": "sebanyak survei sekarang",
        "used": "kios yang dipakai",
        "nearly": "hampir semua orang",
        "to": "sampai",
    },
}


def table(language: str = "en") -> list[str]:
    """The rows of docs/capacity.md, or of its Indonesian twin."""
    words = WORDS[language]
    head = words["head"]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for who, how, place in PLACES:
        found = need(place)
        least, most = (_short(found.rupiah * each / MILLION) for each in PRICES)
        cells = (
            _short(place.offices * place.ratings),
            _short(found.ratings_a_second),
            f"{_short(found.service)} + {_short(found.database)}",
            str(found.processes),
            str(found.cores),
            *(_short(each) for each in (found.night, found.papers, found.disk, found.log)),
            f"{least} {words['to']} {most}",
        )
        told = [each if language == "en" else each.translate(COMMAS) for each in cells]
        lines.append(f"| {words[who]}, {words[how]} | {' | '.join(told)} |")
    return lines


# Each figure in words, and where it is from: measured by a command, or assumed.
COSTS, KIOSK_COSTS = "`python -m benchmarks.unit_costs`", "`python -m benchmarks.kiosk_costs`"
FIGURES = {
    "en": {
        "head": ("figure", "PostgreSQL", "SQLite", "from"),
        "request": (
            "a request around its ratings, µs",
            "[performance](performance.md): 69 and 141 µs for one by itself",
        ),
        "rating": ("a rating in a batch of 50, µs", COSTS),
        "rating_server": ("the same in the database's server, µs", COSTS),
        "contact": ("a kiosk's heartbeat, and what it shows, unchanged, µs", KIOSK_COSTS),
        "contact_server": ("the same in the server, µs", KIOSK_COSTS),
        "told": ("a rating in the night that tells it, µs", COSTS),
        "told_server": ("the same in the server, µs", COSTS),
        "page": ("a page of the desk (*my office*), µs", "[performance](performance.md), `benchmarks.pages`"),
        "paper": ("a report as PDF, µs", "[performance](performance.md): 201 of an evidence pack in 11.4 s"),
        "rating_bytes": ("a rating with trace and every tenth comment, bytes", COSTS),
        "told_bytes": ("its part of blocks, sums and charts, bytes", COSTS),
        "log_bytes": ("the database's log of both, bytes", COSTS),
        "report_bytes": ("a signed report, bytes", COSTS),
        "commit": ("a commit that reaches the disk, µs", "assumed"),
        "refusal": ("a refusal, µs", "assumed"),
        "database_cores": ("processors of the database in the simulation", "assumed"),
    },
    "id": {
        "head": ("angka", "PostgreSQL", "SQLite", "dari"),
        "request": (
            "permintaan di luar penilaiannya, µs",
            "[kinerja](performance.md): 69 dan 141 µs untuk satu penilaian sendiri",
        ),
        "rating": ("penilaian dalam kelompok berisi 50, µs", COSTS),
        "rating_server": ("hal yang sama di server basis data, µs", COSTS),
        "contact": ("kabar dari kios, dan isi tampilannya yang tidak berubah, µs", KIOSK_COSTS),
        "contact_server": ("hal yang sama di server, µs", KIOSK_COSTS),
        "told": ("penilaian pada malam rilisnya, µs", COSTS),
        "told_server": ("hal yang sama di server, µs", COSTS),
        "page": ("halaman meja kerja (*Kantor saya*), µs", "[kinerja](performance.md), `benchmarks.pages`"),
        "paper": ("laporan sebagai PDF, µs", "[kinerja](performance.md): 201 dalam paket bukti, 11,4 detik"),
        "rating_bytes": ("penilaian dengan jejak, dan komentar pada setiap kesepuluh, bita", COSTS),
        "told_bytes": ("bagiannya dalam blok, jumlah, dan grafik, bita", COSTS),
        "log_bytes": ("log basis data untuk keduanya, bita", COSTS),
        "report_bytes": ("laporan bertanda tangan, bita", COSTS),
        "commit": ("commit yang sampai ke cakram, µs", "diandaikan"),
        "refusal": ("penolakan, µs", "diandaikan"),
        "database_cores": ("prosesor basis data dalam simulasi", "diandaikan"),
    },
}


def figures_table(language: str = "en") -> list[str]:
    """What the model takes, as docs/capacity.md shows it."""
    lines = [f"| {' | '.join(FIGURES[language]['head'])} |", "|---|---|---|---|"]
    for name, value in vars(MEASURED).items():
        what, where = FIGURES[language][name]
        both = [f"{each:,.0f}" for each in (value, getattr(MEASURED_SQLITE, name))]
        told = [each if language == "en" else each.translate(COMMAS) for each in both]
        lines.append(f"| {what} | {told[0]} | {told[1]} | {where} |")
    return lines


COMMAS = str.maketrans(",.", ".,")


def _short(amount: float) -> str:
    """To two digits."""
    if not amount:
        return "0"
    if amount < 0.01:
        return "< 0.01"
    return f"{float(f'{amount:.2g}'):,.0f}" if amount >= 10 else f"{float(f'{amount:.2g}'):g}"


def main() -> None:
    """Print both tables in both languages."""
    for language in WORDS:
        print("\n".join((*figures_table(language), "", *table(language), "")))


if __name__ == "__main__":
    main()
