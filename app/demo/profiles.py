"""Profiles of the made-up respondents: most give none; education follows age."""

from random import Random
from typing import NamedTuple

from app.demo.urn import urn

PROFILE_CHANCE = 0.25


class Profile(NamedTuple):
    """What a respondent may give: never a name or a number (PermenPANRB 14/2017 asks for neither)."""

    sex: str
    age_band: str
    education: str
    occupation: str


SEXES = urn({"F": 51, "M": 49})
AGE_BANDS = urn({"17-24": 24, "25-34": 28, "35-44": 23, "45-54": 15, "55+": 10})
# Nobody is a bachelor's graduate at seventeen, hardly anybody a doctor at all.
EDUCATION_OF_THE_YOUNG = urn({"SD": 2, "SMP": 11, "SMA": 66, "D1-D3": 8, "S1": 13})
EDUCATION = urn({"SD": 15, "SMP": 17, "SMA": 40, "D1-D3": 9, "S1": 16, "S2": 2, "S3": 1})
OCCUPATIONS_OF_THE_YOUNG = urn({"SWASTA": 30, "WIRAUSAHA": 12, "LAINNYA": 58})
OCCUPATIONS = urn({"PNS": 8, "TNI": 1, "POLRI": 1, "SWASTA": 34, "WIRAUSAHA": 29, "LAINNYA": 27})


def draw_profile(rng: Random) -> Profile | None:
    """A profile or, usually, None."""
    if rng.random() >= PROFILE_CHANCE:
        return None
    age = rng.choice(AGE_BANDS)
    young = age == "17-24"
    return Profile(
        sex=rng.choice(SEXES),
        age_band=age,
        education=rng.choice(EDUCATION_OF_THE_YOUNG if young else EDUCATION),
        occupation=rng.choice(OCCUPATIONS_OF_THE_YOUNG if young else OCCUPATIONS),
    )
