"""Logs, tracebacks and failures of clients, as people paste them: called what they are, and never said by anybody."""

import pytest

from chat.checks import translate
from chat.checks.examined import examine
from chat.checks.eye import widget_view
from chat.checks.logs import log_of
from tests.checks.streams import exchange, pasted

TRACEBACK = """INFO:     127.0.0.1:52344 - "POST /chatkit HTTP/1.1" 200 OK
ERROR:    Exception in ASGI application
Traceback (most recent call last):
  File "/app/server.py", line 536, in _process_streaming
TypeError: chatkit.types.Thread() got multiple values for keyword argument 'items'
"""
NODE = "TypeError: Cannot read properties of undefined (reading 'id')\n    at route (/app/server.js:12:3)\n"
LOGS = (
    (TRACEBACK, "a traceback"),
    ("curl: (7) Failed to connect to localhost port 8000", "what the client says"),
    ("requests.exceptions.ConnectionError: Max retries exceeded", "an exception"),
    (NODE, "an exception"),
    ("INFO:     Uvicorn running on http://127.0.0.1:8000\nINFO:     x", "a server's log"),
    ("2026-11-25 09:50:00,123 - ERROR - no key", "a server's log"),
)


@pytest.mark.parametrize(("text", "what"), LOGS)
def test_a_log_is_called_so_and_nobody_said_it(text: str, what: str) -> None:
    one = pasted(text.encode())
    (finding,) = examine(one).findings
    assert finding.headline.startswith(f"This is {what}")
    assert translate(one) is None
    assert widget_view(one).certainty == "unknown"


def test_a_traceback_that_is_known_has_its_fix() -> None:
    (finding,) = examine(pasted(TRACEBACK.encode())).findings
    assert "a `Thread` was stored where its metadata belongs" in finding.headline
    assert "ThreadMetadata(" in finding.fix
    assert finding.got.startswith("TypeError: chatkit.types.Thread()")


def test_a_traceback_that_a_backend_sends_as_its_answer_is_not_said_either() -> None:
    assert translate(exchange(TRACEBACK.encode())) is None


@pytest.mark.parametrize(
    "text",
    [
        "Hello, you have three tasks.",
        "# Errors\n\n- TypeError: is raised when a type is wrong",
        "An error: that is what it was. Look at the log.",
        "INFO is a level of logs",
        "Error handling in Python: use try and except.\nThat is all.",
    ],
)
def test_what_somebody_may_have_said_is_no_log(text: str) -> None:
    assert log_of(text) == ""
