"""
The compare page with the genuine widget, from its CDN: by hand only, `pytest -m official tests/browser`.

What fails here is not necessarily wrong with the workbench: the CDN serves another build from one day to the next. Look
at what the page says, then correct docs/widget.md, the stand-in and the eye.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser import stand_in
from tests.browser.test_compare import Compare
from tests.conftest import Running

pytestmark = pytest.mark.official


@pytest.fixture
def compare(context: BrowserContext, workbench: Running) -> Compare:
    page = context.new_page()
    return Compare(page, workbench.url).open(ready=False)


def test_it_comes_up_and_says_so(compare: Compare) -> None:
    expect(compare.by("official-state")).to_have_attribute("data-ready", "true", timeout=30_000)
    expect(compare.by("official-state")).to_contain_text(re.compile(r"frame \S+"))
    expect(compare.by("stage-trouble")).to_have_count(0)
    expect(compare.official.locator("body")).not_to_contain_text("Stand-in")
    assert stand_in.FRAME not in compare.by("official-state").inner_text()


def test_a_message_goes_through_it_and_the_eye_is_right_of_it(compare: Compare) -> None:
    expect(compare.by("official-state")).to_have_attribute("data-ready", "true", timeout=30_000)
    compare.by("compare-message").fill("What can you do?")
    compare.by("compare-message").press("Enter")
    expect(compare.events("chatkit.response.end")).to_be_visible(timeout=60_000)
    expect(compare.prediction("true").filter(has_text="threads.create")).to_be_visible(timeout=30_000)
    expect(compare.prediction("false")).to_have_count(0)


def test_a_wrong_option_is_refused_as_predicted(compare: Compare) -> None:
    compare.by("edit-options").click()
    compare.by("options-text").fill('{"startscreen": {}}')
    compare.by("options-apply").click()
    expect(compare.by("stage-trouble")).to_contain_text("startscreen", timeout=30_000)
    compare.by("edit-options").click()
    compare.by("options-text").fill("{}")
    compare.by("options-apply").click()
    expect(compare.by("official-state")).to_have_attribute("data-ready", "true", timeout=30_000)
