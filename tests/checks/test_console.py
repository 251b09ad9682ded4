"""What the official widget's messages in a browser's console mean."""

import json
import re
from typing import Any

import pytest

from chat.checks import Finding, Level, examine
from chat.checks.reports import explained, write
from chat.checks.threads import examine_all
from chat.exchanges import CONSOLE
from chat.exchanges.importing import import_exchanges
from chat.relay.options import read_options
from tests.checks.streams import turn


def findings(text: str) -> tuple[Finding, ...]:
    (exchange,) = import_exchanges(text.encode(), "console.txt").exchanges
    assert exchange.request.method == CONSOLE
    examined = examine(exchange)
    assert not examined.could_not_run
    return examined.findings


PARSING = "StreamEventParsingError: Failed to parse stream event: Unexpected token 'd', %s is not valid JSON"


@pytest.mark.parametrize(
    ("text", "headline", "typed"),
    [
        (
            "a.js:1 Uncaught InvalidFrameParamsError: Invalid frame params: ChatKit.create():\n✖ Invalid input\n"
            "  → at api\n    at rQe (index-0a.js:217:591)",
            "`api` is neither of the two",
            "domainKey",
        ),
        ('✖ Unrecognized key: "domainKey"\n  → at api', "`api` has a key that it does not know: `domainKey`", "remove"),
        ('✖ Unrecognized key: "greeting"\n    at x (i.js:1)', "a key that it does not know: `greeting`", "`greeting`"),
        ("✖ Invalid input: expected string, received number\n  → at header.title.text", "`header.title.text`", "mend"),
        (PARSING % '"data: {"ty"...', "`data:` stands in it twice", "async for chunk in result"),
        (PARSING % '"Thinking"', "begins with “Thinking”", "model_dump_json"),
        (
            "No handler for client tool calls. You'll need to add onClientTool",
            "no `onClientTool`",
            "onClientTool: async",
        ),
        ("TypeError: Cannot read properties of undefined (reading 'data')", "found no `data`", "application/json"),
        ("Error handling thread event TypeError: x is null", "tripped over an event", "explain page.har"),
        ("InitialThreadLoadError: Failed to load", "could not be loaded", "initialThread: null"),
        (
            "Access to fetch at 'http://127.0.0.1:8000/chatkit' from origin 'http://localhost:3000' has been blocked "
            "by CORS policy: Request header field chatkit-frame-instance-id is not allowed",
            "chatkit-frame-instance-id is not allowed",
            'allow_origins=["http://localhost:3000"]',
        ),
        (
            "POST https://api.openai.com/v1/chatkit/domain_keys/verify_hosted 401 (Unauthorized)",
            "domain of the page was refused",
            "allow-list",
        ),
        (
            "Refused to frame 'https://cdn.platform.openai.com/deployments/chatkit/' because it violates the following "
            "Content Security Policy directive",
            "script or frame",
            "frame-src",
        ),
        ("StreamError: There was an error while generating the assistant's response.", "ended in an error", "raise"),
    ],
)
def test_a_message_is_explained(text: str, headline: str, typed: str) -> None:
    (finding,) = findings(f"[vite] connected.\n{text}\n")
    assert (finding.rule_id, finding.level) == ("page/console", Level.ERROR)
    assert headline in finding.headline
    assert typed in finding.fix


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"header": {"enabled": True}, "greeting": "Hi"}, '✖ Unrecognized key: "greeting"\n    at x (i.js:1)'),
        ({"threadItemActions": {"retry": True, "copy": True}}, '✖ Unrecognized key: "copy"\n  → at threadItemActions'),
    ],
)
def test_options_without_what_is_to_be_removed_are_options_of_the_widget(options: dict[str, Any], said: str) -> None:
    (finding,) = findings(said)
    assert read_options(json.dumps(options)).problems
    found = re.match(r"# remove `(\w+)` from (?:`(\w+)` in )?the page's options", finding.fix)
    assert found is not None
    holder = options[found[2]] if found[2] else options
    del holder[found[1]]
    assert not read_options(json.dumps(options)).problems


def test_an_end_mark_is_no_error() -> None:
    (finding,) = findings(PARSING % '"[DONE]"')
    assert finding.level is Level.NOTE


def test_the_same_message_again_is_counted_and_others_stand_beside_it() -> None:
    found = findings("\n".join([*[PARSING % '"Thinking"'] * 24, "✖ Invalid input\n  → at api"]))
    assert [finding.count for finding in found] == [24, 1]
    assert found[1].evidence[0].start == len((PARSING % '"Thinking"').encode() + b"\n") * 24


def test_the_report_of_a_console_has_nothing_that_could_not_run() -> None:
    imported = import_exchanges(b"InitialThreadLoadError", "console.txt")
    report = explained("console.txt", examine_all(imported.exchanges), imported.remarks)
    assert report.by_status("could-not-run") == ()
    assert "a browser's console" in write(report, "text")


@pytest.mark.parametrize(
    "answer",
    [
        turn(),
        b'{"message": "StreamEventParsingError"}',
        b"<!doctype html><p>IntegrationError</p>",
        b"HTTP/1.1 500 Oops\r\ncontent-type: text/plain\r\n\r\nStreamEventParsingError",
        b"Hello, you have three tasks.",
    ],
)
def test_answers_of_a_backend_are_no_console(answer: bytes) -> None:
    (exchange,) = import_exchanges(answer, "answer.txt").exchanges
    assert exchange.request.method != CONSOLE
