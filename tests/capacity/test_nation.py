"""The simulated morning: nothing is lost, a seed repeats it, and a kiosk that forgets what was refused is seen."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from app.foundation.problems import RETRY_SECONDS, RETRY_SPREAD
from app.foundation.settings import Settings
from app.ratings.writer import LONGEST_WAIT
from benchmarks import morning as kiosks
from benchmarks.capacity_model import MEASURED
from benchmarks.morning import Morning, background, play
from benchmarks.nation import WORDS, outcomes, table

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "app/web/static"
# A small region before a slow service: contacts wait so long that some are refused, and so do batches.
SMALL = Morning(kiosks=300, returning=200, waiting=120, processes=1, seed=1)
SLOW = replace(MEASURED, contact=20_000, rating_server=4_000)


@pytest.mark.long
def test_nothing_is_lost_though_many_are_refused_and_answers_do_not_arrive() -> None:
    for morning in (SMALL, replace(SMALL, noticed=False), replace(SMALL, away=2.0), replace(SMALL, jitter=False)):
        found = play(replace(morning, broken=0.2), SLOW)
        assert (found.lost, found.unsent) == (0, 0)
        assert found.stored == found.made == 200 * 120
        assert found.replayed > 0
    assert play(replace(SMALL, away=2.0), SLOW).refused > 0


@pytest.mark.long
def test_the_same_seed_gives_the_same_morning_and_another_seed_another() -> None:
    assert play(SMALL, SLOW) == play(SMALL, SLOW)
    assert play(SMALL, SLOW) != play(replace(SMALL, seed=2), SLOW)


def test_a_kiosk_that_forgets_what_was_refused_is_seen() -> None:
    found = play(replace(SMALL, drops=True), SLOW)
    assert found.lost > 0
    assert found.lost == found.made - found.stored
    assert found.unsent == 0


def test_what_is_still_in_the_kiosks_is_told_and_not_called_lost() -> None:
    found = play(replace(SMALL, hours=0.002), SLOW)
    assert found.unsent > 0
    assert found.lost == 0
    rows = table({("online", 1): found})
    assert f"0 ({found.unsent:,} unsent)" in rows[-1]


@pytest.mark.long
def test_who_comes_spread_waits_less_behind_a_slow_service() -> None:
    spread, alike = (play(replace(SMALL, jitter=jitter), SLOW) for jitter in (True, False))
    assert spread.refused < alike.refused
    assert spread.last < alike.last


@pytest.mark.long
def test_who_was_away_for_long_comes_back_spread_and_is_not_refused() -> None:
    crowd = Morning(kiosks=3_000, returning=2_500, waiting=5, processes=1, seed=1)
    costs = replace(MEASURED, contact=5_000)
    outage, blip = (play(replace(crowd, away=away), costs) for away in (600.0, 2.0))
    assert outage.refused == 0 < blip.refused
    assert (outage.lost, blip.lost, outage.unsent, blip.unsent) == (0, 0, 0, 0)


def test_the_other_kiosks_are_shared_out_over_the_processes() -> None:
    one = background(replace(SMALL, kiosks=6_000 + 200), MEASURED)
    assert one == pytest.approx(6_000 / 60 * (73 + 70 / 10) / 1_000_000)
    assert background(replace(SMALL, kiosks=6_000 + 200, processes=4), MEASURED) == pytest.approx(one / 4)


def test_kiosks_do_what_their_script_does() -> None:
    said = {
        name: re.sub(r"\s+", " ", (SCRIPTS / name).read_text())
        for name in ("kiosk/counter.js", "kiosk/contact.js", "rating/sender.js", "rating/verdicts.js")
    }
    least, spread = kiosks.ROUND
    assert f"const BATCH = {kiosks.BATCH};" in said["kiosk/counter.js"]
    assert f"const MINUTE = {kiosks.MINUTE:.0f} * 1000;" in said["kiosk/contact.js"]
    assert f"MINUTE * ({least} + {spread} * Math.random())" in said["kiosk/contact.js"]
    assert 'window.addEventListener("online", this.back)' in said["kiosk/contact.js"]
    assert f"const MOMENT = {kiosks.MOMENT:.0f} * 1000;" in said["kiosk/contact.js"]
    assert "return away < MOMENT ? 0 : Math.round(MINUTE * chance);" in said["kiosk/contact.js"]
    assert f"const SECONDS_OF_PATIENCE = {kiosks.WAITED_FOR:.0f};" in said["rating/sender.js"]
    assert f"const STALE_CONTACT = {kiosks.FRESH:.0f} * 1000;" in said["rating/sender.js"]
    assert f"const SHORTEST = {kiosks.SHORTEST * 1000:.0f};" in said["rating/verdicts.js"]
    assert f"const LONGEST = {kiosks.LONGEST / 60:.0f} * 60 * 1000;" in said["rating/verdicts.js"]
    assert "wait * (0.5 + chance / 2), told ? told * 1000 + wait * chance : 0" in said["rating/verdicts.js"]


def test_the_service_has_the_limits_that_it_has() -> None:
    settings = Settings.model_construct()
    assert (settings.queue_length, settings.group_length) == (kiosks.QUEUE, kiosks.GROUP)
    assert (kiosks.LONGEST_QUEUED, kiosks.RETRY_AFTER) == (LONGEST_WAIT, RETRY_SECONDS)
    assert kiosks.RETRY_SPREAD == RETRY_SPREAD
    assert pytest.approx(settings.answer_seconds) == kiosks.LONGEST_ANSWER


@pytest.mark.campaign
def test_the_guide_shows_what_the_simulation_prints() -> None:
    found = outcomes()
    for language, name in {"en": "capacity.md", "id": "capacity.id.md"}.items():
        assert language in WORDS
        assert "\n".join(table(found, language)) in (ROOT / "docs" / name).read_text()
