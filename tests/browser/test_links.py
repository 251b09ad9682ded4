"""Links into the page: a thread, an exchange, an event, a finding, a recording. Opening one brings it back."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.conftest import STAMP, TOAST, Foreign, Workbench, click_saying, thread
from tests.conftest import next_copy


def copied(page: Page, test_id: str) -> str:
    page.get_by_test_id(test_id).first.click()
    return next_copy(page)


def named(address: str) -> dict[str, str]:
    return {name: value for name, [value] in parse_qs(urlsplit(address).query).items()}


def test_a_link_brings_thread_exchange_event_and_finding_back(app: Workbench, foreign: Foreign) -> None:
    page = app.page
    app.connect(foreign.url)
    foreign.answers["Hello"] = [
        {"type": "thread.created", "thread": thread("thr_1", "Linked")},
        {"type": "thread.item.done", "item": {"type": "assistant_message", "id": "a1"}},
        {"type": "progress_update", "text": "Half", "icon": None},
        {"type": "thread.item.added", "item": {"type": "no_such_item", "id": "a2", "created_at": STAMP}},
    ]
    app.say("Hello")
    expect(app.events).to_have_count(4)
    app.idle()
    exchange = page.locator("[data-testid=exchange-row][aria-current=true]").get_attribute("data-exchange-id")
    app.events.nth(2).click()
    expect(page.get_by_test_id("event-detail")).to_have_attribute("data-index", "2")
    to_event = copied(page, "copy-event-link")
    profile = named(to_event)["profile"]
    assert named(to_event) == {"profile": profile, "thread": "thr_1", "exchange": exchange, "event": "2"}
    page.wait_for_url("**event=2*")  # the address says it, too
    to_exchange = copied(page, "copy-exchange-link")
    assert named(to_exchange) == {"profile": profile, "thread": "thr_1", "exchange": exchange}
    finding = page.get_by_test_id("finding").last
    rule = finding.get_attribute("data-rule-id")
    assert rule is not None
    finding = page.locator(f"[data-testid=finding][data-rule-id='{rule}']")  # whichever comes yet
    if not finding.get_by_test_id("copy-finding-link").count():
        finding.get_by_role("button").first.click()
    finding.get_by_test_id("copy-finding-link").click()
    to_finding = next_copy(page)
    assert named(to_finding) == {"profile": profile, "thread": "thr_1", "exchange": exchange, "finding": rule}

    other = page.context.new_page()
    other.goto(to_event)
    expect(other.get_by_test_id("event-detail")).to_have_attribute("data-index", "2")
    expect(other.locator("[data-testid=exchange-row][aria-current=true]")).to_have_attribute(
        "data-exchange-id", exchange or ""
    )
    other.goto(to_finding)
    found = other.locator(f"[data-testid=finding][data-rule-id='{rule}']")
    expect(found.get_by_test_id("copy-finding-link")).to_be_visible()
    # away and back: what was looked at is looked at again
    other.get_by_test_id("new-thread").click()
    other.wait_for_function("!location.search.includes('thread')")
    other.go_back()
    expect(found.get_by_test_id("copy-finding-link")).to_be_visible()
    assert named(other.url).get("finding") == rule
    # whoever looks at something and goes back in one breath is not told there where they were
    other.get_by_test_id("new-thread").click()
    other.wait_for_function("!location.search.includes('thread')")
    for _ in range(3):
        other.go_back()
        expect(other.get_by_test_id("event-row").nth(1)).to_be_visible()
        other.wait_for_function("""() => {
          const row = document.querySelectorAll("[data-testid=event-row]")[1];
          if (!row) return false; // the rows are being drawn again
          row.click();
          history.forward();
          return true;
        }""")
        expect(other.get_by_test_id("start")).to_be_visible()
        assert named(other.url) == {"profile": profile}
    other.goto(to_exchange.replace(exchange or "", "0" * 32))
    expect(other.get_by_text("The exchange of this link is gone")).to_be_visible()
    other.wait_for_function("!location.search.includes('exchange')")
    assert named(other.url)["thread"] == "thr_1"


def test_a_recording_s_link_outlasts_the_session_it_was_copied_in(app: Workbench) -> None:
    page = app.page
    app.ask("hello")
    click_saying(page.get_by_test_id("keep-session"), "Kept as it is now: see Recordings.", TOAST)
    page.get_by_test_id("open-recordings").click()
    page.get_by_test_id("open-recording").first.click()
    expect(page.get_by_test_id("recording")).to_be_visible()
    expect(app.events.first).to_be_visible()
    app.events.nth(3).click()
    expect(page.get_by_test_id("event-detail")).to_be_visible()
    link = copied(page, "copy-event-link")
    assert named(link).keys() == {"profile", "recording", "exchange", "event"}
    other = page.context.new_page()
    other.goto(link)
    expect(other.get_by_test_id("recording")).to_be_visible()
    expect(other.get_by_test_id("event-detail")).to_have_attribute("data-index", named(link)["event"])
    other.goto(link.replace(named(link)["recording"], "20000101-000000-gone"))
    expect(other.get_by_text("The recording of this link cannot be shown")).to_be_visible()
    other.wait_for_function("!location.search.includes('recording')")
