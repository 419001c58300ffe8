"""Draws how satisfied a citizen is, by an ordered-response model with a common mood.

For dimension d of one sheet the latent satisfaction is

    y_d = office + channel + service_d + employee_d + mood + noise_d

with mood ~ N(0, 0.7²) shared by the three dimensions and noise ~ N(0, 0.71²), hence about one standard
deviation in all and a latent correlation of one half. The answer is one more than the number of
THRESHOLDS below y_d. Effects are in standard deviations. Those of employees are drawn from the seed,
N(0, 0.18²) for the person plus N(0, 0.12²) for friendliness alone, and centred within each office, so that
what the office does is not what its people do; a fair comparison should find them again. Apps are harsher
than kiosks, slow permits are slow whoever serves them. The shape follows a real desk of 201 sheets
(Bali, 2020): index of the three dimensions 84.9, correlations of the answers 0.3 to 0.5.
"""

from bisect import bisect
from random import Random
from statistics import fmean
from typing import NamedTuple

from app.demo.people import EMPLOYEES
from app.demo.truths import FALL, FALL_WEEK, FALLEN, PRAISED, SELF_RATER
from app.demo.visits import TownVisit

THRESHOLDS = (-2.35, -1.6, -0.2)
MOOD = 0.7
NOISE = 0.71
PERSON = 0.18
PERSON_FRIENDLINESS = 0.12


class Scores(NamedTuple):
    """The three answers of an `ikl-1` sheet, 1 to 4 each."""

    speed: int
    transparency: int
    friendliness: int


class Effect(NamedTuple):
    """A shift of the three latent satisfactions, in standard deviations."""

    speed: float
    transparency: float
    friendliness: float


OFFICE = {
    "setda": 0.2,
    "disdukcapil": 0.0,
    "dpmptsp": -0.05,
    "disnaker": 0.05,
    "dinsos": -0.15,
    "mpp": 0.1,
    "upt-dukcapil-timur": 0.1,
    "kec-muara-kaca": -0.1,
    "kec-bukit-pantul": -0.05,
    "kec-teluk-bayang": 0.22,
}

CHANNEL = {"kiosk": 0.12, "mobile": -0.2, "web": -0.32}

SERVICE = {
    "ktp-el": Effect(-0.1, 0.05, 0.1),
    "kk": Effect(0.0, 0.05, 0.1),
    "kia": Effect(0.15, 0.1, 0.2),
    "akta-lahir": Effect(0.05, 0.1, 0.15),
    "akta-mati": Effect(0.05, 0.05, 0.15),
    "nib": Effect(-0.1, -0.15, 0.05),
    "pbg": Effect(-0.45, -0.35, 0.0),
    "izin-penelitian": Effect(0.0, 0.0, 0.1),
    "skck": Effect(0.05, 0.0, 0.05),
    "sim": Effect(-0.2, -0.25, 0.0),
    "ak1": Effect(0.1, 0.1, 0.15),
    "sktm": Effect(-0.05, -0.1, 0.1),
}

# The employees of the known truths are fixed, so that the truths hold for every seed.
FIXED = {
    FALLEN: Effect(0.1, 0.1, 0.2),
    SELF_RATER: Effect(-0.45, -0.45, -0.45),
    PRAISED: Effect(0.5, 0.5, 0.55),
}


def draw_effects(rng: Random) -> dict[str, Effect]:
    """The true effect of every employee, by code."""
    drawn = {employee.code: _draw_effect(rng) for employee in EMPLOYEES}
    by_office: dict[str, list[str]] = {}
    for employee in EMPLOYEES:
        by_office.setdefault(employee.office, []).append(employee.code)
    centred = [_centred({code: drawn[code] for code in codes}) for codes in by_office.values()]
    return {code: effect for office in centred for code, effect in office.items()} | FIXED


def _draw_effect(rng: Random) -> Effect:
    person = rng.gauss(0, PERSON)
    return Effect(person, person, person + rng.gauss(0, PERSON_FRIENDLINESS))


def _centred(colleagues: dict[str, Effect]) -> dict[str, Effect]:
    means = [fmean(values) for values in zip(*colleagues.values(), strict=True)]
    return {
        code: Effect(*(value - mean for value, mean in zip(effect, means, strict=True)))
        for code, effect in colleagues.items()
    }


def answer(rng: Random, effects: dict[str, Effect], visit: TownVisit) -> Scores:
    """The scores of one sheet."""
    employee, service = effects[visit.employee], SERVICE[visit.service]
    shared = OFFICE[visit.office] + CHANNEL[visit.channel] + rng.gauss(0, MOOD)
    # Friendliness alone falls, so that a chart of the composite finds it later than that of the dimension.
    fallen = FALL if visit.employee == FALLEN and visit.week >= FALL_WEEK else 0.0
    return Scores(
        _level(shared + service.speed + employee.speed + rng.gauss(0, NOISE)),
        _level(shared + service.transparency + employee.transparency + rng.gauss(0, NOISE)),
        _level(shared + service.friendliness + employee.friendliness + fallen + rng.gauss(0, NOISE)),
    )


def _level(latent: float) -> int:
    return bisect(THRESHOLDS, latent) + 1
