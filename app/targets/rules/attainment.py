"""Whether a target is attained, in one of three words. Pure.

Beside the figure stands an interval with 1.25 % on either side: with it, "attained" said of somebody below the target,
and "not attained" of somebody at it, are each rarer than 2.5 % in every setting of the table of exact coverage from
thirty answers on (`tests/targets/test_false_words.py`). The usual 95 % interval keeps neither.
"""

from decimal import Decimal
from enum import StrEnum

CONFIDENCE = 0.975
# Fewer answers say too little: nobody is told to have attained a target, or not to have, by them.
SMALLEST_JUDGED_N = 30


class Word(StrEnum):
    """*Tercapai*, *belum tercapai*, *belum dapat dipastikan*."""

    attained = "attained"
    not_attained = "not-attained"
    uncertain = "uncertain"


def word_for(target: Decimal, n: int, lower: Decimal, upper: Decimal) -> Word:
    """The word for a figure of n answers whose interval goes from `lower` to `upper`.

    All are on the scale of the index, rounded as they are shown, so that whoever reads them finds the same word.
    """
    if n < SMALLEST_JUDGED_N:
        return Word.uncertain
    if lower >= target:
        return Word.attained
    return Word.not_attained if upper < target else Word.uncertain
