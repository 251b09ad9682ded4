"""Dark and light, and the panes that fold."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Foreign, Workbench
from tests.conftest import Running, Start

pytestmark = pytest.mark.browser

BACKGROUND = "getComputedStyle(document.body).backgroundColor"
# What has the focus, and whether it looks so: a ring around it or its box, or the line of a grip.
FOCUSED = """() => {
  const one = document.activeElement;
  for (const fading of one.getAnimations({ subtree: true })) fading.finish();
  const ring = (e) => e && (getComputedStyle(e).boxShadow !== "none" || getComputedStyle(e).outlineStyle !== "none");
  const line = one.matches(".resizer") && getComputedStyle(one, "::after").opacity > 0;
  return [one.dataset.testid || one.className, Boolean(ring(one) || ring(one.closest(".composer-box")) || line)];
}"""


@pytest.fixture
def app(shared: Workbench, context: BrowserContext) -> Workbench:
    """The page that tests share. What the browser keeps, as what is folded, goes with the test's own profile."""
    return shared.at_home()


@pytest.fixture
def narrow(app: Workbench) -> Iterator[Workbench]:
    """That page, on a narrow screen until the test is over."""
    app.page.set_viewport_size({"width": 390, "height": 844})
    expect(app.page.get_by_test_id("inspector")).to_be_hidden()
    expect(app.page.get_by_test_id("new-thread")).not_to_be_in_viewport()
    yield app
    app.page.set_viewport_size({"width": 1440, "height": 900})
    expect(app.page.get_by_test_id("inspector")).to_be_visible()  # the page knows, before another test looks at it


def test_the_theme_follows_the_system_until_it_is_chosen(context: BrowserContext, start: Start) -> None:
    app = Workbench(context.new_page(), start().url)
    app.page.emulate_media(color_scheme="dark")
    app.open()
    app.page.wait_for_function(f"{BACKGROUND} === 'rgb(23, 23, 26)'")
    app.page.get_by_test_id("theme").click()
    app.page.wait_for_function(f"{BACKGROUND} === 'rgb(255, 255, 255)'")
    app.page.get_by_test_id("theme").click()
    app.page.wait_for_function(f"{BACKGROUND} === 'rgb(23, 23, 26)'")
    app.page.reload()
    app.page.wait_for_function(f"{BACKGROUND} === 'rgb(23, 23, 26)'")


def test_nothing_moves_where_no_motion_is_wanted(app: Workbench, foreign: Foreign) -> None:
    moving = "document.getAnimations().length"
    ends = threading.Event()
    foreign.answers["Hello"] = [ends]
    app.connect(foreign.url)
    app.say("Hello")
    expect(app.page.get_by_test_id("typing")).to_be_visible()
    app.page.emulate_media(reduced_motion="no-preference")
    assert app.page.evaluate(moving) > 0
    app.page.emulate_media(reduced_motion="reduce")
    assert app.page.evaluate(moving) == 0
    ends.set()
    expect(app.page.get_by_test_id("typing")).to_have_count(0)


def test_what_the_keyboard_has_reached_looks_so(context: BrowserContext, workbench: Running) -> None:
    app = Workbench(context.new_page(), workbench.url).open()
    # nothing comes or goes any more
    expect(app.page.locator("[data-testid=connection-state].ok")).to_be_visible()
    expect(app.page.get_by_test_id("exchange-row")).to_have_attribute("data-outcome", "complete")
    app.page.locator(".skip").focus()
    seen: dict[str, bool] = {}
    while "exchange-row" not in seen:
        app.page.keyboard.press("Tab")
        name, looks_so = app.page.evaluate(FOCUSED)
        seen[name] = looks_so
    assert {"open-gallery", "resizer", "start-prompt", "composer"} <= set(seen)
    assert [name for name, looks_so in seen.items() if not looks_so] == []


