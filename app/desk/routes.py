"""All routers of this room."""

from app.desk import account, door, keys, office, own, people, person, provider

rooms = (door, provider, account, people, person, keys, office, own)
routers = (*(each.router for each in rooms), provider.machines)
