"""Whatever a page says is said in both languages."""

import ast
from importlib import resources
from re import findall
from typing import get_args

from app.access.audit_actions import AuditAction
from app.closing import slips
from app.desk import comment, integrity, integrity_keys, integrity_words, webhook, webhook_words, webhooks
from app.desk import reports as report_list
from app.desk.directory import KINDS as KINDS_OF_ROWS
from app.desk.directory_changes import KINDS_OF_CHANGE
from app.desk.findings_words import (
    CONFIRM,
    EITHER,
    FINDING_STATUS_WORDS,
    NO_SHEETS,
    NUMBERS,
    OTHER_REASONS,
    RELEASE,
    RULES,
)
from app.desk.hours_words import MALFORMED, WEEKDAYS
from app.desk.keys import KINDS, LIFETIMES
from app.desk.kiosk_words import NEVER_HEARD, NEVER_HEARD_SILENT, SENTENCES, STATES, UNITS
from app.desk.kiosks import COLUMNS
from app.desk.navigation import OF_ADMINISTRATORS, PAGES
from app.desk.notices import RHYTHMS
from app.desk.setup import PERIOD_WORDS, ZONE_WORDS
from app.desk.team import PACKS, USES
from app.desk.trail_words import ACTIONS, PARTS, READ, THINGS
from app.desk.webhook_words import OFF, OUTCOMES, SIGNINGS
from app.desk.words import READERS, called
from app.foundation.translations import catalogues
from app.integrity.rules.kinds import NAMES as KINDS_OF_REPORTS
from app.notifications.letters import NAMES


def told() -> set[str]:
    """Every English text that is handed to a translator, or stands in a list of such texts."""
    desk = resources.files("app.desk")
    found: set[str] = set()
    for texts in (report_list.KINDS, USES, PACKS, THINGS, ACTIONS, OTHER_REASONS, FINDING_STATUS_WORDS, RULES, NUMBERS):
        found |= set(texts.values())
    found |= {word for _, word in STATES.values()} | set(SENTENCES.values()) | {NEVER_HEARD, NEVER_HEARD_SILENT}
    found |= {text for _, text in UNITS} | set(COLUMNS)
    found |= {*slips.TEXTS, *comment.STATES.values()}
    found |= set(PERIOD_WORDS.values()) | set(ZONE_WORDS.values())
    found |= set(WEEKDAYS.values()) | {MALFORMED, "An office opens before it closes, between 00:00 and 24:00."}
    found |= {RELEASE, CONFIRM, EITHER, NO_SHEETS}
    found |= set(KINDS_OF_ROWS.values()) | set(KINDS_OF_CHANGE.values())
    found |= (
        set(KINDS.values()) | set(LIFETIMES.values()) | set(READ.values()) | set(PARTS.values()) | set(READERS.values())
    )
    for words in (NAMES, RHYTHMS, webhook_words.STATES, OFF, SIGNINGS, OUTCOMES):
        found |= set(words.values())
    found |= {*webhook.TITLES, *webhooks.TITLES, *integrity.TITLES, *integrity_keys.TITLES}
    found |= {*integrity_words.STATES.values(), *integrity_words.RECIPIENTS.values(), *KINDS_OF_REPORTS.values()}
    found |= {entry.text for entries in PAGES.values() for entry in entries}
    found |= {group.text for group in OF_ADMINISTRATORS}
    for file in desk.iterdir():
        if not file.name.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="tell" | "PeopleFault"), args=[ast.Constant(value=str(text)), *_]):
                    found.add(text)
    for folder in (desk.joinpath("templates"), desk.joinpath("templates/blocks")):
        for file in folder.iterdir():
            if file.name.endswith(".html"):
                found |= {text for _, text in findall(r"""\btell\((["'])(.*?)\1\)""", file.read_text("utf-8"))}
    return found


def test_every_text_has_indonesian_words() -> None:
    texts = told()
    assert len(texts) > 120
    assert texts - set(catalogues()["id"]) == set()


def test_every_action_of_the_audit_trail_has_words_of_its_own() -> None:
    assert set(ACTIONS) == set(get_args(AuditAction))
    assert len({*ACTIONS.values()}) == len(ACTIONS)
    # No sentence of a trail reads like another one's in Indonesian, either.
    assert len({catalogues()["id"][words] for words in ACTIONS.values()}) == len(ACTIONS)


def test_a_kind_of_key_is_called_as_people_call_it() -> None:
    assert [called(kind) for kind in ("queue", "admin", "auditor")] == ["queue system", "administrator", "auditor"]
