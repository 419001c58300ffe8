"""The budget of tries with tickets by network address; a try is given back unless the ticket is refused."""

from app.access.guesses import BUDGET, PER_SECOND, Guesses
from app.foundation.clock import Clock


class TicketAttempts(Guesses):
    """The budgets of one process, by address and ticket."""

    def __init__(self, clock: Clock, budget: int = BUDGET, per_second: float = PER_SECOND) -> None:
        super().__init__(clock, "too-many-tickets", ("ticket-refused",), budget, per_second)
