"""Comments of the made-up citizens: rare, by mood, some with a telephone number, so that redaction can be seen.

The numbers are made up, and recognisable by the 0000 in their middle.
"""

from random import Random

from app.demo.satisfaction import Scores

PRAISE = (
    "Pelayanannya cepat dan petugasnya ramah, terima kasih.",
    "Prosesnya jelas, tidak sampai setengah jam sudah selesai.",
    "Mantap, sekarang tidak perlu bolak-balik lagi.",
    "Petugas sabar sekali menjelaskan persyaratannya kepada orang tua saya.",
    "Terima kasih, semua gratis dan tidak ada pungutan apa pun.",
    "Ruang tunggunya nyaman dan antreannya tertib.",
    "Semoga pelayanan seperti ini dipertahankan.",
    "Alhamdulillah langsung jadi hari ini juga.",
    "Matur nuwun, petugasnya sopan dan membantu.",
    "Saya dibantu sampai selesai walaupun datang hampir tutup.",
)

COMPLAINTS = (
    (
        "Antrenya terlalu lama, saya menunggu lebih dari dua jam.",
        "Katanya tiga hari selesai, ternyata hampir dua minggu.",
        "Loket yang buka cuma satu padahal yang antre banyak.",
        "Sistemnya sering gangguan, jadi harus datang lagi besok.",
        "Tolong petugas loket ditambah pada hari Senin.",
    ),
    (
        "Syaratnya beda antara yang di situs web dan yang di loket.",
        "Tidak ada kejelasan kapan berkas saya selesai.",
        "Mohon alur dan biayanya ditempel supaya jelas.",
        "Saya disuruh melengkapi berkas sampai tiga kali, kenapa tidak diberi tahu dari awal.",
        "Nomor antrean saya dilewati tanpa penjelasan.",
    ),
    (
        "Petugasnya kurang ramah, ditanya jawabnya ketus.",
        "Mohon petugas lebih sopan kepada warga lanjut usia.",
        "Petugas sibuk main telepon genggam waktu melayani.",
        "Senyum sedikit tidak apa-apa, kami datang baik-baik.",
        "Saya merasa tidak dihargai saat bertanya.",
    ),
)

CONTACTS = (
    "Tolong hubungi saya di {phone}.",
    "Kalau sudah jadi mohon kabari ke WA {phone}, ya.",
    "Nomor saya {phone} bila perlu keterangan.",
)

PRAISE_CHANCE = 0.02
COMPLAINT_CHANCE = 0.1
CONTACT_CHANCE = 0.12


def comment_on(rng: Random, scores: Scores) -> str | None:
    """A sentence that fits the scores, or nothing, which is usual."""
    # A complaint is about the worst of the three dimensions, the first of equals.
    worst = min(scores)
    chance, texts = (COMPLAINT_CHANCE, COMPLAINTS[scores.index(worst)]) if worst < 3 else (PRAISE_CHANCE, PRAISE)
    if rng.random() >= chance:
        return None
    text = rng.choice(texts)
    return text if rng.random() >= CONTACT_CHANCE else f"{text} {_contact(rng)}"


def _contact(rng: Random) -> str:
    phone = f"08{rng.randrange(11, 60)}-0000-{rng.randrange(10_000):04}"
    return rng.choice(CONTACTS).format(phone=phone)
