"""The offices that somebody reaches: what they are called, and which to choose from in a form."""

from app.access.principals import Principal, Reach
from app.desk.blocks import Field
from app.directory.listing_store import agency_name, names_of, office_parents
from app.directory.rules.reach import reached_offices
from app.foundation.storage.database import Session
from app.ratings.rules.selection import By
from app.reports.sections.language import Language

# A list of more is longer than anybody looks through, and than a page may be.
MOST_CHOICES = 200


def office_field(choices: tuple[tuple[str, str], ...], tell: Language) -> Field:
    """The field of an office: a list, or where that would be too long its code."""
    label = tell("At this office and all below it")
    if len(choices) <= MOST_CHOICES:
        return Field("office", label, "select", choices=choices)
    return Field("office", label, hint=tell("The code of the office; left empty, the whole agency."), required=False)


def office_filter(choices: tuple[tuple[str, str], ...], chosen: str | None, tell: Language) -> Field:
    """The field by which a list is narrowed to one office; `choices` as `office_choices` gives them."""
    everywhere = ("", tell("All offices"))
    some = (everywhere, *(each for each in choices if each[0]))
    if len(some) <= MOST_CHOICES:
        return Field("office", tell("Office"), "select", value=chosen or "", choices=some, required=False)
    hint = tell("The code of the office; left empty, all offices.")
    return Field("office", tell("Office"), hint=hint, value=chosen or "", required=False)


def office_choices(session: Session, reach: Reach, tell: Language) -> tuple[tuple[str, str], ...]:
    """Code and name of the offices in reach, by name; first the whole agency, for whoever reaches it."""
    codes = reached_offices(office_parents(session, reach.agency_id), reach)
    names = names_of(session, reach.agency_id, "office", codes)
    choices = sorted(((code, f"{names[code]} ({code})") for code in codes), key=lambda each: (each[1], each[0]))
    whole = [("", tell("The whole agency"))] if reach.root is None else []
    return (*whole, *choices)


def reached_name(session: Session, principal: Principal) -> str:
    """What this person's reach is called: the office at its top, or the agency."""
    if principal.office is None:
        return agency_name(session, principal.agency_id)
    return names_of(session, principal.agency_id, By.office, [principal.office])[principal.office]
