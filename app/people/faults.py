"""What cannot be done with persons, grants and ways to sign in, as sentences for page and terminal."""

from app.foundation.problems import FieldError, Problem
from app.foundation.translations import Phrase, Translate, translator


class PeopleFault(ValueError):
    """Something that was asked for is refused; `field` names the field of a form that it is about.

    The text is English with `{named}` values, and has a translation.
    """

    def __init__(self, text: str, field: str | None = None, **values: object) -> None:
        super().__init__(translator("en")(text, **values))
        self.text = text
        self.field = field
        self.values = values

    def in_words(self, translate: Translate) -> str:
        """The sentence in a reader's language."""
        return translate(self.text, **self.values)

    def as_problem(self) -> Problem:
        """The same over the API, in the reader's language like everything that is refused there."""
        said = Phrase(self.text, self.values)
        return Problem("invalid-request", errors=[FieldError(self.field or "body", "entry-refused", {"problem": said})])
