"""
Nobody is kept out: no serious or critical violation that axe-core knows, in any state of the page.

A state is looked at twice, wide and light, then narrow and dark: colours do not depend on the width.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from chat.backend.scenarios import SCENARIOS
from tests.browser import stand_in
from tests.browser.axe import set_theme, violations
from tests.browser.conftest import Foreign, Workbench, thread
from tests.browser.test_compare import Compare
from tests.conftest import Running, start_workbench
from tests.rendering import gallery

pytestmark = pytest.mark.browser

WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 400, "height": 800}
DIALOG = ".q-dialog"


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A workbench whose embedded backend answers at once."""
    running = start_workbench(tmp_path_factory.mktemp("fast") / "data", "--rate", "0")
    yield running
    running.stop()


def looked_at(page: Page, state: str, within: str = "html", *, narrow: bool = True) -> None:
    """Have axe look at a state of the page, wide and light, then narrow and dark."""
    found = violations(page, within)
    set_theme(page, True)
    if narrow:
        page.set_viewport_size(NARROW)
        found += violations(page, within)
        page.set_viewport_size(WIDE)
    else:
        found += violations(page, within, "color-contrast")
    set_theme(page, False)
    assert not found, f"{state}:\n" + "\n".join(found)


def test_every_scenario_of_the_embedded_backend_and_every_tab_of_the_inspector(
    context: BrowserContext, fast: Running
) -> None:
    app = Workbench(context.new_page(), fast.url).open()
    page = app.page
    looked_at(page, "the start screen")
    ends = ("locked", "closed")  # nothing is said after these
    for scenario in SCENARIOS:
        if scenario.name not in (*ends, "sized_answer"):
            say(app, scenario.prompt)
    expect(page.locator("[data-testid=item]").first).to_be_visible()
    looked_at(page, "every scenario")
    for tab in ("events", "request", "response", "timing", "state"):
        page.locator(f".in-tab[data-tab={tab}]").click()
        if tab == "events":
            app.events.nth(2).click()
        looked_at(page, f"the inspector's tab {tab}", ".pane-right", narrow=False)
    for scenario in SCENARIOS:
        if scenario.name in ends:
            app.new_thread()
            say(app, scenario.prompt)
            looked_at(page, scenario.name, ".pane-middle")


def say(app: Workbench, text: str) -> None:
    expect(app.composer).to_be_enabled()
    app.composer.fill(text)
    expect(app.page.get_by_test_id("send")).to_be_enabled()
    app.page.get_by_test_id("send").click()
    expect(app.page.locator("[data-item-type=user_message]").filter(has_text=text).last).to_be_visible()
    app.idle()


def test_every_dialog(context: BrowserContext, fast: Running) -> None:
    app = Workbench(context.new_page(), fast.url).open()
    page = app.page
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


def test_what_went_wrong_and_the_report_about_it(
    context: BrowserContext, fast: Running, foreign: Foreign, nobody: str
) -> None:
    app = Workbench(context.new_page(), fast.url).open()
    page = app.page
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
    for dark in (False, True):
        report.emulate_media(color_scheme="dark" if dark else "light")
        assert not violations(report), f"the report, {'dark' if dark else 'light'}:\n" + "\n".join(violations(report))
    report.close()
    foreign.status = 500
    foreign.threads = [thread("thr_1", "One")]
    app.connect(foreign.url)
    app.say("Anyone there?")
    expect(page.get_by_test_id("error").first).to_be_visible()
    looked_at(page, "a refusal", narrow=False)


def test_the_page_of_components(context: BrowserContext, fast: Running) -> None:
    page = context.new_page()
    page.goto(f"{fast.url}/gallery/components?show=Chart")
    expect(page.get_by_test_id("preview")).to_be_visible()
    found = violations(page)
    set_theme(page, True)
    page.set_viewport_size(NARROW)
    page.reload()  # its editor has a theme of its own, chosen when the page comes
    expect(page.locator(".cm-gutterElement").nth(2)).to_be_visible()
    page.wait_for_function(
        "getComputedStyle(document.querySelector('.cm-editor')).backgroundColor !== 'rgb(255, 255, 255)'"
    )
    found += violations(page)
    page.set_viewport_size(WIDE)
    assert not found, "\n".join(found)


def test_the_compare_page(context: BrowserContext, workbench: Running) -> None:
    stand_in.install(context)
    compare = Compare(context.new_page(), workbench.url).open()
    looked_at(compare.page, "the compare page")


def test_everything_that_the_renderers_draw(context: BrowserContext, tmp_path: Path) -> None:
    page = context.new_page()
    found: list[str] = []
    for dark in (False, True):
        file = tmp_path / f"{dark}.html"
        file.write_text(gallery.page(dark).replace("<!doctype html>", "<!doctype html><html lang=en>", 1), "utf-8")
        page.goto(file.as_uri())
        found += violations(page)
    assert not found, "\n".join(found)
