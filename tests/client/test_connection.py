"""What a connection accepts, and what it never shows."""

import subprocess
import sys

import pytest

from chat.client import Connection
from chat.errors import BadConnection


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "no URL"),
        ("127.0.0.1:8000/chatkit", "ChatKit"),
        ("localhost/chatkit", "ChatKit"),
        ("ftp://host/", "ChatKit"),
        ("http://", "ChatKit"),
        ("http://host:99999/", "port"),
        ("http://ho st/", "ChatKit"),
        ("http://[::1/", "URL"),
        ("file:///etc/passwd", "ChatKit"),
    ],
)
def test_what_is_not_the_url_of_a_backend_is_refused_in_words(url: str, words: str) -> None:
    with pytest.raises(BadConnection) as caught:
        Connection(url)
    assert words in str(caught.value)
    assert caught.value.whose == "your request"


def test_a_url_without_scheme_gets_the_advice_it_needs() -> None:
    with pytest.raises(BadConnection) as caught:
        Connection("example.test/chatkit")
    assert caught.value.advice == "Did you mean http://example.test/chatkit?"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("", "x", "not the name"),
        ("Bad Name", "x", "not the name"),
        ("X:", "x", "not the name"),
        ("X-A", "a\r\nX-B: b", "line break"),
        ("Authorization", "Bearer sk-abc…xyz", "'…'"),
        ("Content-Length", "5", "itself"),
    ],
)
def test_a_header_that_http_cannot_carry_is_refused_in_words(name: str, value: str, words: str) -> None:
    with pytest.raises(BadConnection) as caught:
        Connection("http://127.0.0.1/", headers=((name, value),))
    assert words in str(caught.value)
    assert "sk-abc" not in str(caught.value)


def test_headers_may_be_a_mapping_and_are_stripped() -> None:
    connection = Connection(" http://127.0.0.1/chatkit ", headers={"X-A": " 1 "})  # type: ignore[arg-type]
    assert connection.url == "http://127.0.0.1/chatkit"
    assert connection.headers == (("X-A", "1"),)


def test_repr_shows_no_secrets() -> None:
    connection = Connection(
        "https://ada:hunter2@host.example/chatkit?key=0123456789abcdef",
        headers=(("Authorization", "Bearer 0123456789abcdef"), ("X-Plan", "professional"), ("Accept", "text/html")),
    )
    shown = repr(connection)
    assert "hunter2" not in shown
    assert "0123456789" not in shown
    assert "professional" not in shown  # any header that the user set
    assert "('Accept', 'text/html')" in shown


def test_a_locale_cannot_smuggle_a_header() -> None:
    with pytest.raises(BadConnection):
        Connection("http://127.0.0.1/", locale="en\r\nX-A: b")


@pytest.mark.parametrize("module", ["chat.errors", "chat.protocol", "chat.exchanges", "chat.client"])
def test_importing_the_core_imports_neither_the_page_nor_the_server_side(module: str) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = output.split()
    heavy = ("nicegui", "agents", "openai", "fastapi", "sqlite_utils", "storage")
    assert [name for name in loaded if name.split(".")[0] in heavy] == []
    assert [name for name in loaded if name in ("chatkit.server", "chatkit.agents", "chat.backend", "chat.ui")] == []
