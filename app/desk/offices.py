"""The offices that somebody reaches: what they are called, and which to choose from in a form."""

from collections.abc import Collection, Mapping

from app.access.principals import Principal, Reach
from app.desk.blocks import Field
from app.directory.listing_store import agency_name, counter_names, counters_page, names_of, office_parents
from app.directory.reach import offices_in_reach
from app.directory.rules.reach import reached_offices
from app.foundation.storage.database import Session
from app.ratings.rules.selection import By
from app.reports.sections.language import Language

# A list of more is longer than anybody looks through, and than a page may be.
MOST_CHOICES = 100


def office_field(choices: tuple[tuple[str, str], ...], tell: Language) -> Field:
    """The field of an office: a list, or where that would be too long its code."""
    label = tell("At this office and all below it")
    if len(choices) <= MOST_CHOICES:
        return Field("office", label, "select", choices=choices)
    return Field("office", label, hint=tell("The code of the office; left empty, the whole agency."), required=False)


def one_office(choices: tuple[tuple[str, str], ...], tell: Language) -> Field:
    """The field of one office alone; `choices` as `office_choices` gives them."""
    some = tuple(each for each in choices if each[0])
    if len(some) <= MOST_CHOICES:
        return Field("office", tell("Office"), "select", choices=some)
    return Field("office", tell("Office"), hint=tell("The code of the office."))


def counter_field(choices: tuple[tuple[str, str], ...], tell: Language) -> Field:
    """The field of a counter with its office: a list, or where that would be too long their codes."""
    label = tell("Office and counter")
    if len(choices) <= MOST_CHOICES:
        return Field("counter", label, "select", choices=choices)
    return Field("counter", label, hint=tell("The codes of office and counter: dukcapil/loket-1."))


def counter_choices(session: Session, reach: Reach) -> tuple[tuple[str, str], ...]:
    """`office/counter` and names of the counters in reach, by name, at most one more than a list may have."""
    within = offices_in_reach(session, reach)
    found = counters_page(session, reach.agency_id, within=within, only=None, after=("", ""), limit=MOST_CHOICES + 1)
    offices = names_of(session, reach.agency_id, "office", {each.office for each in found})
    choices = ((f"{each.office}/{each.code}", f"{offices[each.office]}, {each.name}") for each in found)
    return tuple(sorted(choices, key=lambda each: (each[1], each[0])))


def counters_named(
    session: Session, agency_id: str, asked: Collection[tuple[str, str]]
) -> dict[tuple[str, str], tuple[str, str]]:
    """The names of office and counter behind each pair of codes."""
    offices = names_of(session, agency_id, "office", {office for office, _ in asked})
    counters = counter_names(session, agency_id, {office for office, _ in asked})
    return {key: (offices[key[0]], counters[key]) for key in asked}


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


def office_words(office: str | None, names: Mapping[str, str], tell: Language) -> str:
    """What an office is called; without one the whole agency."""
    return tell("the whole agency") if office is None else names.get(office, office)


def reached_name(session: Session, principal: Principal) -> str:
    """What this person's reach is called: the office at its top, or the agency."""
    if principal.office is None:
        return agency_name(session, principal.agency_id)
    return names_of(session, principal.agency_id, By.office, [principal.office])[principal.office]
