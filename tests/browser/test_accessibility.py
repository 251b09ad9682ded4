"""
Nobody is kept out: no serious or critical violation that axe-core knows, in any state of the page, light and dark, wide
and narrow.

Everything is looked at in one page, whose system turns dark and whose window becomes narrow. A width changes which
parts are there, what scrolls and what has a name: each is asked by every rule. A theme changes colours alone: each is
asked by the rules that read them. States of the whole page are looked at in all four combinations. A dialog has the
same parts at each width, so its colours are read in both themes once, wide, and all of it once more narrow.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from chat.backend.scenarios import SCENARIOS
from chat.backend.script import Scenario
from tests.browser import stand_in
from tests.browser.axe import OF_COLOUR, set_theme, violations
from tests.browser.conftest import Foreign, Workbench, thread
from tests.browser.test_compare import Compare
from tests.conftest import Running, start_workbench
from tests.rendering import gallery

pytestmark = pytest.mark.browser

WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 400, "height": 800}
DIALOG = ".q-dialog"
NOT_STORED = {"error", "notice", "progress_update", "client_effect"}
"""Events that leave something to see which no item keeps."""
ENDS = ("locked", "closed")
"""Scenarios after which nothing can be said in their thread."""


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A workbench whose embedded backend answers at once."""
    running = start_workbench(tmp_path_factory.mktemp("fast") / "data", "--rate", "0")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """
    One page for all that is looked at: a page of its own, and axe in it, would cost each test more than the rest.

    Nothing in all that may leave an error in the console.
    """
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(f"{said.text} {said.location}") if said.type == "error" else None)
    yield page
    context.close()
    assert not errors


def looked_at(page: Page, state: str, within: str = "html", *, narrow: bool = True) -> None:
    """Have axe look at a state of the page: wide in the theme that it has, wide and narrow in the other; at the whole
    page narrow in the first one, too. It stays in the theme in which it was looked at last."""
    dark = bool(page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"))
    found = violations(page, within)
    set_theme(page, not dark)
    found += violations(page, within, *OF_COLOUR)
    if narrow:
        page.set_viewport_size(NARROW)
        found += violations(page, within)
        if within == "html":
            set_theme(page, dark)
            found += violations(page, within, *OF_COLOUR)
        page.set_viewport_size(WIDE)
    assert not found, f"{state}:\n" + "\n".join(found)


def test_every_scenario_of_the_embedded_backend_and_every_tab_of_the_inspector(page: Page, fast: Running) -> None:
    with httpx.Client(base_url=fast.url, trust_env=False, verify=False) as client:
        stored = ask(client, [scenario for scenario in SCENARIOS if scenario.name not in (*ENDS, "sized_answer")])
        ended = [(scenario, ask(client, [scenario])) for scenario in SCENARIOS if scenario.name in ENDS]
    app = Workbench(page, fast.url).open(f"/?thread={stored.thread}")
    asked = page.locator("[data-item-type=user_message]")
    expect(asked.first).to_be_visible()
    while (count := asked.count()) < stored.asked:  # older entries come when somebody scrolls up
        page.evaluate("document.querySelector('.conversation-scroll').scrollTop = 0")
        page.wait_for_function(f"document.querySelectorAll('[data-item-type=user_message]').length > {count}")
    for scenario in stored.seen_live:
        say(app, scenario.prompt)
    looked_at(page, "every scenario")
    for scenario, alone in ended:
        page.locator(f'[data-thread-id="{alone.thread}"]').click()
        expect(asked).to_have_text([re.compile(f"^{scenario.prompt}")])
        app.idle()
        looked_at(page, scenario.name, ".pane-middle")
    app.new_thread()
    looked_at(page, "the start screen")
    app.ask("Hello there")
    for tab in ("events", "request", "response", "timing", "state"):
        page.locator(f".in-tab[data-tab={tab}]").click()
        if tab == "events":
            app.events.nth(2).click()
        looked_at(page, f"the inspector's tab {tab}", ".pane-right", narrow=False)


@dataclass
class Asked:
    """A thread that is stored."""

    thread: str = ""
    asked: int = 0
    seen_live: list[Scenario] = field(default_factory=list)
    """Scenarios of which a reload does not show everything."""


def ask(client: httpx.Client, scenarios: list[Scenario]) -> Asked:
    """Ask for these in a thread of their own, without a page."""
    made = Asked()
    for scenario in scenarios:
        content = [{"type": "input_text", "text": scenario.prompt}]
        message = {"content": content, "attachments": [], "inference_options": {}}
        body: dict[str, Any] = {"type": "threads.create", "params": {"input": message}}
        if made.thread:
            body = {"type": "threads.add_user_message", "params": {"input": message, "thread_id": made.thread}}
        lines = client.post("/chatkit", json=body).text.splitlines()
        events = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
        if not made.thread:
            made.thread = next(event["thread"]["id"] for event in events if event["type"] == "thread.created")
        made.asked += 1
        if NOT_STORED & {event["type"] for event in events}:
            made.seen_live.append(scenario)
    return made


def say(app: Workbench, text: str) -> None:
    asked = app.page.locator("[data-item-type=user_message]")
    before = asked.count()
    app.composer.fill(text)
    app.page.get_by_test_id("send").click()
    expect(asked).to_have_count(before + 1)
    expect(app.composer).to_have_value("")
    app.idle()


def test_every_dialog(page: Page, fast: Running) -> None:
    app = Workbench(page, fast.url)
    if not page.url.startswith(fast.url):
        app.open()
        app.ask("Hello there")
    page.get_by_test_id("keep-session").click()
    for opener, shown in (
        ("connection-settings", "connection-dialog"),
        ("open-gallery", "gallery-entry"),
        ("open-explain", "explain"),
        ("open-recordings", "open-recording"),
        ("check-backend", "check-start"),
        ("host", "host-sheet"),
    ):
        page.get_by_test_id(opener).click()
        expect(page.get_by_test_id(shown).first).to_be_visible()
        looked_at(page, opener, DIALOG)
        page.keyboard.press("Escape")
        expect(page.locator(DIALOG)).to_have_count(0)
    page.get_by_test_id("profiles").click()
    expect(page.get_by_test_id("profile-row").first).to_be_visible()
    looked_at(page, "the menu of backends", ".q-menu", narrow=False)
    page.keyboard.press("Escape")
    expect(page.locator(".q-menu")).to_have_count(0)
    app.threads.first.focus()
    page.keyboard.press("Delete")
    expect(page.get_by_test_id("confirm-delete")).to_be_visible()
    looked_at(page, "a question before deleting", DIALOG)
    page.keyboard.press("Escape")
    expect(page.locator(DIALOG)).to_have_count(0)
    page.keyboard.press("Control+/")
    expect(page.get_by_test_id("shortcuts")).to_be_visible()
    looked_at(page, "the shortcuts", DIALOG)
    page.keyboard.press("Escape")
    expect(page.locator(DIALOG)).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.get_by_test_id("command").first).to_be_visible()
    looked_at(page, "the palette", ".palette")
    page.keyboard.press("Escape")
    page.get_by_test_id("open-raw").click()
    expect(page.get_by_test_id("raw-remarks")).to_be_visible()
    looked_at(page, "a raw request", "[data-testid=raw-request]")
    page.get_by_test_id("raw-close").click()
    page.get_by_test_id("open-watch").click()
    expect(page.locator(DIALOG)).to_be_visible()
    looked_at(page, "the relay's address", DIALOG)
    page.keyboard.press("Escape")
    expect(page.locator(DIALOG)).to_have_count(0)


