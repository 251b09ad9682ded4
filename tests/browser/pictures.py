"""Takes the README's pictures: `make pictures`; with ARGS=FOLDER, pictures of every state of the page."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import stand_in
from tests.browser.conftest import Workbench
from tests.browser.test_compare import Compare
from tests.conftest import CHROMIUM_FLAGS, ROOT, find_chromium, start_workbench

README_PICTURES = ROOT / "assets" / "pictures"

STATES: dict[str, Callable[[Workbench], None]] = {}


def state(take: Callable[[Workbench], None]) -> Callable[[Workbench], None]:
    STATES[take.__name__.replace("_", "-")] = take
    return take


def prompt(app: Workbench, label: str) -> None:
    app.page.get_by_role("button", name=label).first.click()
    expect(app.items.first).to_be_visible()


def settle(app: Workbench) -> None:
    app.idle()
    app.page.evaluate("document.fonts.ready")


@state
def start_screen(app: Workbench) -> None:
    expect(app.page.get_by_test_id("connection-state")).to_contain_text("Connected")


@state
def streaming(app: Workbench) -> None:
    app.say("Write me a long answer about lighthouses")
    app.page.wait_for_function("document.querySelector('[data-item-type=assistant_message]')?.innerText.length > 500")


@state
def invalid_event(app: Workbench) -> None:
    app.ask("Hello there")
    app.events.nth(3).click()
    expect(app.page.get_by_test_id("event-detail")).to_be_visible()


@state
def backend_down(app: Workbench) -> None:
    app.connect("http://127.0.0.1:9/chatkit")
    expect(app.page.get_by_test_id("unreachable")).to_contain_text("Nothing listens")


def scenario(label: str) -> Callable[[Workbench], None]:
    def take(app: Workbench) -> None:
        prompt(app, label)
        settle(app)

    return take


@state
def settings(app: Workbench) -> None:
    app.page.get_by_test_id("connection-settings").click()
    expect(app.page.get_by_test_id("connection-dialog")).to_be_visible()


WIDE_ONLY = (invalid_event, backend_down, settings)
"""States that begin with a click into a pane which a narrow screen folds away."""


def page_of(browser: Browser, url: str, dark: bool, width: int, height: int) -> Workbench:
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        device_scale_factor=1,
    )
    return Workbench(context.new_page(), url).open()


def readme(browser: Browser, url: str) -> None:
    """The README's picture: an answer with its events beside it, light and dark."""
    README_PICTURES.mkdir(exist_ok=True)
    for dark in (False, True):
        app = page_of(browser, url, dark, 1440, 900)
        prompt(app, "Markdown tour")
        settle(app)
        show_message(app.page)
        app.page.screenshot(path=README_PICTURES / f"workbench-{'dark' if dark else 'light'}.png")
        app.page.context.close()


def side_by_side(browser: Browser, url: str) -> None:
    """The README's picture of the compare page. The widget in it is a stand-in, and says so."""
    for dark in (False, True):
        context = browser.new_context(
            viewport={"width": 1440, "height": 900}, color_scheme="dark" if dark else "light", device_scale_factor=1
        )
        stand_in.install(context)
        compare = Compare(context.new_page(), url).open()
        compare.say("Who invented the lighthouse lens? Give me your sources")
        expect(compare.events("chatkit.response.end")).to_be_visible(timeout=60_000)
        expect(compare.prediction("true")).to_have_count(2, timeout=30_000)
        compare.prediction("true").first.get_by_role("button").first.click()
        expect(compare.page.locator("[data-about='Sends it again']")).to_have_attribute("data-agrees", "true")
        compare.page.evaluate("document.fonts.ready")
        compare.page.mouse.move(5, 5)
        compare.page.screenshot(path=README_PICTURES / f"side-by-side-{'dark' if dark else 'light'}.png")
        context.close()


def show_message(page: Page) -> None:
    page.locator("[data-testid=event-row]").nth(4).click()
    expect(page.get_by_test_id("event-detail")).to_be_visible()
    page.locator("[data-testid=item]").first.scroll_into_view_if_needed()
    page.mouse.move(5, 5)


def every_state(browser: Browser, url: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    app = page_of(browser, url, False, 1440, 900)
    labels = app.page.locator("[data-testid=start-prompt]").all_inner_texts()
    app.page.context.close()
    states = STATES | {
        label.splitlines()[0].lower().replace(" ", "-"): scenario(label.splitlines()[0]) for label in labels
    }
    for name, take in states.items():
        narrow = () if take in WIDE_ONLY else ((False, 390, 844),)
        for dark, width, height in ((False, 1440, 900), (True, 1440, 900), *narrow):
            app = page_of(browser, url, dark, width, height)
            kind = f"{'dark' if dark else 'light'}-{width}"
            try:
                take(app)
            except Exception as problem:  # a picture of what is there tells more than a stack trace
                print(f"{name} {kind}: {str(problem).splitlines()[0]}")
            app.page.screenshot(path=folder / f"{name}-{kind}.png")
            app.page.context.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        running = start_workbench(Path(data), "--rate", "200")
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        try:
            if len(sys.argv) > 1:
                every_state(browser, running.url, Path(sys.argv[1]))
            else:
                readme(browser, running.url)
                side_by_side(browser, running.url)
        finally:
            browser.close()
            running.stop()


if __name__ == "__main__":
    main()
