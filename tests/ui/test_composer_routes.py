"""What a composer asks of its page, over the page's own routes: mentions, previews, commands, files, recordings."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from chat.client import ChatKitClient, Connection
from chat.conversation.conversation import Conversation
from chat.ui.panes.composer_settings import settings_json
from chat.ui.routes.conversation import conversation_routes
from tests.conftest import free_port
from tests.host.catalogue import ADA, Catalogue

HTML = "<b>notes</b>"


@pytest.fixture
async def asking() -> AsyncIterator[httpx.AsyncClient]:
    """Asks with the launch token; nothing listens where the backend should be."""
    client = ChatKitClient(Connection(f"http://127.0.0.1:{free_port()}/chatkit"))
    conversation = Conversation(client, host=Catalogue())
    app = FastAPI()
    app.include_router(conversation_routes(lambda _: conversation, lambda _: conversation, lambda: "launch"))
    base = "http://workbench/workbench/conversations/one"
    headers = {"X-Workbench-Token": "launch"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base, headers=headers) as asking:
        yield asking


async def post(asking: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await asking.post(path, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    document: dict[str, Any] = answer.json()
    return document


@pytest.mark.parametrize("path", ["entities", "entities/preview", "commands", "commands/choose", "transcriptions"])
async def test_without_the_launch_token_nothing_is_answered(asking: httpx.AsyncClient, path: str) -> None:
    answer = await asking.post(path, json={}, headers={"X-Workbench-Token": "guessed"})
    assert answer.status_code == 403


async def test_a_mention_is_searched_where_the_host_page_knows_it(asking: httpx.AsyncClient) -> None:
    answer = await post(asking, "entities", {"query": "ada"})
    (found,) = answer["found"]
    assert (found["id"], found["title"], found["group"], found["data"]) == ("u1", "Ada Lovelace", "People", ADA.data)
    assert found["interactive"] is True
    assert found["mark"].startswith("<svg")
    assert answer["failure"] == ""


async def test_a_search_that_raised_says_so_with_its_line_until_it_works_again(asking: httpx.AsyncClient) -> None:
    answer = await post(asking, "entities", {"query": "boom"})
    assert answer["found"] == []
    assert answer["failure"] == "search_entities failed: KeyError: 'index' (my_profile.py:12)"
    assert (await post(asking, "entities", {"query": "ada"}))["failure"] == ""


async def test_a_preview_is_a_widget_in_which_nothing_can_be_pressed(asking: httpx.AsyncClient) -> None:
    entity = {"id": "u1", "title": "Ada Lovelace", "interactive": True}
    html = (await post(asking, "entities/preview", entity))["html"]
    assert "Ada Lovelace has written" in html
    assert HTML not in html, "markup of a host page is text"
    assert "disabled" in html
    assert (await post(asking, "entities/preview", {**entity, "interactive": False}))["html"] == ""


async def test_a_command_answers_with_text_a_menu_or_an_entity(asking: httpx.AsyncClient) -> None:
    (greet,) = (await post(asking, "commands", {"query": "greet"}))["found"]
    assert (await post(asking, "commands/choose", {"command": greet}))["text"] == "Good morning, "
    (cite,) = (await post(asking, "commands", {"query": "cite"}))["found"]
    menu = (await post(asking, "commands/choose", {"command": cite}))["menu"]
    assert [one["label"] for one in menu] == ["Ada Lovelace", "Grace Hopper"]
    chosen = await post(asking, "commands/choose", {"command": menu[1]})
    assert (chosen["entity"]["title"], chosen["entity"]["data"], chosen["menu"]) == (
        "Grace Hopper",
        {"from": "menu"},
        [],
    )


async def test_what_cannot_be_reached_is_said_with_what_to_do(asking: httpx.AsyncClient) -> None:
    for path in ("transcriptions", "uploads"):
        answer = await asking.post(path, content=b"\x00", headers={"Content-Type": "audio/webm"})
        assert answer.status_code == 502
        assert answer.json()["whose"] == "your backend"
        assert answer.json()["message"]
        assert answer.json()["advice"]


async def test_a_message_that_is_no_message_is_refused(asking: httpx.AsyncClient) -> None:
    answer = await asking.post("messages", json={"parts": [{"type": "input_video"}]})
    assert answer.status_code == 422


def test_what_the_host_page_sets_comes_to_the_browser_ready_to_be_shown() -> None:
    shown = settings_json(Catalogue().settings)
    assert shown["greeting"] == "What can I look up?"
    assert '<a href="https://terms.example/"' in shown["disclaimer"]
    assert [one["short"] for one in shown["tools"]] == ["Docs", "Research"]
    assert shown["attachments"]["sizes"] == {"image/*": 1000, "image/png": 100, "*": 2000}
    assert shown["prompts"][1]["parts"][1]["type"] == "input_tag"


def test_without_a_host_page_the_limits_are_those_of_the_declarations() -> None:
    shown = settings_json(type(Catalogue().settings)())
    assert shown["attachments"]["sizes"] == {"": 100 * 2**20}
    assert shown["attachments"]["most"] == 10
    assert shown["prompts"] == []
    assert not shown["entities"]
    assert not shown["commands"]
