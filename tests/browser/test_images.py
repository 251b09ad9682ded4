"""Images that do not come: their name and why, and a way to see those which the page's policy keeps out."""

import base64
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Foreign, Workbench, assistant_item, thread, user_item

pytestmark = pytest.mark.browser

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
MISSING = "image could not be loaded"


def turn(answer: str, **attachment: Any) -> Iterator[dict[str, Any]]:
    """A thread that allows images of `localhost`, with a message and its answer."""
    asked = {**user_item("thr_1", "u1", "Hi"), "attachments": [attachment] if attachment else []}
    yield {"type": "thread.created", "thread": {**thread("thr_1"), "allowed_image_domains": ["localhost"]}}
    yield {"type": "thread.item.done", "item": asked}
    yield {"type": "thread.item.done", "item": assistant_item("thr_1", "a1", answer)}


def test_an_attached_image_that_cannot_be_loaded_shows_its_name_and_says_so(app: Workbench, foreign: Foreign) -> None:
    nowhere = foreign.url.replace("/api/chatkit", "/nowhere.png")
    image = {"id": "f1", "type": "image", "name": "chart.png", "mime_type": "image/png", "preview_url": nowhere}
    foreign.answers[""] = list(turn("I see.", **image))
    app.connect(foreign.url)
    app.page.reload()  # with a policy that knows this backend
    app.ask("Hi")
    expect(app.items.first.locator(".image-missing")).to_have_text(f"chart.png {MISSING}")
    expect(app.items.first.locator("img")).to_have_count(0)
    expect(app.items.first.get_by_role("button")).to_have_count(0)


def test_an_image_that_the_thread_allows_and_the_page_does_not_is_offered_with_a_reload(
    app: Workbench, foreign: Foreign
) -> None:
    address = "http://localhost:9/pictures/light.png"
    app.page.route(address, lambda route: route.fulfill(body=PIXEL, content_type="image/png"))
    foreign.answers[""] = list(turn(f"Look: ![A lighthouse]({address})"))
    app.connect(foreign.url)
    app.ask("Hi")
    expect(app.answer.locator(".image-missing")).to_contain_text(f"A lighthouse {MISSING}")
    with app.page.expect_navigation():
        app.answer.get_by_role("button", name="Reload the page to show images from localhost:9").click()
    image = app.answer.locator("img")
    expect(image).to_be_visible()
    expect(image).to_have_js_property("naturalWidth", 1)
    expect(app.page).to_have_url(re.compile("thread=thr_1"))
