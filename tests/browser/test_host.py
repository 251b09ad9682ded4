"""A profile in the page: who answers, what failed and where, the host's buttons, the widget's options."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import TOAST, Workbench, click_saying
from tests.conftest import Running, start_workbench

PROFILE = """
greeting = "Good evening"
start_prompts = ["Which time zone is my browser in?"]
def on_client_tool(name, params):
    return {"zone": "Asia/Tokyo"} if name == "get_time_zone" else None
def on_effect(name, data):
    return 1 / 0
def press():
    return "The lamp is lit"
host_buttons = [
    {"label": "Light the lamp", "call": press},
    {"label": "Draft", "set_composer_value": "Dear keeper"},
    {"label": "Ask", "send_user_message": "Highlight order 1042 on my page"},
    {"label": "Act", "custom_action": {"type": "nothing.known"}},
]
"""


@dataclass
class Profiled:
    """A workbench with a profile, and a file of connections beside it."""

    running: Running
    path: Path

    def save(self, source: str) -> None:
        before = self.path.stat()
        self.path.write_text(source, "utf-8")
        os.utime(self.path, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000))


@pytest.fixture(scope="module")
def profiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Profiled]:
    folder = tmp_path_factory.mktemp("profiled")
    path, config = folder / "my_profile.py", folder / "my.toml"
    path.write_text(PROFILE, "utf-8")
    config.write_text(
        '[connections.lamp]\nurl = "http://127.0.0.1:9/chatkit"\n'
        '[connections.unset]\nurl = "http://127.0.0.1:9/"\nheaders = { A = "${NOT_SET_ANYWHERE}" }\n',
        "utf-8",
    )
    running = start_workbench(
        folder / "data", "--rate", "0", "--profile", str(path), "--config", str(config), "--stage-port", "0"
    )
    yield Profiled(running, path)
    running.stop()


@pytest.fixture
def page(context: BrowserContext, profiled: Profiled) -> Workbench:
    profiled.save(PROFILE)
    return Workbench(context.new_page(), profiled.running.url).open()


def test_the_profile_answers_and_what_it_does_not_answer_is_asked_once_or_for_always(
    page: Workbench, profiled: Profiled
) -> None:
    one = page.page
    page.say("Which time zone is my browser in?")
    expect(one.get_by_text("Answered by on_client_tool in my_profile.py.")).to_be_visible()
    expect(one.get_by_text("Asia/Tokyo").last).to_be_visible()
    page.idle()
    page.say("Delete what is selected on my page")
    one.get_by_test_id("tool-always").check()
    page.idle()  # before that, nothing can be answered
    one.locator("textarea[name=output]").fill('"order 7"')
    one.get_by_test_id("tool-output").click()
    expect(one.get_by_text("Kept: this tool is answered so from now on.")).to_be_visible()
    one.locator("textarea[name=output]").fill("no")
    page.idle()
    one.get_by_test_id("tool-output").click()
    expect(one.get_by_text("Nothing was deleted").first).to_be_visible()
    page.idle()
    one.get_by_test_id("host").click()
    kept = one.get_by_test_id("kept-answer")
    expect(kept).to_have_text('get_selected_order "order 7"')
    expect(one.get_by_test_id("host-path")).to_have_text(str(profiled.path))
    forget = one.get_by_test_id("forget-answer")
    forget.evaluate("(button) => { window.there = button; }")
    profiled.save("no Python")
    expect(one.get_by_test_id("host-failure")).to_be_visible()
    assert one.evaluate("window.there.isConnected")  # a click on it meanwhile would not have been lost
    forget.click()
    expect(kept).to_have_count(0)


def test_what_fails_is_shown_in_place_and_in_one_spot_until_the_file_is_mended(
    page: Workbench, profiled: Profiled
) -> None:
    one = page.page
    expect(one.get_by_test_id("host")).to_have_text("my_profile.py")
    one.get_by_test_id("host-button").filter(has_text="Ask").click()
    expect(one.get_by_text("on_effect of your profile failed (line 7): ZeroDivisionError")).to_be_visible()
    expect(one.get_by_test_id("host")).to_have_text("my_profile.py: 1 problem")
    one.get_by_test_id("host").click()
    failure = one.get_by_test_id("host-failure")
    expect(failure).to_contain_text(f"{profiled.path}:7")
    failure.locator("summary").click()
    expect(failure.locator("pre")).to_contain_text("return 1 / 0")
    profiled.save(PROFILE + "\ndef broken(:\n")
    expect(one.get_by_test_id("host-failure")).to_contain_text("SyntaxError")
    expect(one.get_by_test_id("host-failure")).to_contain_text(f"{profiled.path}:17")
    profiled.save(PROFILE)
    expect(one.get_by_test_id("host-failure")).to_have_count(0)
    expect(one.get_by_test_id("host")).to_have_text("my_profile.py")


def test_buttons_and_options_of_the_host_page(page: Workbench) -> None:
    one = page.page
    buttons = one.get_by_test_id("host-button")
    expect(buttons).to_have_count(4)
    one.set_viewport_size({"width": 300, "height": 800})
    expect(buttons.last).not_to_be_in_viewport(ratio=1)
    expect(buttons.first).to_be_in_viewport(ratio=1)  # where they do not all fit, the first is not cut
    one.set_viewport_size({"width": 1440, "height": 900})
    click_saying(buttons.filter(has_text="Light the lamp"), "The lamp is lit", TOAST)
    click_saying(buttons.filter(has_text="Act"), "The backend has not created the thread yet", TOAST)
    buttons.filter(has_text="Draft").click()
    expect(page.composer).to_have_value("Dear keeper")
    one.get_by_test_id("host").click()
    one.get_by_test_id("host-options").click()
    text = one.get_by_test_id("options-text")
    text.fill('{"composer": {"plcaeholder": "x"}}')
    expect(one.get_by_test_id("options-problem")).to_contain_text("Did you mean `placeholder`?")
    text.fill('{"composer": {"placeholder": "Ask the keeper"}}')
    expect(one.get_by_test_id("options-problem")).to_have_count(0)
    one.get_by_test_id("options-apply").click()
    expect(page.composer).to_have_attribute("placeholder", "Ask the keeper")


def test_connections_of_the_file_are_listed_and_a_profile_belongs_to_its_own(page: Workbench) -> None:
    one = page.page
    one.get_by_test_id("profiles").click()
    one.get_by_test_id("profile-row").filter(has_text="lamp").click()
    expect(one.get_by_test_id("connection-url")).to_have_value("http://127.0.0.1:9/chatkit")
    expect(one.get_by_test_id("host")).to_have_text("Host page: you are asked")
    expect(one.get_by_test_id("host-button")).to_have_count(0)
    one.get_by_test_id("profiles").click()
    expect(one.get_by_test_id("unusable-connection")).to_contain_text("NOT_SET_ANYWHERE is not set")
