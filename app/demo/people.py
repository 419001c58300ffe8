"""The forty civil servants of Kabupaten Cermin, all invented.

A NIP here is well-formed: birth, appointment, sex, serial. The serial tells apart people of one sex who
were born on one day and appointed in one month, so one above 900 belongs to nobody.
"""

from typing import NamedTuple


class TownEmployee(NamedTuple):
    """The person rated. `posted_from` is an ISO date; empty where it depends on the day of the demo."""

    code: str
    name: str
    nip: str
    position: str
    grade: str
    office: str
    posted_from: str


ANALYST = "Analis Kebijakan Ahli Muda"
BUILDINGS = "Pengelola Bangunan Gedung"
DATABASE = "Administrator Database Kependudukan"
GENERAL = "Pengelola Pelayanan Umum"
INTEGRATED = "Pengelola Layanan Terpadu"
LABOUR = "Pengantar Kerja Ahli Pertama"
LABOUR_CLERK = "Pengadministrasi Ketenagakerjaan"
LABOUR_SENIOR = "Pengantar Kerja Ahli Muda"
OPERATOR = "Operator Layanan Kependudukan"
PERMITS = "Penata Perizinan Ahli Pertama"
PERMITS_SENIOR = "Penata Perizinan Ahli Muda"
POLICE_DESK = "Pengelola Layanan Kepolisian Terpadu"
REGISTRAR = "Pengelola Pencatatan Sipil"
SECTION_HEAD = "Kepala Seksi Pelayanan Umum"
SOCIAL = "Penyuluh Sosial Ahli Pertama"
SOCIAL_SENIOR = "Penyuluh Sosial Ahli Muda"
SOCIAL_WORKER = "Pekerja Sosial Ahli Muda"

