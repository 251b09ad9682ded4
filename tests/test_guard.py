"""Other web pages must not be able to use the workbench."""

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from chat.guard import OriginGuard, PageHeaders, security_policy


async def _accept(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


@pytest.fixture
def client() -> TestClient:
    routes = [
        Route("/", lambda request: HTMLResponse("<p>page</p>")),
        Route("/workbench/act", lambda request: PlainTextResponse("done"), methods=["GET", "POST"]),
        Route("/chatkit", lambda request: PlainTextResponse("backend"), methods=["POST"]),
        WebSocketRoute("/socket", _accept),
    ]
    app = Starlette(routes=routes)
    app.add_middleware(PageHeaders, image_origins=lambda: {"https://cdn.example.com"})
    app.add_middleware(OriginGuard, open_paths=("/chatkit",))
    return TestClient(app, base_url="http://127.0.0.1:8080")


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:9999", "http://localhost:8080", "null"])
def test_a_page_of_another_origin_is_refused(client: TestClient, origin: str) -> None:
    answer = client.post("/workbench/act", headers={"Origin": origin})
    assert answer.status_code == 403
    assert origin in answer.json()["message"]


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://127.0.0.1:8080"}])
def test_our_own_page_and_programs_without_an_origin_pass(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/workbench/act", headers=headers).text == "done"


def test_the_backend_looks_after_its_own_callers(client: TestClient) -> None:
    assert client.post("/chatkit", headers={"Origin": "https://shop.example"}).text == "backend"


def test_a_web_socket_of_another_origin_is_closed_before_it_opens(client: TestClient) -> None:
    foreign = {"Host": "127.0.0.1:8080", "Origin": "https://evil.example"}
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/socket", headers=foreign):
        pass
    ours = {"Host": "127.0.0.1:8080", "Origin": "http://127.0.0.1:8080"}
    with client.websocket_connect("/socket", headers=ours) as socket:
        assert socket.receive_text() == "hello"


def test_pages_carry_a_policy_that_names_the_images_allowed(client: TestClient) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert "img-src 'self' data: blob: https://cdn.example.com" in policy
    for wall in ("connect-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "object-src 'none'"):
        assert wall in policy


def test_without_an_allowance_no_foreign_image_may_load() -> None:
    assert "img-src 'self' data: blob:;" in security_policy()
