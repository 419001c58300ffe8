"""Routes of pages: whatever refuses a request is told as a page."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from app.foundation.http.body import BodyRefused
from app.foundation.http.problem_responses import database_problem
from app.foundation.problems import Problem
from app.foundation.storage.database import SQLAlchemyError


class PageRoute(APIRoute):
    """A route whose refusals are pages; each kind of pages has its own words for them."""

    @staticmethod
    @abstractmethod
    def refusal(request: Request, problem: Problem) -> Response:
        """The problem as a page."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        """The handler that turns problems into pages."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                response: Response = await handle(request)
            except Problem as problem:
                return self.refusal(request, problem)
            except RequestValidationError:
                return self.refusal(request, Problem("invalid-request"))
            except BodyRefused as refused:
                return self.refusal(request, refused.problem)
            except SQLAlchemyError as error:
                return self.refusal(request, database_problem(error))
            return response

        return answer
