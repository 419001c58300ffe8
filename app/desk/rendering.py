"""Draws desk pages: each block by its template, in the reader's language."""

from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.desk.blocks import (
    Awaited,
    DeskBlock,
    Field,
    Form,
    KeyTool,
    LinkedTable,
    Links,
    Numbers,
    Page,
    Questions,
    Tasks,
)
from app.desk.navigation import Group, menu_for
from app.desk.page_file import has_file, is_asked_as_file, page_file
from app.foundation.problems import Problem
from app.foundation.translations import catalogues
from app.pages.shell import LANGUAGE_COOKIE, POLICY, base_of, language_of, shell_values, templates_of
from app.people.rules.channels import origin_of
from app.people.signed_in import SignedIn
from app.reports.formats.printed import plain_block
from app.reports.sections.language import Language
from app.reports.sections.language import language as language_of_reports

AnyResponse = TypeVar("AnyResponse", bound=Response)
LANGUAGE_SECONDS = 365 * 86_400
# Says that something was saved, to the page that comes next and no other.
SAVED_COOKIE, SAVED_SECONDS = "cermin_saved", 60
HEADERS = {
    # Forms of these pages must say where they come from: under `no-referrer` browsers say `null`.
    "Referrer-Policy": "same-origin",
    "Vary": "Accept-Language, Cookie",
}


def _drawn(drawing: str) -> Markup:
    """An SVG made here, from templates that escape what people wrote."""
    return Markup(drawing)  # noqa: S704 - autoescaped where it was drawn


templates = templates_of("app.desk")
templates.filters["drawn"] = _drawn


def reader_of(request: Request) -> Language:
    """The language in which this reader is spoken to."""
    return language_of_reports(language_of(request))


def respond(request: Request, page: Page, signed_in: SignedIn | None = None, status: int = 200) -> Response:
    """The page as an answer, or as a file where that is asked for. Raises `not-acceptable` where it is none."""
    tell = reader_of(request)
    path = request.scope["path"]
    # What is shown once, after a form was sent, is no list to come back for; what is wrong is told on a page.
    offered = request.method == "GET" and status == 200 and signed_in is not None and has_file(page)
    if is_asked_as_file(request) and status == 200:
        if not offered or signed_in is None:
            raise Problem("not-acceptable", offered="text/html")
        return page_file(page, f"{path.rpartition('/')[2]}-{signed_in.agency_id}.csv", tell)
    page = replace(page, sent=path)
    is_saved = request.method == "GET" and signed_in is not None and SAVED_COOKIE in request.cookies
    # What a form was sent to is no address to come back to.
    here = _in_language(request, path) if request.method == "GET" else None
    text = templates.get_template("page.html").render(
        **shell_values(request, tell.code, here),
        _=tell,
        tell=tell,
        page=page,
        saved=is_saved,
        faults=_faults(page),
        sections=[
            {"title": section.title, "blocks": [plain(block, tell, page) for block in section.blocks]}
            for section in page.sections
        ],
        menu=_menu(signed_in, tell, path),
        account=None if signed_in is None or not signed_in.complete else _account(signed_in, tell),
        file=f"{base_of(request)}{_in_language(request, path)}{tell.code}&format=csv" if offered else None,
    )
    headers = HEADERS | {"Content-Language": tell.code, "Content-Security-Policy": _policy(page)}
    response = HTMLResponse(text, status, headers=headers)
    if is_saved:
        response.delete_cookie(SAVED_COOKIE, path="/", secure=request.scope["scheme"] == "https", httponly=True)
    return in_its_language(request, response)


def in_its_language(request: Request, response: AnyResponse) -> AnyResponse:
    """The response, which lets the browser remember the language that was asked for, if one was."""
    asked = request.query_params.get("lang")
    if asked is not None and asked in catalogues():
        remember(response, LANGUAGE_COOKIE, asked, LANGUAGE_SECONDS, secure=request.scope["scheme"] == "https")
    return response


