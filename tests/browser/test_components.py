"""The page of components and its playground, in one window: every specimen is drawn, and nothing runs over."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from chat.backend.specimens import SPECIMENS
from tests.browser.conftest import click_saying
from tests.conftest import start_workbench

pytestmark = pytest.mark.browser

PATH = "/gallery/components"

# Of one entry, chat wide and narrow, light and dark: [width, theme, the colour of its text, faults]. A fault is what is
# wider than its place, text that is cut where nothing cuts it, controls that lie over each other.
LOOKS = """async () => {
  const frame = document.querySelector("[data-testid=preview]");
  const looks = [];
  for (const width of ["chat", "narrow"]) {
    for (const theme of ["light", "dark"]) {
      frame.classList.remove("is-chat", "is-narrow");
      frame.classList.add(`is-${width}`);
      frame.dataset.theme = theme;
      await new Promise(requestAnimationFrame);
      if (!frame.querySelector(".entry-body")) return null; // it is drawn anew just now
      looks.push([width, theme, getComputedStyle(frame).color, faultsIn(frame)]);
    }
  }
  return looks;
}"""
FAULTS = """function faultsIn(frame) {
  const faults = [];
  const box = frame.querySelector(".entry-body").getBoundingClientRect();
  if (box.width < 40 || box.height < 12) faults.push(`empty: ${box.width} × ${box.height}`);
  if (frame.scrollWidth > frame.clientWidth + 1) faults.push("wider than the preview");
  for (const widget of frame.querySelectorAll(".widget"))
    if (widget.scrollWidth > widget.clientWidth + 1) faults.push("wider than the widget");
  const parts = [...frame.querySelectorAll("button, input, select, textarea, img, .w-badge, .w-icon, .w-title, .chart")]
    .filter((one) => one.getClientRects().length && !one.matches(".w-date-value, details:not([open]) *"));
  const rects = parts.map((one) => one.getBoundingClientRect());
  parts.forEach((one, i) => {
    if (rects[i].width < 1 || rects[i].height < 1) faults.push(`no size: ${one.className || one.localName}`);
    parts.slice(i + 1).forEach((other, j) => {
      const [a, b] = [rects[i], rects[i + 1 + j]];
      if (one.contains(other) || other.contains(one) || other.matches(".w-clear, .own-answer, .own-choice")) return;
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 2 && down > 2) faults.push(`${one.className || one.localName} over ${other.className}`);
    });
  });
  return faults;
}"""


# How long the text of the entry was, at each of its times while it streamed: they may be over when somebody looks.
GROWING = """() => {
  window.grown = new Set();
  const frame = document.querySelector("[data-testid=preview]");
  const look = () => {
    const entry = frame.querySelector(".entry");
    if (entry?.dataset.status === "streaming") window.grown.add(entry.textContent.length);
  };
  new MutationObserver(look).observe(frame, { attributes: true, childList: true, characterData: true, subtree: true });
}"""


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    running = start_workbench(tmp_path_factory.mktemp("components") / "data", "--rate", "0")
    context = browser.new_context(
        viewport={"width": 1440, "height": 900},
        reduced_motion="reduce",
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = context.new_page()
    page.goto(running.url + PATH)
    expect(page.locator(".cm-content")).to_be_visible()
    yield page
    context.close()
    running.stop()


def choose(page: Page, name: str) -> None:
    """Choose a component and wait until it is drawn: its title is there while the one before still is, too."""
    preview = page.get_by_test_id("preview")
    expect(preview.locator(".entry")).to_have_count(1)
    preview.locator(".entry").evaluate_all("(all) => all.forEach((one) => { one.dataset.before = ''; })")
    page.locator(f'[data-testid="component"][data-name="{name}"]').click()
    expect(page.locator("h1")).to_have_text(name)
    expect(preview.locator(".entry")).to_have_count(1)
    expect(preview.locator(".entry:not([data-before])")).to_have_attribute("data-status", "done")
    expect(page.get_by_test_id("nothing-wrong")).to_be_visible()


def write(page: Page, text: str) -> None:
    page.locator(".cm-content").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(text)


def test_every_component_is_drawn_wide_and_narrow_light_and_dark_and_nothing_runs_over(page: Page) -> None:
    page.add_script_tag(content=FAULTS)
    faults = {}
    shades: dict[str, set[str]] = {"light": set(), "dark": set()}
    for name in SPECIMENS:
        choose(page, name)
        for width, theme, colour, found in page.wait_for_function(LOOKS).json_value():
            shades[theme].add(colour)
            if found:
                faults[name, width, theme] = found
    assert faults == {}
    assert len(shades["light"]) == len(shades["dark"]) == 1
    assert shades["light"] != shades["dark"]


def test_what_is_written_is_shown_and_judged(page: Page) -> None:
    choose(page, "Card")
    preview = page.get_by_test_id("preview")
    write(page, 'Card(children=[Title(value="From Python"), Hologram(x=1), Text(value="Next", colour="red")])')
    expect(preview.locator(".w-title")).to_have_text("From Python")
    expect(page.locator("h1")).to_have_text("Card, changed")
    odd = page.locator('[data-testid="remark"][data-path="$.children[1].type"]')
    expect(odd).to_contain_text("Hologram")
    expect(odd).to_contain_text("The official widget leaves it out, with all that is in it.")
    expect(page.locator('[data-path="$.children[2].colour"]')).to_contain_text("color is meant, perhaps")
    page.get_by_test_id("as-json").click()
    expect(page.locator(".cm-content")).to_contain_text('"value": "From Python"')
    write(page, '{"type": "Card", "border": "red", "children": []}')
    expect(page.locator('[data-outcome="crash"]')).to_contain_text("in place of the whole answer")
    write(page, "Card(children=[row(t) for t in tasks])")
    expect(page.get_by_test_id("not-read")).to_contain_text("would have to be run")
    write(page, '{"type": "Card", "children": [{"type": "Text", "value": "<img src=x onerror=alert(1)>"}]}')
    expect(preview.locator(".w-text")).to_have_text("<img src=x onerror=alert(1)>")
    page.get_by_test_id("as-python").click()
    click_saying(page.get_by_test_id("copy-written"), "Copied", "[role=alert]")
    page.wait_for_function("navigator.clipboard.readText().then((text) => text.startsWith('Card(children=['))")
    page.evaluate("document.execCommand = () => false")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })")
    # nothing can be copied away from https and this machine
    click_saying(page.get_by_test_id("copy-written"), "Could not copy: the browser refused", "[role=alert]")
    page.reload()


def test_a_text_streams_word_by_word(page: Page) -> None:
    choose(page, "Markdown")
    entry = page.get_by_test_id("preview").locator(".entry")
    whole = entry.inner_text()
    page.evaluate(GROWING)
    page.get_by_test_id("stream-it").click()
    page.wait_for_function("window.grown.size > 3")
    expect(entry).to_have_attribute("data-status", "done")
    assert entry.inner_text() == whole


def test_a_click_shows_the_request_with_what_is_in_the_fields(page: Page) -> None:
    preview, asked = page.get_by_test_id("preview"), page.get_by_test_id("asked").first
    choose(page, "DatePicker")
    preview.get_by_role("button", name="departure: 10 Jun 2026").click()
    popover = page.get_by_test_id("field-popover")
    expect(popover.get_by_role("button", name="2 Jun 2026", exact=True)).to_be_disabled()  # before `min`
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(preview.get_by_role("button", name="departure: 17 Jun 2026")).to_be_focused()
    expect(asked).to_contain_text(re.compile(r'"departure": "2026-06-17T00:00:00\.000[+-]\d\d:\d\d"'))
    preview.get_by_role("button", name="Clear departure").click()
    expect(asked).to_contain_text('"departure": ""')
    expect(preview.get_by_role("button", name="departure: Select date")).to_be_focused()

    choose(page, "Select")
    preview.get_by_label("searched").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("aar")
    expect(popover.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(preview.locator("select[name=searched]")).to_have_value("aarhus")
    preview.get_by_label("clearable", exact=True).click()
    expect(popover.get_by_role("option", name="Vienna")).to_contain_text("direct, daily")
    popover.get_by_role("option", name="Vienna").click()
    expect(asked).to_contain_text('"clearable": "vienna"')

    choose(page, "Form")
    preview.get_by_role("button", name="Search").click()
    expect(preview.get_by_label("As in the passport")).to_be_focused()  # it is required
    preview.get_by_label("As in the passport").fill("Ada")
    preview.get_by_role("button", name="Search").click()
    expect(asked).to_contain_text('"type": "specimen.form"')
    expect(asked).to_contain_text('"name": "Ada"')

    choose(page, "Button")
    preview.get_by_role("button", name="For the page").click()
    expect(asked).to_contain_text("Nothing is sent")


def test_an_event_of_the_inspector_opens_in_it(page: Page) -> None:
    first = page.context.new_page()
    first.goto(page.url.split("/gallery")[0])
    composer = first.get_by_test_id("composer")
    composer.fill("What is the team working on?")
    composer.press("Enter")
    widget = first.locator("[data-item-type=widget]")
    expect(widget).to_have_attribute("data-status", "done")
    first.get_by_test_id("event-row").filter(has_text="item.done").filter(has_text="widget").last.click()
    expect(first.get_by_test_id("as-it-was")).to_be_visible()
    name, shown = (first.locator(one).bounding_box() for one in (".ev-title", ".ev-body"))
    assert name
    assert shown
    assert name["height"] < 30, "all that can be done with an event leaves its name on one line"
    assert shown["height"] > 100, "and its JSON in sight"
    with first.expect_popup() as opened:
        first.get_by_test_id("open-in-playground").click()
    expect(opened.value.locator("h1")).to_have_text("Your own")
    expect(opened.value.get_by_test_id("preview").locator(".w-list")).to_be_visible()
    opened.value.close()
    first.close()
