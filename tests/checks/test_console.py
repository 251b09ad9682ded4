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
from chat.host.options import read_options
from tests.checks.streams import turn


def findings(text: str) -> tuple[Finding, ...]:
    (exchange,) = import_exchanges(text.encode(), "console.txt").exchanges
    assert exchange.request.method == CONSOLE
    examined = examine(exchange)
    assert not examined.could_not_run
    return examined.findings


URL = "https://api.example.com/chatkit"
BROWSERS = (
    (
        "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at "
        f"{URL}. (Reason: CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 200.",
        "keeps the backend's answer from the page: CORS header",
        "CORSMiddleware",
    ),
    (
        "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at "
        f"{URL}. (Reason: CORS request did not succeed). Status code: (null).",
        f"no answer from `{URL}`: nothing listens there, or its certificate",
        "python app.py check",
    ),
    (
        "[Error] Origin https://shop.example is not allowed by Access-Control-Allow-Origin. Status code: 200\n"
        f"[Error] Fetch API cannot load {URL} due to access control checks.",
        "keeps the backend's answer from the page: Origin https://shop.example",
        'allow_origins=["https://shop.example"]',
    ),
    (
        "[Error] Request header field chatkit-frame-instance-id is not allowed by Access-Control-Allow-Headers.",
        "Request header field chatkit-frame-instance-id",
        "CORSMiddleware",
    ),
    ('TypeError: can\'t access property "data", e is undefined', "found no `data`", "application/json"),
    ("TypeError: undefined is not an object (evaluating 'e.data')", "found no `data`", "application/json"),
    (
        "Content-Security-Policy: The page’s settings blocked the loading of a resource (frame-src) at "
        "https://cdn.platform.openai.com/deployments/chatkit/index.html because it violates the following directive",
        "script or frame",
        "frame-src",
    ),
    (
        f"Content-Security-Policy: The page’s settings blocked the loading of a resource (connect-src) at {URL} as",
        f"forbids requests to `{URL}`",
        "connect-src 'self' https://api.example.com",
    ),
    (
        f"Refused to connect to '{URL}' because it violates the following Content Security Policy directive: x",
        f"forbids requests to `{URL}`",
        "connect-src 'self' https://api.example.com",
    ),
    (
        f"Refused to connect to {URL} because it does not appear in the connect-src directive of the Content Security "
        "Policy.",
        f"forbids requests to `{URL}`",
        "connect-src",
    ),
    (
        f"Connecting to '{URL}' violates the following Content Security Policy directive: \"connect-src 'self'\".",
        f"forbids requests to `{URL}`",
        "connect-src",
    ),
    (
        "Mixed Content: The page at 'https://shop.example/' was loaded over HTTPS, but requested an insecure resource "
        "'http://api.example.com/chatkit'. This request has been blocked",
        "`http://api.example.com/chatkit` under http",
        '"https://api.example.com/chatkit"',
    ),
    (
        "Blocked loading mixed active content “http://api.example.com/chatkit”",
        "`http://api.example.com/chatkit` under http",
        "https://",
    ),
    (
        "[blocked] The page at https://shop.example/ requested insecure content from http://localhost:8000/chatkit. "
        "This content was blocked and must be served over HTTPS.",
        "`http://localhost:8000/chatkit` under http",
        "https://",
    ),
    (f"POST {URL} net::ERR_CONNECTION_REFUSED", "nothing listens at this address", "start the server"),
    (f"POST {URL} net::ERR_CERT_AUTHORITY_INVALID", "does not trust its certificate", "certificate"),
    (f"POST {URL} net::ERR_HTTP2_PROTOCOL_ERROR 200 (OK)", "ERR_HTTP2_PROTOCOL_ERROR", "app.py check"),
    (f"POST {URL} 500 (Internal Server Error)", "answers with status 500", "server's log"),
    (f"POST {URL} 404 (Not Found)", "nothing stands there, or", "/api/chatkit"),
    (f"XHRPOST {URL} [HTTP/1.1 405 Method Not Allowed 12ms]", "status 405: nothing that takes a POST", "/api/chatkit"),
    (
        "Access to fetch at 'http://127.0.0.1:8000/chatkit' from origin 'https://shop.example' has been blocked by "
        "CORS policy: Permission was denied for this request to access the `loopback` address space.",
        "a page of the public network",
        "from localhost, too",
    ),
    (
        "Uncaught (in promise) TypeError: Failed to fetch\n    at window.fetch (x.js:1)",
        "no answer that it may",
        "check",
    ),
    ("TypeError: NetworkError when attempting to fetch resource.", "no answer that it may read", "check"),
    ("Uncaught TypeError: document.querySelector(...).setOptions is not a function", "not loaded", "whenDefined"),
)


@pytest.mark.parametrize(("text", "headline", "typed"), BROWSERS)
def test_what_a_browser_says_itself_is_explained(text: str, headline: str, typed: str) -> None:
    (finding,) = findings(f"[vite] connected.\n{text}\n")
    assert finding.rule_id == "page/console"
    assert headline in finding.headline
    assert typed in finding.fix


def test_a_request_without_an_answer_is_not_said_again_beside_its_cause() -> None:
    (finding,) = findings(f"POST {URL} net::ERR_CONNECTION_REFUSED\nTypeError: Failed to fetch")
    assert "nothing listens" in finding.headline


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
