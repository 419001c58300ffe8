"""Cookies of attempts: the browser keeps one while somebody is at the provider or at an authenticator."""

from starlette.requests import Request
from starlette.responses import Response

from app.desk.rendering import remember
from app.people.attempt_cookies import AttemptCookie


def keep_attempt(request: Request, response: Response, cookie: AttemptCookie) -> Response:
    """The answer with the cookie of an attempt, and without those of former ones."""
    for name in cookie.dropped:
        forget(request, response, name)
    remember(response, cookie.name, cookie.value, cookie.seconds, secure=request.scope["scheme"] == "https")
    return response


def forget(request: Request, response: Response, name: str) -> None:
    """Have the browser forget the cookie of an attempt that is over."""
    secure = request.scope["scheme"] == "https"
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")