def _in_language(request: Request, path: str) -> str:
    """The address of this page, filters and all, up to the value of `lang`."""
    # What a provider has led back with is no filter, and stands on no page.
    given = [] if path.startswith("/sign-in") else request.query_params.multi_items()
    others = [(name, value) for name, value in given if name != "lang"]
    return f"{path}?{urlencode([*others, ('lang', '')])}"


def remember(response: Response, name: str, value: str, seconds: int | None, *, secure: bool) -> None:
    """Give the browser a cookie that no script reads; without `seconds` until it is closed."""
    response.set_cookie(name, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")


def plain(block: DeskBlock, tell: Language, page: Page) -> dict[str, Any]:
    """The block as its template sees it."""
    match block:
        case Numbers(items):
            figures = [
                {"name": each.name, "value": tell.cell(each.value), "strip": each.strip, "address": each.address}
                for each in items
            ]
            return {"kind": "numbers", "items": figures}
        case Tasks(items, none):
            return {"kind": "tasks", "items": items, "none": none}
        case Links(items):
            return {"kind": "links", "items": items}
        case Awaited(state, text, address):
            return {"kind": "awaited", "state": state, "text": text, "address": address}
        case Questions(form):
            return {"kind": "questions", "language": form.language, "questions": form.questions, "skip": form.skip}
        case KeyTool(does, without, address, asked):
            return {"kind": "key_tool", "does": does, "without": without, "address": address, "id": asked}
        case LinkedTable(table, addresses):
            return {**plain_block(table, tell), "addresses": addresses}
        case Form():
            fields = [_field(each, block, page) for each in block.fields]
            return {
                "kind": "form",
                "action": block.action,
                "button": block.button,
                "fields": fields,
                "tone": block.tone,
                "method": block.method,
                "sends_file": any(field.kind == "file" for field in block.fields),
            }
    return plain_block(block, tell)


def _policy(page: Page) -> str:
    """What the browser lets the page do: its forms lead to us, and to the one other site that a form of it names."""
    actions = (block.action for section in page.sections for block in section.blocks if isinstance(block, Form))
    others = sorted({origin_of(action) for action in actions if not action.startswith("/")})
    return " ".join((POLICY, *others))


def _field(field: Field, form: Form, page: Page) -> dict[str, Any]:
    # One page may have several forms with a field of this name; what was wrong was so in the one that was sent.
    sent = page.sent == form.action
    faults = [sentence for name, sentence in page.faults if sent and name == field.name]
    # What somebody typed is kept for the next try; a secret never is.
    secret = field.kind in ("password", "code", "hidden", "file")
    value = page.values.get(field.name, field.value) if sent and not secret else field.value
    return {**field.__dict__, "id": _id(form, field.name), "value": value, "fault": faults[0] if faults else None}


def _faults(page: Page) -> list[tuple[str | None, str]]:
    """Each fault with the id of its field, where the page has it."""
    forms = [block for section in page.sections for block in section.blocks if isinstance(block, Form)]
    sent = [(form, field) for form in forms if form.action == page.sent for field in form.fields]
    known = {field.name: (_id(form, field.name), field.label) for form, field in sent}
    # Of several fields of a form each fault names its own.
    several = sum(field.kind != "hidden" for _, field in sent) > 1
    listed: list[tuple[str | None, str]] = []
    for name, sentence in page.faults:
        place, label = known.get(name or "", (None, ""))
        listed.append((place, f"{label}: {sentence}" if label and several else sentence))
    return listed


def _id(form: Form, name: str) -> str:
    return f"{form.action.rpartition('/')[2]}-{name}"


def _menu(signed_in: SignedIn | None, tell: Language, path: str) -> list[dict[str, Any]]:
    shown: tuple[Group, ...] = () if signed_in is None else menu_for(signed_in)
    return [
        {
            "text": tell(group.text) if group.text else "",
            "entries": [
                {"text": tell(entry.text), "address": entry.address, "current": path == entry.address}
                for entry in group.entries
            ],
        }
        for group in shown
    ]


def _account(signed_in: SignedIn, tell: Language) -> str:
    role = signed_in.active
    if role is None:
        return signed_in.name
    return " · ".join((signed_in.name, tell(role.role), *((role.place,) if role.place else ())))
