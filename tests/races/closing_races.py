"""Races around a period: notes, replies, marks, signatures, plans."""

from collections.abc import Callable, Mapping
from datetime import date
from uuid import UUID

from app.closing import lifecycle, notes, replies
from app.closing.comments import MarkIn, mark_comment
from app.closing.public import publishing
from app.closing.survey import plans
from app.closing.survey.schemas import FollowUpPart, PublicationPart
from app.seals.signing import load_key
from tests.closing.steps import AFTER_THE_WINDOW, close
from tests.races.town import COMMENTED, DONE, KOTA, Case, Step, Town, span


def one_note(town: Town) -> Case:
    now = town.house.clock.now
    writes = town.writes(lambda s: notes.note(s, KOTA, span("2026-10"), employee="E001", text="Baik.", now=now))
    return Case(writes, writes)


def one_reply(town: Town) -> Case:
    now = town.house.clock.now
    enters = town.writes(lambda s: replies.enter(s, KOTA, "2026-10", None, employee="E001", text="Terima.", now=now))
    return Case(enters, enters)


def links_for_replies(town: Town) -> Case:
    draws = town.writes(lambda s: replies.invite(s, KOTA, "2026-10", None, town.house.clock.now))
    return Case(draws, draws)


def one_mark(town: Town) -> Case:
    marks = town.writes(
        lambda s: mark_comment(s, KOTA, UUID(int=COMMENTED), MarkIn(handled=True), town.house.clock.now)
    )
    return Case(marks, marks)


def a_mark_and_its_end(town: Town) -> Case:
    def said(handled: bool) -> Step:
        return town.writes(
            lambda s: mark_comment(s, KOTA, UUID(int=COMMENTED + 1), MarkIn(handled=handled), town.house.clock.now)
        )

    said(True)()
    return Case(said(False), said(True))


def one_closing(town: Town) -> Case:
    def closes() -> object:
        by = lifecycle.Method("ikl-1")
        now = town.house.clock.now
        return lifecycle.close(town.house.database, KOTA, span("2026-08"), by=by, now=now, working_days=0)

    return Case(closes, closes)


def finalised(town: Town, code: str) -> Step:
    """Sign a period."""

    def step() -> object:
        key, later = load_key(town.key_file), town.house.clock.now + AFTER_THE_WINDOW
        return lifecycle.finalise(town.house.database, KOTA, span(code), key=key, now=later)

    return step


def one_signature(town: Town) -> Case:
    close(town.house, "2026-Q3")
    return Case(finalised(town, "2026-Q3"), finalised(town, "2026-Q3"))


def a_note_while_reports_are_signed(town: Town) -> Case:
    close(town.house, "2026-09")
    now = town.house.clock.now
    writes = town.writes(lambda s: notes.note(s, KOTA, span("2026-09"), employee="E001", text="Baik.", now=now))
    return Case(finalised(town, "2026-09"), writes)


def one_publication(town: Town) -> Case:
    item = PublicationPart(medium="Papan pengumuman", published_on=date(2026, 11, 1))
    about, now = plans.Planned(span("2026-10"), None, "ikl-1"), town.house.clock.now
    adds = town.writes(lambda s: plans.add_publication(s, KOTA, about, item, now))
    return Case(adds, adds)


def one_action(town: Town) -> Case:
    sent = {"element": "speed", "problem": "x", "action": "x", "due_on": "2027-01-01", "owner": "x"}
    item, about = FollowUpPart.model_validate(sent), plans.Planned(span("2026-10"), None, "ikl-1")
    adds = town.writes(lambda s: plans.add_follow_up(s, KOTA, about, item, town.house.clock.now))
    return Case(adds, adds)


def one_public_page(town: Town) -> Case:
    close(town.house, "2026-05")
    finalised(town, "2026-05")()
    shows = town.writes(lambda s: publishing.publish(s, KOTA, span("2026-05"), None, town.house.clock.now, None))
    return Case(shows, shows)


# What the second of two is told.
CASES: Mapping[Callable[[Town], Case], str] = {
    one_note: DONE,
    one_reply: "reply-given",
    links_for_replies: DONE,
    one_mark: DONE,
    a_mark_and_its_end: DONE,
    one_closing: "period-closed",
    one_signature: "period-final",
    a_note_while_reports_are_signed: "period-final",
    one_publication: DONE,
    one_action: DONE,
    one_public_page: DONE,
}
