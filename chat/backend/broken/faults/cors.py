"""What stops a browser on another origin."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from chat.backend.broken.exhibit import broken
from chat.backend.broken.good import GoodBackend


@broken("cors/preflight", "The browser's preflight request is refused")
class Preflight(GoodBackend):
    def preflight(self, request: Request) -> Response:
        return self.refuse(401, "Please sign in.")


@broken("cors/response", "Answers do not say that other origins may read them")
class NoHeader(GoodBackend):
    def cors(self, request: Request) -> Mapping[str, str]:
        return super().cors(request) if request.method == "OPTIONS" else {}


@broken("cors/wildcard-credentials", "Any origin is allowed, with credentials")
class WildcardCredentials(GoodBackend):
    def cors(self, request: Request) -> Mapping[str, str]:
        return {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "true"}
