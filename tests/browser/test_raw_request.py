"""Requests that a person types: checked while they type, sent all the same, answered as any other is."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Foreign, Workbench, thread


def editor(page: Page) -> Locator:
    return page.get_by_test_id("raw-body")


def holding(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text))


def rows(page: Page) -> Locator:
    return page.get_by_test_id("exchange-row")


def test_a_request_is_typed_named_wrong_mended_sent_and_folded_into_its_thread(app: Workbench) -> None:
    page = app.page
    app.ask("hello")
    thread_id = app.threads.first.get_attribute("data-thread-id")
    assert thread_id is not None
    page.get_by_test_id("open-raw").click()
    expect(editor(page)).to_be_focused()
    page.get_by_test_id("raw-template").select_option("threads.add_user_message")
    expect(editor(page)).to_have_value(holding(thread_id))
    typed = editor(page).input_value()
    editor(page).fill(typed.replace("add_user_message", "add_message"))
    remark = page.get_by_test_id("raw-remark")
    expect(remark).to_contain_text("did you mean 'threads.add_user_message'")
    expect(page.get_by_test_id("raw-send")).to_have_text("Send all the same")
    editor(page).fill(typed.replace('"input_text"', '"input_txt"').replace('"hello"', '"typed by hand"'))
    expect(remark).to_have_attribute("data-path", "$.params.input.content[0].type")
    remark.click()
    selected = "(field) => field.value.slice(field.selectionStart, field.selectionEnd)"
    assert editor(page).evaluate(selected) == '"input_txt"'
    editor(page).press("Control+Enter")  # sendable all the same
    expect(page.get_by_test_id("raw-answer")).to_contain_text("400")
    expect(page.get_by_test_id("raw-send")).to_be_visible()  # the answer is over, too
    editor(page).fill(typed.replace('"hello"', '"typed by hand"'))
    expect(remark).to_have_count(0)
    editor(page).press("Control+Enter")
    expect(page.get_by_test_id("raw-answer")).to_contain_text("200")
    expect(page.locator("[data-testid=item][data-item-type=user_message]").last).to_contain_text("typed by hand")
    app.idle()
    expect(rows(page).last).to_have_attribute("aria-current", "true")
    expect(app.events.first).to_be_visible()
    # and again, from the inspector
    editor(page).fill("")
    page.get_by_test_id("inspector").get_by_role("tab", name="Request").click()
    page.get_by_test_id("send-again").click()
    expect(editor(page)).to_have_value(holding("typed by hand"))
    body = json.loads(editor(page).input_value())
    body["type"], body["params"] = "threads.update", {"thread_id": thread_id, "title": "Named by hand"}
    editor(page).fill(json.dumps(body))
    page.get_by_test_id("raw-format").click()
    expect(editor(page)).to_have_value(holding('  "type": "threads.update"'))
    page.get_by_test_id("raw-send").click()
    expect(app.threads.first).to_contain_text("Named by hand")
    page.get_by_test_id("raw-tab-sent").click()
    expect(page.get_by_test_id("raw-sent-row")).to_have_count(3)
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("raw-request")).to_have_count(0)
    expect(app.composer).to_be_visible()


def test_a_command_is_pasted_and_its_secrets_go_into_this_request_only(app: Workbench, foreign: Foreign) -> None:
    page = app.page
    app.connect(foreign.url)
    foreign.answers[""] = [
        {"type": "thread.updated", "thread": thread("thr_other", "Another")},
        {"type": "error", "code": "custom", "message": "Enough.", "allow_retry": False},
    ]
    page.get_by_test_id("open-raw").click()
    page.get_by_test_id("raw-tab-curl").click()
    command = page.get_by_test_id("raw-curl-text")
    command.fill("curl http://127.0.0.1:9/chatkit -d @body.json")
    page.get_by_test_id("raw-curl-take").click()
    expect(page.get_by_test_id("raw-problem")).to_contain_text("from a file")
    body = {"type": "threads.add_user_message", "params": {"thread_id": "thr_other", "input": {"content": []}}}
    command.fill(
        f"curl 'http://127.0.0.1:9/chatkit' -H 'Authorization: Bearer once-and-never-again' --compressed \\\n"
        f"  -H 'Content-Type: application/json' --data-raw $'{json.dumps(body)}'"
    )
    page.get_by_test_id("raw-curl-take").click()
    expect(page.get_by_test_id("raw-notes")).to_contain_text("http://127.0.0.1:9/chatkit")
    expect(page.get_by_test_id("connection-url")).to_have_value(foreign.url)
    page.get_by_test_id("raw-send").click()
    expect(page.get_by_test_id("raw-answer")).to_contain_text("2 events")
    headers, sent = foreign.requests[-1]
    assert sent == body
    assert headers["authorization"] == "Bearer once-and-never-again"
    expect(app.events).to_have_count(2)
    expect(app.items).to_have_count(0)
    page.get_by_test_id("inspector").get_by_role("tab", name="Request").click()
    expect(page.get_by_test_id("request")).to_contain_text("Authorization")
    assert "never-again" not in page.get_by_test_id("request").inner_text()
    page.get_by_test_id("raw-apart").click()  # it belongs to no thread that is shown
    expect(page.get_by_test_id("thread-title")).to_contain_text("Answer to threads.add_user_message")
    expect(page.get_by_test_id("error")).to_contain_text("Enough.")
    page.get_by_test_id("send-again").click()
    expect(page.get_by_test_id("raw-apart")).to_have_count(0)  # it is there now, in place of the answer before
    page.get_by_test_id("raw-tab-headers").click()
    expect(page.get_by_test_id("raw-headers")).not_to_contain_text("never-again")
    page.get_by_test_id("raw-send").click()
    expect(page.get_by_test_id("raw-problem")).to_contain_text("Type the value of Authorization")
    assert len([one for one in foreign.requests if one[1] == body]) == 1
    page.get_by_role("button", name="Remove the header").click()
    page.get_by_test_id("raw-send").click()
    expect(page.get_by_test_id("raw-answer")).to_contain_text("2 events")
    assert "authorization" not in foreign.requests[-1][0]
    expect(rows(page)).to_have_count(2)  # the recorded one, and beside it what was sent from here
