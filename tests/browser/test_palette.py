"""The palette of commands, and the page by keyboard alone."""

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import Workbench
from tests.conftest import Running

pytestmark = pytest.mark.browser


@pytest.fixture
def app(shared: Workbench) -> Workbench:
    return shared.at_home()


def palette(page: Page) -> Locator:
    return page.get_by_test_id("palette")


def summon(page: Page, letters: str = "") -> Locator:
    """Open the palette, type letters, and return the commands that are left."""
    page.keyboard.press("Control+k")
    expect(page.get_by_test_id("palette-field")).to_be_focused()
    expect(page.get_by_test_id("command").first).to_be_visible()
    page.get_by_test_id("palette-field").fill(letters)
    return page.get_by_test_id("command")


def test_a_few_letters_find_what_the_page_can_do_and_what_was_used_comes_first(app: Workbench) -> None:
    page = app.page
    app.ask("Hello in 0.1 kB")
    app.composer.focus()

    commands = summon(page)
    groups = set(page.locator("#palette-list [role=group]").evaluate_all("all => all.map(one => one.ariaLabel)"))
    assert {"Thread", "Backend", "Diagnosis", "View", "Help", "Open a thread", "Ask", "What can go wrong"} <= set(
        groups
    )
    page.keyboard.press("Escape")
    expect(palette(page)).to_be_hidden()
    expect(app.composer).to_be_focused()

    commands = summon(page, "thdk")  # THeme: DarK
    expect(commands.first).to_have_attribute("data-command", "theme.dark")
    expect(commands.first.locator("mark").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_have_class(re.compile("body--dark"))

    commands = summon(page)
    expect(page.locator("#palette-list [role=group]").first).to_have_attribute("aria-label", "Recently used")
    expect(commands.first).to_have_attribute("data-command", "theme.dark")
    commands = summon_again(page, "as the system")
    page.keyboard.press("Enter")
    expect(page.locator("body")).not_to_have_class(re.compile("body--dark"))

    commands = summon(page, "no such thing anywhere")
    expect(commands).to_have_count(0)
    expect(palette(page)).to_contain_text("Nothing on this page is called so")
    commands = summon_again(page, "relay")  # a word that the title does not have
    expect(commands.first).to_have_attribute("data-command", "backend.watch")
    commands = summon_again(page, "timing")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("timing")).to_be_visible()


def summon_again(page: Page, letters: str) -> Locator:
    page.get_by_test_id("palette-field").fill(letters)
    return page.get_by_test_id("command")


def test_threads_backends_sheets_and_prompts_are_reached_by_it(app: Workbench) -> None:
    page = app.page
    app.ask("The first of two")
    app.new_thread()
    expect(summon(page, "first of tw").first).to_contain_text("The first of two")
    page.keyboard.press("Enter")
    expect(app.items.first).to_contain_text("The first of two")

    summon(page, "check this")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("check-message")).to_be_visible()
    page.keyboard.press("Control+k")  # a dialog has the page
    expect(palette(page)).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator(".q-dialog--modal")).to_have_count(0)  # it fades away yet, but the page has its keys again

    commands = summon(page, "copy link")
    expect(commands.first).to_have_attribute("data-command", "page.copy-link")
    page.keyboard.press("Enter")
    page.wait_for_function("window.copies.length")
    assert page.evaluate("window.copies") == [page.url]

    commands = summon(page, "lifecycle/")
    expect(commands.first).to_have_attribute("data-command", re.compile("^gallery:"))
    page.keyboard.press("Escape")


def test_who_types_fast_need_not_wait_for_the_commands(context: BrowserContext, workbench: Running) -> None:
    app = Workbench(context.new_page(), workbench.url).open()
    page = app.page
    app.ask("A thread of 0.1 kB")  # without one there is no field to search them
    in_one_breath = """(letters) => {
        const pressed = (options) => new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...options });
        document.body.dispatchEvent(pressed({ key: "k", code: "KeyK", ctrlKey: true }));
        const field = document.activeElement;
        field.value = letters;
        field.dispatchEvent(new InputEvent("input", { bubbles: true }));
        field.dispatchEvent(pressed({ key: "Enter" }));
    }"""
    page.evaluate(in_one_breath, "search the threads")  # the page has not asked for them yet
    expect(page.get_by_test_id("thread-search")).to_be_focused()
    expect(palette(page)).to_be_hidden()
    app.new_thread()
    app.ask("Quixotic")
    app.new_thread()
    page.evaluate(in_one_breath, "quixotic")  # nor for this one
    expect(app.items.first).to_contain_text("Quixotic")
    expect(palette(page)).to_be_hidden()


def test_every_shortcut_is_listed_and_does_what_is_said(app: Workbench) -> None:
    page = app.page
    app.ask("The first 0.1 kB")
    app.ask("The second 0.1 kB")
    page.keyboard.press("Control+/")
    sheet = page.get_by_test_id("shortcuts")
    expect(sheet).to_contain_text("New thread")
    keys = [row.inner_text().replace("\n", " ") for row in sheet.get_by_test_id("shortcut").all()]
    assert any("Ctrl Shift O" in row and "New thread" in row for row in keys), keys
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)

    app.composer.focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".conversation-list > :last-child")).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".conversation-list > :nth-last-child(2)")).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator(".conversation-list > :last-child")).to_be_focused()
    page.keyboard.press("Shift+Escape")
    expect(app.composer).to_be_focused()

    page.keyboard.type("?")  # typed, and no command
    expect(app.composer).to_have_value("?")
    app.composer.fill("")

    page.keyboard.press("F6")
    assert page.evaluate("Boolean(document.activeElement.closest('.pane-right'))")
    page.keyboard.press("Shift+F6")
    expect(app.composer).to_be_focused()
    page.keyboard.press("Shift+F6")
    assert page.evaluate("Boolean(document.activeElement.closest('.pane-left'))")
    page.keyboard.press("?")
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".q-dialog")).to_have_count(0)  # what lies over the page has the keys
    page.keyboard.press("Control+Shift+o")
    expect(app.items).to_have_count(0)
    expect(app.composer).to_be_focused()
