"""What a stranger wrote may be shown on a terminal: it gives it no orders, and hides nothing from who reads it."""

from __future__ import annotations

import json
import os
import pty
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.commands.main import main
from chat.exchanges import recording
from chat.terminal import as_json_text, in_one_line, printable
from tests import forking
from tests.checks.streams import exchange, turn
from tests.exchanges.hars import entry, har

FORMATS = ("text", "json", "junit", "html", "sarif")
DIRECTIONS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
HOSTILE = (
    "a\x1b]0;owned\x07\x1b[2J\x08\x7f\x00\r\x9b31m\x85\u202egnp.exe\u2066\u200b\u200f\u2028\u2029\ufeff\xad"
    "\U000e0041\U0001d173z"
)
"""Something of every kind, between two letters."""


def commands(text: str) -> set[str]:
    """The characters of a text that a terminal obeys, that reorder it, or that nobody sees; by Unicode's own word."""
    found = set()
    for character in set(text) - {"\n", "\t"}:
        category, direction = unicodedata.category(character), unicodedata.bidirectional(character)
        unseen = category == "Cf" and direction == "BN"  # the others are marks of Arabic, Kaithi and Syriac numbers
        if category in ("Cc", "Zl", "Zp", "Cs") or direction in DIRECTIONS or unseen:
            found.add(character)
    return found


def test_no_character_of_all_gets_through() -> None:
    everything = "".join(map(chr, range(0x110000)))
    assert commands(printable(everything)) == set()
    assert commands(in_one_line(everything)) == set()
    assert commands(as_json_text(everything)) == set()
    assert "\n" not in in_one_line(everything)


def test_what_people_write_stays_as_it_is() -> None:
    text = "Grüße, 你好, مرحبا, שלום, 👍🏽, ½\n\tand a second line"
    assert printable(text) == text
    assert in_one_line("two\r\nlines\n") == r"two\nlines\n"


@given(st.text() | st.text(alphabet=HOSTILE))
def test_json_has_the_same_value(text: str) -> None:
    value = {"text": text, text: [text]}
    assert json.loads(as_json_text(value)) == value


# Whatever is in whichever field


def inputs(text: str) -> dict[str, bytes]:
    """Files of every kind with a text in every field that can hold one."""
    asked = {"type": "threads.create", "params": {"input": {"content": [{"type": "input_text", "text": text}]}}}
    event = {"type": text, "thread": {"id": text, "title": text}, "message": text, text: text}
    line = f"data: {json.dumps(event, ensure_ascii=False)}\n\n"
    pairs = ((f"x-{text}", text), ("accept-language", text))  # a secret would be masked wherever it turns up
    hostile: dict[str, Any] = {
        "asked": asked,
        "url": f"http://127.0.0.1/{text}/chatkit?{text}={text}",
        "headers": pairs,
        "response_headers": pairs,
    }
    good, odd = (entry(body, **hostile) for body in (turn().decode() + line, text))
    good["response"]["statusText"] = text
    odd["request"]["method"] = text
    odd["response"]["content"]["mimeType"] = text
    failed = entry(json.dumps({"message": text}), status=500, mime="application/json", **hostile)
    raw, body = text.encode("utf-8", "replace"), (turn().decode() + line).encode("utf-8", "replace")
    return {
        "page.har": har(good, failed, odd),
        "unknown.har": har(odd, entry(text, asked={"type": text}, method=text, url=text)),
        "body.txt": body,
        "raw.txt": raw,
        "curl.txt": b"HTTP/1.1 200 %b\r\ncontent-type: %b\r\nx: %b\r\n\r\n%b" % (raw, raw, raw, body),
        "recording.jsonl": recording.dumps(exchange(body)),
        "damaged.jsonl": b'{"format":"chatkit-workbench-exchange","version":1}\n' + raw,
        "damaged.har": b'{"log": {"entries": [' + raw,
    }


