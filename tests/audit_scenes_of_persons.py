"""One request of an administrator's browser for each action about persons and keys that the API takes from one."""

from collections.abc import Callable, Mapping
from typing import Any

from app.access.audit_actions import AuditAction
from app.access.principals import Role
from app.people.sessions import PLAIN_COOKIE
from tests.audit_scenes import Asked, Scene
from tests.house import House
from tests.people.persons import Door

BUDI = {"name": "Budi Besar", "role": "supervisor", "office": "dukcapil"}
READER = {"kind": "reader", "label": "Dasbor bupati"}
# Sends a request and hands over what was answered.
Send = Callable[[str, Any], dict[str, Any]]


def by_ani(path: str, body: Any, subject: str | None, before: Callable[[Send], dict[str, Any]] | None = None) -> Scene:
    """POST from the browser of an administrator; `before` says what was done before, and fills in path and subject."""

    def scene(house: House) -> Asked:
        with Door.open(house.database.url.render_as_string(hide_password=False)) as door:
            cookie = door.join("Ani", Role.administrator).cookies[PLAIN_COOKIE]
        headers = {"host": "localhost", "origin": "http://localhost", "cookie": f"{PLAIN_COOKIE}={cookie}"}

        def send(to: str, sent: Any) -> dict[str, Any]:
            answer = house.request("POST", to, headers=headers, json=sent)
            assert answer.is_success, answer.text
            found: dict[str, Any] = answer.json()
            return found

        known = before(send) if before else {}
        about = None if subject is None else subject.format(**known)
        asked = path.format(**known)
        return Asked("POST", asked, None, about, body, actor="administrator", secret=cookie, headers=headers)

    return scene


def _budi(send: Send) -> dict[str, Any]:
    made = send("/v1/persons", BUDI)["person"]
    return {"person": made["id"], "grant": made["roles"][0]["id"]}


def _key(send: Send) -> dict[str, Any]:
    return {"key": send("/v1/keys", READER)["id"]}


SCENES_OF_PERSONS: Mapping[AuditAction, Scene] = {
    "grant.given": by_ani("/v1/persons/{person}/roles", {"role": "viewer"}, "{person}", _budi),
    "grant.revoked": by_ani("/v1/persons/{person}/roles/{grant}/revoke", None, "{person}", _budi),
    "key.issued": by_ani("/v1/keys", READER, None),
    "key.revoked": by_ani("/v1/keys/{key}/revoke", None, "{key}", _key),
    "person.invited-again": by_ani("/v1/persons/{person}/link", None, "{person}", _budi),
    "person.signed-out": by_ani("/v1/persons/{person}/sessions/end", None, "{person}", _budi),
}