def test_the_inspector_folds_away_and_stays_folded(app: Workbench) -> None:
    inspector = app.page.locator(".pane-right")
    expect(inspector).to_be_visible()
    app.page.get_by_test_id("toggle-inspector").click()
    expect(inspector).to_be_hidden()
    app.page.reload()
    expect(app.composer).to_be_visible()
    expect(inspector).to_be_hidden()


def test_on_a_narrow_screen_the_panes_open_over_the_conversation(context: BrowserContext, workbench: Running) -> None:
    app = Workbench(context.new_page(), workbench.url)
    app.page.set_viewport_size({"width": 390, "height": 844})
    app.open()
    box = app.composer.bounding_box()
    assert box is not None
    width = box["width"]
    assert width > 220
    app.page.get_by_test_id("toggle-threads").click()
    expect(app.page.get_by_test_id("new-thread")).to_be_in_viewport()
    assert app.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_at_1024_px_the_inspector_keeps_its_place_and_overlays_can_be_closed(narrow: Workbench) -> None:
    app, page = narrow, narrow.page
    inspector, threads = page.get_by_test_id("inspector"), page.get_by_test_id("new-thread")
    for width in (1024, 768, 360):
        page.set_viewport_size({"width": width, "height": 740})
        if width == 1024:
            expect(inspector).to_be_visible()
            expect(app.composer).to_be_in_viewport(ratio=1)
        else:
            expect(inspector).to_be_hidden()
            page.get_by_test_id("toggle-inspector").click()
            expect(page.get_by_test_id("follow")).to_be_in_viewport(ratio=1)
            page.get_by_test_id("close-inspector").click()
            expect(inspector).to_be_hidden()
        page.get_by_test_id("toggle-threads").click()
        expect(threads).to_be_in_viewport()
        page.get_by_test_id("close-threads").click()
        expect(threads).not_to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("way", ["Escape", "a thread is chosen"])
def test_on_a_narrow_screen_the_threads_go_away_again(narrow: Workbench, way: str) -> None:
    app = narrow
    app.ask("Hello in 0.1 kB")
    app.page.get_by_test_id("toggle-threads").click()
    expect(app.page.get_by_test_id("new-thread")).to_be_in_viewport()
    if way == "Escape":
        app.page.keyboard.press("Escape")
    else:
        app.threads.first.click()
    expect(app.page.get_by_test_id("new-thread")).not_to_be_in_viewport()


def test_on_a_narrow_screen_the_number_of_findings_is_not_cut(narrow: Workbench) -> None:
    app = narrow
    app.page.get_by_test_id("toggle-threads").click()
    app.connect(f"{app.url}/broken/time/naive/chatkit")
    app.page.keyboard.press("Escape")
    app.ask("Hello there")
    app.page.get_by_test_id("toggle-inspector").click()
    count = app.page.get_by_test_id("findings-count")
    expect(count).to_have_text("1 note")
    expect(app.page.get_by_test_id("open-report")).to_be_in_viewport(ratio=1)
    assert count.evaluate("e => e.parentElement.scrollWidth <= e.parentElement.clientWidth")


def test_an_address_that_is_too_long_for_its_field_shows_its_end(app: Workbench) -> None:
    field = app.page.get_by_test_id("connection-url")
    found = "const e = document.querySelector('[data-testid=connection-url]');"
    at_end = f"() => {{ {found} return e.scrollLeft > 0 && e.scrollLeft + e.clientWidth >= e.scrollWidth - 1 }}"
    address = f"{app.url}/broken/time/naive/chatkit"
    app.connect(address)
    expect(field).to_have_attribute("title", address)
    expect(app.composer).to_be_focused()
    app.page.wait_for_function(at_end)
    field.click()
    # in the field, it can be read whole
    app.page.wait_for_function(f"() => {{ {found} return e.scrollWidth <= e.clientWidth }}")
    app.page.keyboard.press("Home")
    app.page.wait_for_function(f"() => {{ {found} return e.scrollLeft === 0 }}")
    app.composer.focus()
    app.page.wait_for_function(at_end)
