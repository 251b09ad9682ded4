"""What the copy buttons hand over, where the browser has a clipboard, where it has none, and where it refuses."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Foreign, Workbench, click_saying
from tests.conftest import next_copy

pytestmark = pytest.mark.browser

ATTEMPT = (Path(__file__).parent.parent / "data" / "seed-attempt-1.txt").read_bytes()

# As on a page that is neither https nor local. The selection is what the browser copies.
NO_CLIPBOARD = """() => {
    const { writeText } = navigator.clipboard;
    const copied = () => {
        const { value, selectionStart, selectionEnd } = document.activeElement;
        window.copies.push(value.slice(selectionStart, selectionEnd));
    };
    navigator.clipboard.writeText = undefined;
    document.addEventListener("copy", copied);
    window.asBefore = () => {
        navigator.clipboard.writeText = writeText;
        document.removeEventListener("copy", copied);
    };
}"""
REFUSED = """() => {
    const { writeText } = navigator.clipboard;
    navigator.clipboard.writeText = document.execCommand = () => { throw new Error('No'); };
    window.asBefore = () => {
        navigator.clipboard.writeText = writeText;
        delete document.execCommand;
    };
}"""
AS_BEFORE = "() => { window.asBefore?.(); delete window.asBefore; }"

# What stands on a button from click to click, and when both have had their moment.
TWO_CLICKS = """async (button) => {
    const says = () => new Promise((done) => {
        new MutationObserver(() => done(button.textContent)).observe(button, { childList: true });
    });
    const clicked = () => {
        const words = says();
        button.click();
        return words;
    };
    return [await clicked(), await clicked(), await says(), await says()];
}"""


@pytest.fixture
def lent(shared: Workbench) -> Iterator[Workbench]:
    """The page that tests share. Afterwards the browser copies in it as before."""
    yield shared
    shared.page.evaluate(AS_BEFORE)


@pytest.fixture
def app(lent: Workbench) -> Workbench:
    return lent.at_home()


@pytest.fixture
def blank(lent: Workbench, foreign: Foreign) -> Workbench:
    """The page with an answer of which nothing is shown, and why."""
    app = lent.begin()
    app.connect(foreign.url)
    expect(app.page.get_by_test_id("fix")).to_have_count(0)  # nor is an earlier one in the inspector any more
    foreign.answers["Hello"] = [ATTEMPT]
    app.say("Hello")
    expect(app.page.get_by_test_id("blank")).to_be_visible()
    return app


def compared(app: Workbench) -> Page:
    """The page with a dialog that has copy buttons."""
    app.page.get_by_test_id("compare").click()
    expect(app.page.get_by_test_id("side-events")).to_be_visible()
    return app.page


def test_a_message_is_copied_without_a_clipboard(app: Workbench) -> None:
    answer = app.ask("Hello there")
    app.page.evaluate(NO_CLIPBOARD)
    answer.get_by_role("button", name="Copy", exact=True).last.click()
    assert "**scripted" in next_copy(app.page)


def test_a_dialog_that_keeps_the_focus_copies_without_a_clipboard(blank: Workbench) -> None:
    page = compared(blank)
    page.evaluate(NO_CLIPBOARD)
    page.get_by_test_id("side-events").get_by_role("button", name="Copy").last.click()
    assert next_copy(page).startswith('{"type"')


def test_a_copy_that_the_browser_refuses_is_not_said_to_have_been_made(blank: Workbench) -> None:
    blank.page.evaluate(REFUSED)
    click_saying(blank.page.get_by_test_id("fix").get_by_role("button", name="Copy").first, "Could not copy")
    blank.page.get_by_role("tab", name="Request").click()
    blank.page.get_by_test_id("copy-curl").click()
    expect(blank.page.get_by_role("alert").filter(has_text="Could not copy")).to_be_visible()
    expect(blank.page.get_by_test_id("copy-curl")).to_have_text("Copy as curl")


def test_two_clicks_on_one_button_leave_its_own_words_on_it(blank: Workbench) -> None:
    button = blank.page.get_by_test_id("fix").locator("button.copy").first
    assert button.evaluate(TWO_CLICKS) == ["Copied", "Copied", "Copy", "Copy"]


def test_a_report_copies_by_itself(blank: Workbench) -> None:
    with blank.page.expect_popup() as opened:
        blank.page.get_by_test_id("open-report").click()
    button = opened.value.locator("button[data-copy]").first
    code = opened.value.locator("[data-copied] pre").first.text_content()
    click_saying(button, "Copied")
    assert next_copy(opened.value) == code
    opened.value.close()
