"""Every broken backend of the gallery, opened in a window, shows its own rule.

`tests/browser/test_gallery.py` looks at the page itself, with one for each way in which a fault comes out.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from nicegui import Client, core
from nicegui.page import page

from chat.backend.broken import GALLERY
from chat.conversation.conversation import Conversation
from chat.ui.address import Place
from chat.ui.offers import BrokenBackend
from chat.ui.page import build_page
from chat.ui.profiles import Profiles
from chat.ui.window import Window
from chat.ui.workbench import Workbench
from tests.conftest import Running, start_workbench
from tests.conversation.conversation_backend import until

SILENT = "transport/never-ends"
"""Its fault is ten seconds of silence: the browser's test has it."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = start_workbench(tmp_path_factory.mktemp("gallery") / "data", "--rate", "0")
    yield running
    running.stop()


def shown(client: Client, test_id: str) -> list[str]:
    """The HTML that the page holds under this test id."""
    return [str(one.props["html"]) for one in client.elements.values() if one.props.get("data-testid") == test_id]


async def by_hand(conversation: Conversation) -> None:
    """Press the button that came, or answer the question."""
    await conversation.wait()
    last = list(conversation.state.items.values())[-1]
    if last.type == "structured_input":
        await conversation.submit_structured_input(last.id, {"first": ["Call Ada"]})
    else:
        await conversation.widget_action(last.id, {"type": "plan.book", "payload": {}})
    await conversation.wait()


@pytest.mark.parametrize("entry", [one for one in GALLERY if one.rule_id != SILENT], ids=lambda entry: entry.rule_id)
async def test_an_entry_shows_its_rule(
    entry: BrokenBackend, running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core, "loop", asyncio.get_running_loop())  # which only ui.run sets, and this too
    monkeypatch.setattr(core.app.config, "message_history_length", 1000, raising=False)
    profiles = Profiles(tmp_path / "profiles.json", f"{running.url}/chatkit")
    workbench = Workbench(profiles, profiles.embedded.id, (), GALLERY)
    client = Client(page("/", reconnect_timeout=30))
    with client:
        window = Window(workbench, workbench.profiles.embedded)
        build_page(window, Place(window.profile.id))
    await window.gallery.try_out(entry)
    if entry.then:  # a person has to act, and is told so
        assert window.conversation is not None
        await by_hand(window.conversation)
        assert window.source.exchange_with(entry.rule_id)
    elif not window.source.exchange_with(entry.rule_id):
        await until(lambda: shown(client, "check-report"))  # a check began by itself, and has ended
        assert f'data-rule-id="{entry.rule_id}"' in shown(client, "check-report")[0]
    client.delete()
