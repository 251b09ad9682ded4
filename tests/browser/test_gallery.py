"""Broken backends of the gallery, opened in the page, show their rules: one for each way in which a fault comes out.

All of them are opened in `tests/ui/test_gallery.py`, without a browser.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from chat.checks import CATALOGUE
from tests.browser.conftest import Workbench
from tests.conftest import start_workbench

pytestmark = pytest.mark.browser

SILENT = "transport/never-ends"
"""Its fault is ten seconds of silence: it is opened first, in a window of its own, and looked at last."""


def choose(app: Workbench, rule_id: str) -> None:
    sheet = app.page.get_by_test_id("check")
    if sheet.count():
        app.page.keyboard.press("Escape")
        expect(sheet).to_have_count(0)
    app.page.get_by_test_id("open-gallery").click()
    app.page.locator(f'[data-testid="gallery-entry"][data-rule-id="{rule_id}"]').click()


@pytest.fixture(scope="module")
def windows(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workbench, Workbench]]:
    """One window for all entries, as opening it takes longer than most of them; and the one of the silent entry."""
    running = start_workbench(tmp_path_factory.mktemp("gallery") / "data", "--rate", "0")
    # a click on an entry does not wait for the dialog to come to rest
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    silent = Workbench(context.new_page(), running.url).open()
    choose(silent, SILENT)
    yield Workbench(context.new_page(), running.url).open(), silent
    context.close()
    running.stop()


WAYS = (
    "identity/placeholder-id",  # in the events of an answer
    "lifecycle/no-thread-created",  # in one that shows nothing
    "vocabulary/responses-api",  # in one that is no ChatKit
    "framing/unterminated",  # in bytes that are no event
    "transport/status",  # in an answer without events
    "endpoint/not-chatkit",  # in the list of threads, too
    "errors/operation-fails",  # in another exchange than the answer
    "persistence/not-stored",  # in a check
    "cors/preflight",  # in one as another origin
    "auth/cross-user",  # in one as somebody else
    SILENT,
)


@pytest.mark.parametrize("rule_id", WAYS)
def test_an_entry_shows_its_rule(windows: tuple[Workbench, Workbench], rule_id: str) -> None:
    app, silent = windows
    if rule_id == SILENT:
        app = silent
    else:
        choose(app, rule_id)
    expect(app.page.get_by_test_id("connection-url")).to_have_value(f"{app.url}/broken/{rule_id}/chatkit")
    found = app.page.locator(f'[data-testid="finding"][data-rule-id="{rule_id}"]')
    if not CATALOGUE[rule_id].shown_by_a_turn:
        found = app.page.get_by_test_id("check-report").locator(found)
    expect(found.first).to_be_visible(timeout=60_000)  # a check sends some sixty requests
