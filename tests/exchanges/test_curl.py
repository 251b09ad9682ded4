"""Commands that a real shell and a real curl understand."""

import subprocess
from typing import Any

import pytest

from chat.exchanges import Exchange, Request, curl


def words(command: str, **variables: str) -> list[str]:
    """The command's arguments as a POSIX shell splits them, with these variables set."""
    script = "curl() { printf '%s\\0' \"$@\"; }\n" + command
    run = subprocess.run(
        ["sh", "-c", script], capture_output=True, check=True, env={"PATH": "/usr/bin:/bin", **variables}
    )
    return run.stdout.decode().split("\0")[:-1]


def request(**changes: Any) -> Request:
    body = changes.pop("body", b'{"type":"threads.list","params":{}}')
    fields: dict[str, Any] = {
        "method": "POST",
        "url": "http://127.0.0.1:8000/chatkit",
        "headers": (("Content-Type", "application/json"),),
        "body": body,
        "body_size": len(body),
    }
    return Request(**fields | changes)


def test_the_whole_command(exchange: Exchange) -> None:
    assert curl(exchange) == (
        "curl -sS -N http://127.0.0.1:8000/chatkit \\\n"
        "  -H 'Authorization: Bearer '\"$TOKEN\" \\\n"
        "  -H 'Accept-Language: en' \\\n"
        """  --data-raw '{"type":"threads.create","params":{}}'"""
    )


def test_secrets_become_variables_that_the_shell_fills_in() -> None:
    command = curl(
        request(
            headers=(
                ("Authorization", "Bearer ••••cdef"),
                ("X-Api-Key", "••••"),
                ("Cookie", "sid=••••1234; theme=••••"),
            )
        )
    )
    assert "••••" not in command
    found = words(command, TOKEN="t", X_API_KEY="k", COOKIE="c", COOKIE_2="d")
    assert "Authorization: Bearer t" in found
    assert "X-Api-Key: k" in found
    assert "Cookie: sid=c; theme=d" in found


def test_secrets_in_the_url_become_variables() -> None:
    command = curl(request(url="https://ada:••••@host/x?a=1&api-key=••••cdef&b=2"))
    assert "••••" not in command
    assert "https://ada:t@host/x?a=1&api-key=k&b=2" in words(command, TOKEN="t", API_KEY="k")


def test_each_secret_has_a_variable_of_its_own() -> None:
    command = curl(
        request(
            url="https://ada:••••@host/x?token=••••&token=••••cdef",
            headers=(("Authorization", "Bearer ••••cdef"), ("Token", "••••")),
        )
    )
    found = words(command, TOKEN="header", TOKEN_2="own", URL_TOKEN="user", URL_TOKEN_2="asked", URL_TOKEN_3="again")
    assert {"Authorization: Bearer header", "Token: own"} <= set(found)
    assert "https://ada:user@host/x?token=asked&token=again" in found


@pytest.mark.parametrize("text", ["it's", '"$HOME" `id` $(id) \\', "@/etc/passwd", "two\nlines", "ünï ☂", "-X", "!!"])
def test_nothing_in_a_body_or_header_is_read_by_the_shell(text: str) -> None:
    command = curl(request(body=text.encode(), headers=(("X-A", text.replace("\n", " ")),)))
    found = words(command)
    assert found[found.index("--data-raw") + 1] == text
    assert f"X-A: {text}".replace("\n", " ") in found


def test_headers_that_curl_writes_itself_are_left_out() -> None:
    command = curl(
        request(headers=(("Host", "x"), ("Content-Length", "5"), ("Accept-Encoding", "gzip"), ("X-Empty", "")))
    )
    found = words(command)
    assert [found[place + 1] for place, word in enumerate(found) if word == "-H"] == ["X-Empty;"]


def test_a_body_that_a_command_cannot_hold_comes_from_a_file() -> None:
    assert curl(request(body=b"\xff\0")).endswith("--data-binary @body.bin")
    upload = curl(request(method="PUT", body=b"", body_size=5))
    assert upload.startswith("# body.bin: the 5 bytes to send\n")
    assert words(upload)[:3] == ["-sS", "-X", "PUT"]


def test_a_request_without_a_body_names_its_method() -> None:
    assert words(curl(request(method="OPTIONS", body=b"")))[:3] == ["-sS", "-X", "OPTIONS"]
    assert words(curl(request(method="POST", body=b"")))[:3] == ["-sS", "-X", "POST"]


def test_brackets_in_a_url_are_not_patterns() -> None:
    assert "--globoff" in words(curl(request(url="http://[::1]:8000/chatkit")))
