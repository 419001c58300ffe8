"""All routers of this room."""

from app.desk import account, door, keys, office, own, people, person

routers = (door.router, account.router, people.router, person.router, keys.router, office.router, own.router)
