"""All routers of this room."""

from collections.abc import Mapping

from app.desk import (
    account,
    comments,
    door,
    finding,
    findings,
    keys,
    kiosk,
    kiosks,
    mirror,
    office,
    passkeys,
    people,
    period,
    periods,
    person,
    poster,
    provider,
    readers,
    reply,
    report,
    reports,
    services,
    team,
    team_person,
    trail,
    trend,
)

rooms = (
    door,
    provider,
    account,
    passkeys,
    people,
    person,
    keys,
    kiosks,
    kiosk,
    poster,
    office,
    findings,
    finding,
    trail,
    report,
    reports,
    trend,
    services,
    comments,
    periods,
    period,
    mirror,
    reply,
    readers,
    team,
    team_person,
)
routers = (*(each.router for each in rooms), provider.machines)
# Four thousand characters, of which a form writes each as up to twelve bytes.
LONG_FORMS: Mapping[str, int] = dict.fromkeys(("/desk/reply/send", "/desk/team/note"), 64 * 1024)