def strings(value: Any) -> list[str]:
    """Every text in a JSON value."""
    if isinstance(value, dict):
        return [text for entry in value.items() for part in entry for text in strings(part)]
    if isinstance(value, list):
        return [text for part in value for text in strings(part)]
    return [value] if isinstance(value, str) else []


def shown(path: Path, *options: str) -> tuple[str, str]:
    """Standard output and error of the real process."""
    done = forking.run(["app.py", "explain", path, *options])
    assert done.returncode in (0, 1, 2, 3), done.stderr.decode()
    return done.stdout.decode(), done.stderr.decode()


@pytest.mark.parametrize("name", inputs(HOSTILE))
def test_the_process_prints_no_command_of_any_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(inputs(HOSTILE)[name])
    output, errors = shown(path)
    assert commands(output + errors) == set()
    assert output or errors


@pytest.mark.parametrize("format", FORMATS)
def test_nor_does_it_in_any_format(format: str, tmp_path: Path) -> None:
    path = tmp_path / "page.har"
    path.write_bytes(inputs(HOSTILE)["page.har"])
    output, errors = shown(path, "--format", format)
    assert commands(output + errors) == set()
    if format == "json":
        assert "\x9b31m" in "".join(strings(json.loads(output))), "the value is what it was"


def test_on_a_terminal_there_is_colour_and_no_other_command(tmp_path: Path) -> None:
    path = tmp_path / "page.har"
    path.write_bytes(inputs(HOSTILE)["page.har"])
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "NO_COLOR": ""}
    process = forking.Forked(["app.py", "explain", str(path)], env=environment, stdout=theirs, stderr=theirs)
    os.close(theirs)
    output = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        output += piece
    os.close(ours)
    process.wait(60)
    text = output.decode().replace("\r\n", "\n")
    assert "\x1b[1m" in text
    assert commands(re.sub(r"\x1b\[[\d;]*m", "", text)) == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ("explain", f"{HOSTILE}.txt"),
        ("explain", "-", f"--{HOSTILE}"),
        ("explain", "-", "--format", HOSTILE),
        ("explain", "-", "--output", f"/nowhere/{HOSTILE}"),
        ("check", HOSTILE),
        ("check", f"http://127.0.0.1:9/{HOSTILE}"),
        ("check", "http://127.0.0.1:9/", "--header", HOSTILE),
        ("check", "http://127.0.0.1:9/", "--only", HOSTILE),
        ("check", "http://127.0.0.1:9/", "--explain", HOSTILE),
        ("check", "http://127.0.0.1:9/", "--origin", f"http://{HOSTILE}"),
        ("check", "http://127.0.0.1:9/", "--save", f"/dev/null/{HOSTILE}"),
        ("serve", HOSTILE),
        ("serve", "--host", HOSTILE),
        ("serve", "--backend", HOSTILE),
        ("serve", "--data", f"/dev/null/{HOSTILE}"),
        (HOSTILE,),
    ],
    ids=lambda arguments: " ".join(arguments).replace(HOSTILE, "…").replace("/", "_"),
)
def test_wrong_usage_is_told_without_a_command(arguments: tuple[str, ...]) -> None:
    typed = [argument.replace("\x00", "") for argument in arguments]
    result = CliRunner().invoke(main, typed, input=b"data: {}\n\n")
    assert result.exit_code in (1, 2, 3, 4), result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert commands(result.output) == set()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=40) | st.text(alphabet=HOSTILE + '{}[]":,\n', max_size=40),
    name=st.sampled_from(sorted(inputs("x"))),
    format=st.sampled_from(FORMATS),
)
def test_any_text_in_any_field_is_printed_without_a_command(text: str, name: str, format: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(inputs(text)[name])
    result = CliRunner().invoke(main, ["explain", str(path), "--format", format])
    assert result.exit_code in (0, 1, 2, 3), result.output
    assert commands(result.output) == set()