def test_what_went_wrong_and_the_report_about_it(page: Page, fast: Running, foreign: Foreign, nobody: str) -> None:
    app = Workbench(page, fast.url).open()
    app.connect(nobody)
    looked_at(page, "nothing listens")
    app.connect(f"{fast.url}/broken/lifecycle/delta-mismatch/chatkit")
    app.ask("Hello there")
    expect(page.get_by_test_id("finding").first).to_be_visible()
    looked_at(page, "a finding")
    with page.expect_popup() as opened:
        page.get_by_test_id("open-report").click()
    report = opened.value
    report.wait_for_load_state()
    found = violations(report)
    report.emulate_media(color_scheme="dark")
    found += violations(report, "html", *OF_COLOUR)
    report.set_viewport_size(NARROW)
    found += violations(report)
    report.emulate_media(color_scheme="light")
    found += violations(report, "html", *OF_COLOUR)
    assert not found, "the report:\n" + "\n".join(found)
    report.close()
    foreign.status = 500
    foreign.threads = [thread("thr_1", "One")]
    app.connect(foreign.url)
    app.say("Anyone there?")
    expect(page.get_by_test_id("error").first).to_be_visible()
    looked_at(page, "a refusal", narrow=False)


def test_the_page_of_components(page: Page, fast: Running) -> None:
    page.goto(f"{fast.url}/gallery/components?show=Chart")
    expect(page.get_by_test_id("preview").locator(".chart").first).to_be_visible()
    expect(page.locator(".cm-gutterElement").nth(2)).to_be_visible()
    looked_at(page, "the page of components")


def test_the_compare_page(page: Page, fast: Running) -> None:
    stand_in.install(page.context)
    Compare(page, fast.url).open()
    looked_at(page, "the compare page")


def test_everything_that_the_renderers_draw(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "gallery.html"
    file.write_text(gallery.page(False).replace("<!doctype html>", "<!doctype html><html lang=en>", 1), "utf-8")
    page.goto(file.as_uri())
    found = violations(page)
    page.evaluate("document.body.className = 'body--dark'")
    found += violations(page, "html", *OF_COLOUR)
    assert not found, "\n".join(found)
