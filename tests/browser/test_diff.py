"""Two recordings of the library are compared in the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from chat.exchanges import Recording, write_recording
from tests.checks.streams import Json, answer, card, done, thread_created, user_done, widget_item
from tests.conftest import Running, start_workbench
from tests.diff.recordings import exchange, with_ids

pytestmark = pytest.mark.browser

OLD = [thread_created(), user_done(), *answer("You have three tasks today.")]
NEW = [
    thread_created(),
    user_done(),
    *answer("You have four tasks today."),
    done(widget_item("wid_1", card({"type": "Text", "value": "<img src=x onerror=alert(1)>"}))),
]


def keep(data: Path, name: str, events: list[Json], days: int) -> None:
    """Put a recording into the library of a workbench."""
    one = exchange(*events)
    one.started_at = datetime(2026, 11, 20, tzinfo=UTC) + timedelta(days=days)
    folder = data / "recordings"
    folder.mkdir(parents=True, exist_ok=True)
    write_recording(Recording([one], name=name), folder / f"{name.replace(' ', '-')}.jsonl")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = start_workbench(tmp_path_factory.mktemp("diff") / "data")
    yield running
    running.stop()


@pytest.fixture
def page(running: Running, context: BrowserContext) -> Page:
    from tests.browser.conftest import Workbench

    keep(running.data, "Before the upgrade", OLD, 0)
    keep(running.data, "After the upgrade", NEW, 1)
    keep(running.data, "Before again", with_ids(OLD, "77"), 2)
    page = Workbench(context.new_page(), running.url).open().page
    page.get_by_test_id("open-recordings").click()
    expect(page.get_by_test_id("recording-row")).to_have_count(3)
    return page


def compare(page: Page, *names: str) -> None:
    for name in names:
        row = page.get_by_test_id("recording-row").filter(has_text=name)
        row.get_by_test_id("choose-recording").check()
    page.get_by_test_id("compare-recordings").click()


def test_what_differs_is_shown_and_can_be_narrowed_to_the_structure(page: Page) -> None:
    compare(page, "After the upgrade", "Before the upgrade")
    verdict = page.get_by_test_id("diff-verdict")
    expect(verdict).to_have_attribute("data-alike", "false")
    expect(verdict).to_contain_text("Before the upgrade → After the upgrade")
    changes = page.get_by_test_id("diff-exchange").get_by_test_id("diff-change")
    expect(changes).to_have_count(2)
    expect(changes.first.locator(".old mark")).to_have_text(re.compile("three|thre"))
    expect(changes.last).to_contain_text("<img src=x onerror=alert(1)>")
    page.get_by_test_id("diff-structure").click()
    expect(page.get_by_test_id("diff-structure")).to_have_attribute("aria-pressed", "true")
    expect(changes).to_have_count(1)
    with page.context.expect_page() as opened:
        page.get_by_test_id("open-diff-report").click()
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text("Different")
    opened.value.close()
    page.get_by_test_id("close-diff").click()
    expect(page.get_by_test_id("recording-row")).to_have_count(3)


def test_the_same_again_is_alike(page: Page) -> None:
    compare(page, "Before again", "Before the upgrade")
    expect(page.get_by_test_id("diff-verdict")).to_have_attribute("data-alike", "true")
    expect(page.get_by_test_id("diff-verdict")).to_contain_text("Alike: 1 exchange")


def test_a_recording_that_has_gone_meanwhile_is_said(page: Page, running: Running) -> None:
    for name in ("Before again", "Before the upgrade"):
        row = page.get_by_test_id("recording-row").filter(has_text=name)
        row.get_by_test_id("choose-recording").check()
    (running.data / "recordings" / "Before-again.jsonl").unlink()
    page.get_by_test_id("compare-recordings").click()
    expect(page.get_by_test_id("diff-problem")).to_contain_text("not in the library any more")
