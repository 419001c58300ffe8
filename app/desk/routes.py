"""All routers of this room."""

from app.desk import account, door, finding, findings, keys, office, own, people, person, provider, trail

rooms = (door, provider, account, people, person, keys, office, findings, finding, trail, own)
routers = (*(each.router for each in rooms), provider.machines)
