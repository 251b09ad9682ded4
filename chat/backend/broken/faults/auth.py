"""Doors that are open, and keys that do not matter."""

from datetime import UTC, datetime
from typing import Any

import jwt
from starlette.requests import Request
from starlette.responses import Response

from chat.backend.broken.exhibit import Headers, broken
from chat.backend.broken.good import GoodBackend
from chat.backend.broken.memory import Json, Refusal, Thread

_KEY = "everybody knows this key: it guards nothing but examples"


def bearer(user: str, expires: datetime) -> Headers:
    """Headers with a token of this user's."""
    token = jwt.encode({"sub": user, "exp": expires}, _KEY, algorithm="HS256")
    return (("Authorization", f"Bearer {token}"),)


ADA = bearer("ada", datetime(2100, 1, 1, tzinfo=UTC))
BOB = bearer("bob", datetime(2100, 1, 1, tzinfo=UTC))


class Guarded(GoodBackend):
    """A backend that wants a token, and looks at it."""

    def user(self, request: Request) -> str:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Refusal(401, "Please sign in.")
        try:
            return str(self.claims(token)["sub"])
        except (jwt.PyJWTError, KeyError):
            raise Refusal(401, "This token is not valid. Please sign in again.") from None

    def claims(self, token: str) -> dict[str, Any]:
        """What a token says. Raises `PyJWTError` for one that is not ours."""
        return jwt.decode(token, _KEY, algorithms=["HS256"])


@broken("auth/open", "Works without signing in", headers=ADA)
class Open(Guarded):
    def user(self, request: Request) -> str:
        return super().user(request) if "authorization" in request.headers else "guest"


@broken("auth/garbage-accepted", "Any token is believed", headers=ADA)
class GarbageAccepted(Guarded):
    def claims(self, token: str) -> dict[str, Any]:
        return jwt.decode(token, options={"verify_signature": False})


@broken("auth/refused", "The list of conversations is for others", headers=ADA)
class Refused(Guarded):
    def threads(self, user: str) -> list[Json]:
        raise Refusal(403, "Your role may not list conversations.")


@broken("auth/cookie", "Users are known by a cookie")
class KnownByCookie(GoodBackend):
    """Right in itself, and a stranger to the browser of a page on another origin."""

    async def reply(self, request: Request) -> Response:
        known = request.cookies.get("visitor", "")
        request.state.visitor = known or self.new_id("visitor")
        response = await super().reply(request)
        if not known:
            response.set_cookie("visitor", request.state.visitor, httponly=True, samesite="lax")
        return response

    def user(self, request: Request) -> str:
        return str(request.state.visitor)


@broken("auth/expired-token", "The token in use has expired", headers=bearer("ada", datetime(2020, 1, 1, tzinfo=UTC)))
class ExpiredToken(Guarded):
    """Not the backend's fault: it takes the token that the page should have renewed long ago."""

    def claims(self, token: str) -> dict[str, Any]:
        return jwt.decode(token, _KEY, algorithms=["HS256"], options={"verify_exp": False})


@broken("auth/cross-user", "Everybody can read everybody's threads", headers=ADA, second_headers=BOB)
class CrossUser(Guarded):
    def find(self, thread_id: str, user: str) -> Thread:
        thread = self.memory.threads.get(thread_id)
        return super().find(thread_id, thread.owner if thread else user)