EMPLOYEES = (
    TownEmployee("E001", "Raden Bagus Wiratama", "197803142004121901", ANALYST, "III/d", "setda", "2019-03-01"),
    TownEmployee("E002", "Cut Rahmawati", "198907222014032938", INTEGRATED, "III/b", "setda", "2021-01-04"),
    TownEmployee("E003", "Siti Rohmah Nurjanah", "198509112009022975", DATABASE, "III/c", "mpp", "2020-06-02"),
    TownEmployee("E004", "I Made Arya Sudiarta", "199102052015031915", POLICE_DESK, "III/a", "mpp", "2021-02-01"),
    TownEmployee("E005", "Togar Simanjuntak", "198206182008011952", PERMITS_SENIOR, "III/d", "mpp", "2020-06-02"),
    TownEmployee("E006", "Andi Nurfadillah", "199304272019032989", LABOUR, "III/a", "mpp", "2022-01-03"),
    TownEmployee("E007", "Yohana Waromi", "199001092014022929", OPERATOR, "II/d", "mpp", "2020-06-02"),
    TownEmployee("E008", "Dedi Kurniawan", "198708302011011966", POLICE_DESK, "III/b", "mpp", "2023-03-01"),
    TownEmployee("E009", "Rini Wulandari", "199411162020122906", PERMITS, "III/a", "mpp", "2022-01-03"),
    TownEmployee("E010", "Muhammad Rizal Hasibuan", "198402032009121943", SOCIAL_SENIOR, "III/c", "mpp", "2021-02-01"),
    TownEmployee("E011", "Ni Luh Putu Sukerti", "199605192022022980", OPERATOR, "II/c", "mpp", "2023-03-01"),
    TownEmployee("E012", "Bambang Prasetya", "197512241999031920", DATABASE, "III/d", "disdukcapil", "2018-01-02"),
    TownEmployee("E013", "Yeni Marlina", "198606102010012957", OPERATOR, "III/b", "disdukcapil", "2019-07-01"),
    TownEmployee("E014", "Parlindungan Harahap", "198104082006041994", REGISTRAR, "III/c", "disdukcapil", "2018-01-02"),
    TownEmployee("E015", "Tuti Handayani", "198810022012032934", OPERATOR, "III/b", "disdukcapil", "2020-02-03"),
    TownEmployee("E016", "Fransiskus Bere", "199207172018031971", OPERATOR, "III/a", "disdukcapil", "2022-05-09"),
    TownEmployee("E017", "Nurul Hidayati", "199503252020122911", OPERATOR, "II/d", "disdukcapil", "2022-05-09"),
    TownEmployee("E018", "Stefanus Lengkong", "197911132005011948", PERMITS_SENIOR, "III/d", "dpmptsp", "2019-01-02"),
    TownEmployee("E019", "Lia Damayanti", "199008282015032985", PERMITS, "III/b", "dpmptsp", "2020-09-01"),
    TownEmployee("E020", "Ahmad Zainuri", "198301192009021925", BUILDINGS, "III/c", "dpmptsp", "2019-01-02"),
    TownEmployee("E021", "Maria Goreti Seran", "199406062019032962", PERMITS, "III/a", "dpmptsp", "2021-08-02"),
    TownEmployee("E022", "Hendra Saputra", "198604022011011902", LABOUR_SENIOR, "III/c", "disnaker", "2020-01-06"),
    TownEmployee("E023", "Rahayu Ningsih", "199112302016022939", LABOUR, "III/a", "disnaker", "2021-04-01"),
    TownEmployee("E024", "Lalu Supriadi", "198905152014031976", LABOUR_CLERK, "II/d", "disnaker", "2022-10-03"),
    TownEmployee("E025", "Baiq Sri Hartini", "198409212008012916", SOCIAL_SENIOR, "III/c", "dinsos", "2019-05-02"),
    TownEmployee("E026", "Syamsul Daeng Ngalle", "198002072006041953", SOCIAL_WORKER, "III/d", "dinsos", "2019-05-02"),
    TownEmployee("E027", "Elisabet Rumaropen", "199308122019032990", SOCIAL, "III/a", "dinsos", "2022-02-01"),
    TownEmployee("E028", "Yulius Kogoya", "198701292012031930", OPERATOR, "III/b", "upt-dukcapil-timur", "2020-03-02"),
    TownEmployee(
        "E029",
        "Martha Pattinama",
        "198205302008012967",
        REGISTRAR,
        "III/c",
        "upt-dukcapil-timur",
        "2020-03-02",
    ),
    TownEmployee(
        "E030",
        "Abdul Gani Tuasikal",
        "199010182015031907",
        OPERATOR,
        "III/a",
        "upt-dukcapil-timur",
        "2021-06-01",
    ),
    TownEmployee("E031", "Novita Sampe", "199611052022022944", OPERATOR, "II/c", "upt-dukcapil-timur", "2023-01-02"),
    TownEmployee("E032", "Mahmud Sanusi", "197707032002121981", SECTION_HEAD, "III/d", "kec-muara-kaca", "2019-10-01"),
    TownEmployee("E033", "Nyimas Fitriani", "199204142018032921", GENERAL, "III/a", "kec-muara-kaca", "2021-03-01"),
    TownEmployee("E034", "Eko Budi Santoso", "198802262013011958", OPERATOR, "II/d", "kec-muara-kaca", "2020-11-02"),
    TownEmployee(
        "E035",
        "Dewi Kartikasari",
        "198512082010012995",
        SECTION_HEAD,
        "III/c",
        "kec-bukit-pantul",
        "2020-08-03",
    ),
    TownEmployee("E036", "Yansen Tingang", "199109232016021935", GENERAL, "III/a", "kec-bukit-pantul", "2021-09-01"),
    TownEmployee("E037", "Norhasanah", "199401312019032972", OPERATOR, "II/d", "kec-bukit-pantul", "2022-07-01"),
    TownEmployee("E038", "Benyamin Rumbiak", "198306162009021912", OPERATOR, "III/b", "kec-teluk-bayang", "2020-04-01"),
    TownEmployee("E039", "Ester Wamaer", "199007032015032949", GENERAL, "III/a", "kec-teluk-bayang", "2021-05-03"),
    TownEmployee("E040", "Raka Aditya Nugraha", "199904172024031986", GENERAL, "II/c", "kec-teluk-bayang", ""),
)

EMPLOYEE_BY_CODE = {employee.code: employee for employee in EMPLOYEES}
