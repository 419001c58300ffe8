"""Passkeys joined to a person, and what a wrong answer gets."""

from typing import Any

import pytest

from app.access.principals import Role
from app.foundation.http.visits import Visit
from app.people.faults import PeopleFault
from tests.people.passkeys.at_the_door import sign_in, there
from tests.people.passkeys.authenticator import Authenticator
from tests.people.persons import Door


def joined(door: Door, name: str = "Ani", role: Role = Role.administrator, **more: Any) -> Visit:
    """Somebody who is signed in at the public address."""
    return there(door.join(name, role, **more))


def told(door: Door, device: Authenticator, **lies: Any) -> str:
    """The refusal of a lying device."""
    with pytest.raises(PeopleFault) as caught:
        sign_in(door, device, **lies)
    return caught.value.text
