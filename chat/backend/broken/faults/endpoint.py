"""Addresses at which something else than a ChatKit backend answers."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from chat.backend.broken.exhibit import broken
from chat.backend.broken.good import GoodBackend


@broken("endpoint/not-chatkit", "The front end's page answers every address")
class NotChatKit(GoodBackend):
    async def reply(self, request: Request) -> Response:
        return HTMLResponse('<!doctype html><html lang="en"><body><div id="root"></div></body></html>')
