"""What targets (SKP) came to, as a report keeps it."""

from typing import Literal

from app.closing.rules.report_documents.parts import Part


class Attainment(Part):
    """One target: of the index (`index`) or of a question, what the figure is, and the word for it.

    `interval` is that of 97.5 %, by which the word was chosen; null from fewer than thirty answers. `value` and `n` are
    null where the unit has no figures. All but `n` is on the scale of the index.
    """

    figure: str
    target: str
    n: int | None
    value: str | None
    interval: tuple[str, str] | None
    word: Literal["attained", "not-attained", "uncertain"]
