"""What the official widget was watched to do with the gallery, and what the eye says that it does.

`tests/data/widget-on-gallery.json` was written down from the screen and the host events of the genuine widget. It was
sent one message in a new thread and watched for 16 s, in a page without credentials and without `onClientTool`.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chat.backend.broken import GALLERY
from chat.checks import widget_view
from tests.backend.broken.conftest import User

WATCHED: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "data" / "widget-on-gallery.json").read_text()
)
ENTRIES = {entry.rule_id: entry for entry in GALLERY}


NOT_WATCHED = {
    "cors/preflight",  # the set-up answered preflights itself
    "cors/response",
    "cors/wildcard-credentials",
    "auth/cookie",  # this and what follows came to the gallery after the widget was watched
    "auth/refused",
    "endpoint/not-chatkit",
    "errors/operation-fails",
    "framing/not-utf8",
    "identity/stored-twice",
    "input/answers-unanswered",
    "input/tags-lost",
    "lifecycle/done-differs",
    "lifecycle/ended-in-error",
    "lifecycle/error-unseen",
    "lifecycle/late-annotations",
    "lifecycle/repeated-text",
    "lifecycle/task-unfinished",
    "persistence/id-changes",
    "persistence/partial-lost",
    "schema/breaks-turn",
    "schema/response",
    "tools/completed-call",
    "tools/output-unanswered",
    "widgets/action-unanswered",
    "widgets/breaks-turn",
    "widgets/image-unseen",
    "widgets/invalid",
    "widgets/not-replaced",
}


def test_what_was_not_watched_is_known() -> None:
    assert set(ENTRIES) - set(WATCHED) == NOT_WATCHED


@pytest.mark.parametrize("rule_id", WATCHED)
async def test_the_eye_says_what_was_seen(rule_id: str, visit: Callable[..., User]) -> None:
    seen = WATCHED[rule_id]
    user = visit(ENTRIES[rule_id].path, read_timeout=0.5 if rule_id == "transport/never-ends" else 10)
    view = widget_view(await user.say(seen["message"]))
    screen = view.screen
    assert screen is not None
    assert (view.requests_sent > 1) == (seen["posts"] > 1)
    if view.requests_sent > 1:
        return  # 16 s were not enough to see the end of it
    assert (screen.start, screen.user) == (seen["start"], seen["user"])
    text = " ".join(screen.text.split())
    assert text == seen["text"] or (rule_id == "transport/truncated" and text.startswith(seen["text"]))
    assert (screen.error, screen.retry) == (seen["error"], seen["retry"])
    by_the_page = rule_id == "tools/pending-not-last"  # the page had no `onClientTool`
    assert screen.errors_told + by_the_page == seen["errors_told"]
    assert view.blank == (seen["start"] or not (seen["text"] or seen["error"] or screen.other))
    assert view.certainty == ("likely" if rule_id == "schema/invalid" else "known")
