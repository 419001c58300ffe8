"""The rating id of a past answer, derived from what it says: importing it twice adds nothing, however it is written.

An id is a UUIDv7 of the row's own minute whose random bits are a digest of where the row belongs, what was answered
to which question, about whom, and its number among the rows that say the same. So ten equal answers are ten, a longer
file adds only its new rows, and it makes no difference under which headings the answers stand, whether seconds are
kept, or which offset the time is written with. Channel and profile stay out. Where a survey tool has given every
answer an id of its own (`--id-column`), that and the day take the place of the answers.

Rows that were imported before version 2 of this have an id of the exact time and of the answers by heading. They keep
it: whoever imports such rows again meets them by their former id first.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from json.encoder import encode_basestring_ascii as quoted
from typing import NamedTuple, TypeVar
from uuid import UUID

MINUTE_MS = 60_000


class AnswerTexts(NamedTuple):
    """A row's scores: as a sheet, by question for its id, and by heading for its former id."""

    sheet: str
    by_question: str
    by_heading: str


class Answer(NamedTuple):
    """The answer in one row: its local day as a number (`date.toordinal`), the milliseconds since 1970 of its moment
    and of that day's noon at the office, and its scores, a mark for each column.

    `own_id` is the id that a survey tool gave it.
    """

    row: int
    office: str
    service: str
    channel: str
    day: int
    at_ms: int
    noon_ms: int
    marks: str
    employee: str | None
    profile: Mapping[str, str]
    own_id: str | None
    texts: AnswerTexts


class FormerIdentity(NamedTuple):
    """What identified a row besides its number: where, milliseconds since 1970, answers by heading, employee."""

    office: str
    service: str
    instrument: str
    at_ms: int
    written: str
    employee: str


class AnswerIdentity(NamedTuple):
    """What identifies a row besides its number: where, its minute, answers by question, employee; or its own id."""

    office: str
    service: str
    instrument: str
    at_ms: int
    answers: str
    employee: str
    own_id: str


Identity = TypeVar("Identity", FormerIdentity, AnswerIdentity)
# Which of these ids are those of stored ratings; None where nothing can be stored under any.
AreStored = Callable[[Collection[UUID]], Collection[UUID]] | None


def past_id(at_ms: int, content: str) -> UUID:
    """A UUIDv7 (RFC 9562 §5.7) of this moment, in milliseconds since 1970, whose random bits are a digest of a text."""
    random = int.from_bytes(blake2b(content.encode(), digest_size=10).digest(), "big") >> 6
    high, low = random >> 62, random & ((1 << 62) - 1)
    return UUID(int=at_ms << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


def identified(
    answers: Sequence[Answer], agency_id: str, instrument: str, are_stored: AreStored = None
) -> Iterator[tuple[UUID, Answer]]:
    """The answers with their ids: the former ones of those that are stored under them, of all others the present ones.

    Equal answers are numbered by profile and channel, so the order of rows says nothing.
    """
    new = answers
    if are_stored is not None:
        former = {answer.row: rating_id for rating_id, answer in formerly_identified(answers, agency_id, instrument)}
        stored = frozenset(are_stored(list(former.values())))
        new = [answer for answer in answers if former[answer.row] not in stored]
        yield from ((former[answer.row], answer) for answer in answers if former[answer.row] in stored)
    # Numbered without those: else the numbers of the others would change with what the longer file brings.
    for identity, number, answer in _numbered(new, lambda each: identity_of(each, instrument), _seen):
        yield past_id(identity.at_ms, _listed(agency_id, "minute", *identity, number)), answer


def formerly_identified(answers: Iterable[Answer], agency_id: str, instrument: str) -> Iterator[tuple[UUID, Answer]]:
    """The answers with the ids that they had when rows were identified by exact time and heading."""
    for identity, number, answer in _numbered(answers, lambda each: former_identity_of(each, instrument), _profile):
        yield past_id(identity.at_ms, _listed(agency_id, *identity, number)), answer


def _listed(*values: str | int) -> str:
    """The values as a list in JSON, as `json.dumps` writes one, which makes an encoder each time."""
    return f"[{', '.join([quoted(each) if isinstance(each, str) else str(each) for each in values])}]"


def _numbered(
    answers: Iterable[Answer], identify: Callable[[Answer], Identity], order: Callable[[Answer], list[tuple[str, str]]]
) -> Iterator[tuple[Identity, int, Answer]]:
    """Each answer with its identity and its number, from 1, among those that share it."""
    sharing: dict[Identity, list[Answer]] = defaultdict(list)
    for answer in answers:
        sharing[identify(answer)].append(answer)
    for identity, equal in sharing.items():
        if len(equal) > 1:
            equal.sort(key=lambda answer: (order(answer), answer.row))
        for number, answer in enumerate(equal, start=1):
            yield identity, number, answer


def _profile(answer: Answer) -> list[tuple[str, str]]:
    return sorted(answer.profile.items())


def _seen(answer: Answer) -> list[tuple[str, str]]:
    """What of an answer is not in its identity: equal ones differ by it."""
    return [*_profile(answer), ("", answer.channel)]


def identity_of(answer: Answer, instrument: str) -> AnswerIdentity:
    """The identity of a row, from which its id is derived."""
    if answer.own_id is not None:
        # Seconds and minutes may be rounded between two exports, the day may not.
        return AnswerIdentity(answer.office, answer.service, instrument, answer.noon_ms, "", "", answer.own_id)
    minute = answer.at_ms // MINUTE_MS * MINUTE_MS
    return AnswerIdentity(
        answer.office, answer.service, instrument, minute, answer.texts.by_question, answer.employee or "", ""
    )


def former_identity_of(answer: Answer, instrument: str) -> FormerIdentity:
    """The identity a row had before; neither its headings nor the seconds of its time may have changed since."""
    return FormerIdentity(
        answer.office, answer.service, instrument, answer.at_ms, answer.texts.by_heading, answer.employee or ""
    )
