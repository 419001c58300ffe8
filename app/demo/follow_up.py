"""What followed the demo's surveys: plans that are done, begun, overdue or ahead, publications, comments acted on."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from app.access.principals import Reach
from app.closing.comments import CommentQuery, MarkIn, mark_comment, read_comments
from app.closing.survey.plans import Planned, put_follow_ups, put_publications
from app.closing.survey.schemas import FollowUpPart, PublicationPart
from app.disclosure.rules.calendar import Span
from app.foundation.storage.database import Database, Session

OFFICE, OWNER = "disdukcapil", "Kepala Bidang Pelayanan"
# Of each kind so many comments of the period were marked.
MARKED = 4


def follow_up(db: Database, reach: Reach, quarter: Span, instrument: str, now: datetime) -> None:
    """Enter what an agency enters between a quarter's draft and its final report."""
    before = quarter.before()
    with db.writing() as session:
        for office in (OFFICE, None):
            put_follow_ups(session, reach, Planned(before, office, instrument), list(_realised(before)), now)
            put_follow_ups(session, reach, Planned(quarter, office, instrument), list(_planned(now.date())), now)
            put_publications(session, reach, Planned(before, office, instrument), list(_published(before)), now)
        _mark(session, reach, quarter, instrument, now)


def _realised(span: Span) -> Iterator[FollowUpPart]:
    """What became of the plan of the quarter before: two of three were done, one of them late."""
    yield FollowUpPart(
        element="speed",
        problem="Antrean menumpuk sebelum tengah hari.",
        action="Membuka loket kedua pukul 09.00–12.00.",
        due_on=span.last + timedelta(days=30),
        owner=OWNER,
        status="done",
        done_on=span.last + timedelta(days=21),
        note="Loket kedua dibuka setiap hari kerja.",
        proof_address="https://kabupaten-cermin.example/loket-kedua",
    )
    yield FollowUpPart(
        element="transparency",
        problem="Biaya dan lama proses tidak tertempel di loket.",
        action="Menempel daftar biaya dan lama proses.",
        due_on=span.last + timedelta(days=30),
        owner=OWNER,
        status="done",
        done_on=span.last + timedelta(days=44),
        note="Menunggu cetakan.",
        proof_address="Surat edaran 12/DUK",
    )
    yield FollowUpPart(
        element="friendliness",
        problem="Sapaan petugas tidak seragam.",
        action="Menyusun salam pelayanan.",
        due_on=span.last + timedelta(days=60),
        owner=OWNER,
        status="dropped",
        note="Diganti pelatihan triwulan berikutnya.",
    )


def _planned(today: date) -> Iterator[FollowUpPart]:
    """What is planned now: one overdue, one begun, one ahead, one done."""
    yield FollowUpPart(
        element="speed",
        problem="Pencetakan berhenti saat jaringan putus.",
        action="Memasang jaringan cadangan.",
        due_on=today - timedelta(days=6),
        owner="Kepala Subbagian Umum",
    )
    yield FollowUpPart(
        element="transparency",
        problem="Pemohon tidak tahu berkasnya sampai di mana.",
        action="Menampilkan nomor berkas di layar ruang tunggu.",
        due_on=today + timedelta(days=20),
        owner=OWNER,
        status="started",
    )
    yield FollowUpPart(
        element="friendliness",
        problem="Warga lanjut usia menunggu berdiri.",
        action="Menyediakan kursi prioritas di ruang tunggu.",
        due_on=today + timedelta(days=45),
        owner="Kepala Subbagian Umum",
    )
    yield FollowUpPart(
        element="friendliness",
        problem="Petugas memakai telepon saat melayani.",
        action="Aturan telepon di loket.",
        due_on=today + timedelta(days=10),
        owner=OWNER,
        status="done",
        done_on=today - timedelta(days=2),
        note="Diumumkan pada apel pagi.",
    )


def _published(span: Span) -> Iterator[PublicationPart]:
    yield PublicationPart(medium="Papan pengumuman", published_on=span.last + timedelta(days=12))
    yield PublicationPart(
        medium="Situs web",
        published_on=span.last + timedelta(days=14),
        address="https://kabupaten-cermin.example/skm",
    )


def _mark(session: Session, reach: Reach, span: Span, instrument: str, now: datetime) -> None:
    """Comments about the queue were acted on, those about manners only put to their element."""
    queue = MarkIn(handled=True, element="speed", note="Loket kedua dibuka pukul 09.00–12.00.")
    for words, said in (("lama", queue), ("ramah", MarkIn(element="friendliness"))):
        asked = CommentQuery(period=span.code, instrument=instrument, office=OFFICE, search=words, limit=MARKED)
        for each in read_comments(session, reach, asked).items:
            mark_comment(session, reach, each.id, said, now)
