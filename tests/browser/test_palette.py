"""The palette of commands, and the page by keyboard alone."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Workbench

pytestmark = pytest.mark.browser


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
    app.ask("Hello there")
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
    summon(page, "first of tw")
    page.keyboard.press("Enter")
    expect(app.items.first).to_contain_text("The first of two")

    summon(page, "check this")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("check-message")).to_be_visible()
    page.keyboard.press("Control+k")  # a dialog has the page
    expect(palette(page)).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("check-message")).to_have_count(0)

    commands = summon(page, "copy link")
    expect(commands.first).to_have_attribute("data-command", "page.copy-link")
    page.keyboard.press("Enter")
    page.wait_for_function("window.copies.length")
    assert page.evaluate("window.copies") == [page.url]

    commands = summon(page, "lifecycle/")
    expect(commands.first).to_have_attribute("data-command", re.compile("^gallery:"))
    page.keyboard.press("Escape")


def test_every_shortcut_is_listed_and_does_what_is_said(app: Workbench) -> None:
    page = app.page
    app.ask("The first")
    app.ask("The second")
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
