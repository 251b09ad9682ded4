"""Diffs as text, JSON, JUnit and HTML: golden files, and what is never in them."""

from __future__ import annotations

import json
import os
import re
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest

from chat.diff import Diff, diff
from chat.diff.reports import FORMATS, write
from chat.diff.reports.page import as_fragment
from chat.diff.reports.text import print_in_colour
from chat.version import version
from tests.checks.streams import answer, card, done, error, thread_created, thread_updated, user_done, widget_item
from tests.diff.recordings import compared, exchange, recording

GOLDEN = Path(__file__).parent.parent / "data" / "diffs"
HOSTILE = "<script>alert(1)</script>\x1b[2J\u202e]]>&amp;"
SECRET = "sk-proj-abcdefghijklmnopqrstuvwx"


def everything() -> Diff:
    """Two recordings that differ in every way there is."""
    listed = exchange(operation="threads.list", document={"data": [], "has_more": False})
    progress = {"type": "progress_update", "text": "Searching"}
    old = [thread_created(), user_done(), progress, *answer("You have three tasks today.")]
    new = [
        thread_created(),
        user_done(),
        *answer("You have four tasks today."),
        progress,
        done(widget_item("wid_1", card({"type": "Text", "value": "Due today"}))),
        error("It broke."),
        thread_updated(title="Tasks"),
    ]
    before = recording(exchange(*old), listed, exchange(operation="threads.delete", document={}))
    after = recording(listed, exchange(*new, every_ms=90), exchange(operation="items.feedback", document={}))
    return diff(before, after, names=("before.jsonl", "after.jsonl"), remarks=["before.jsonl: no times are known."])


# Golden files. To renew them after a deliberate change: RENEW_GOLDEN=1 pytest tests/diff/test_reports.py


@pytest.mark.parametrize("format", FORMATS)
def test_a_diff_is_the_golden_one(format: str) -> None:
    written = write(everything(), format).replace(version(), "VERSION")
    if format == "html":  # the look may change without the words
        written = re.sub(r"<style[^>]*>.*?</style>|'sha256-[^']*'", "", written, flags=re.DOTALL)
    golden = GOLDEN / f"everything.{ {'text': 'txt', 'junit': 'xml'}.get(format, format) }"
    if os.environ.get("RENEW_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(written, "utf-8")
    assert written == golden.read_text("utf-8")


def test_no_line_of_text_is_wider_than_a_terminal() -> None:
    long = compared([thread_created(), *answer("a" * 5_000)], [thread_created(), *answer("a" * 4_000 + "b" * 900)])
    for found in (everything(), long):
        assert max(map(len, write(found).splitlines())) <= 100


def test_a_long_text_is_cut_to_where_it_differs() -> None:
    text = "word " * 2_000
    found = write(compared([*answer(text)], [*answer(text[:5_000] + "OTHER" + text[5_000:])]))
    assert "OTHER" in found
    assert len(found) < 2_000


def test_alike_is_said_in_the_first_line_with_what_was_compared() -> None:
    first, second = write(compared(answer(), answer())).splitlines()
    assert first == "ALIKE  old → new"
    assert second == "1 exchange with 6 events, no difference."


def test_what_was_left_out_is_said_in_every_format() -> None:
    found = compared(answer(), answer(), ignore=["timings", "$.item.metadata"])
    for format in FORMATS:
        assert "how long things took" in write(found, format)
        assert "$.item.metadata" in write(found, format)


def test_a_fault_of_thousands_of_events_is_told_in_one_and_whole_in_json() -> None:
    many = [{"type": "progress_update", "text": f"Step {number}"} for number in range(1_000)]
    found = compared([], many)
    assert "… and 999 more of these: --format json has them all" in write(found)
    assert len(json.loads(write(found, "json"))["exchanges"][0]["changes"]) == 1_000
    assert write(found, "html").count('data-testid="diff-change"') == 1


def test_thousands_of_different_faults_are_told_in_a_hundred() -> None:
    many = [{"type": f"made_up_{number}", "text": "x"} for number in range(1_000)]
    found = compared([], many)
    assert "… and 900 more: --format json has them all" in write(found)
    assert write(found, "html").count('data-testid="diff-change"') == 200


def test_junit_has_a_test_case_for_each_exchange_and_for_the_whole() -> None:
    suite = ElementTree.fromstring(write(everything(), "junit"))[0]
    names = [case.get("name") for case in suite.iter("testcase")]
    assert names[:2] == ["1. threads.list", "2. threads.create"]
    assert names[-1] == "Findings"
    assert suite.get("failures") == str(len(list(suite.iter("failure"))))


def test_nothing_foreign_gives_orders_and_no_secret_gets_out() -> None:
    found = compared([*answer(HOSTILE)], [*answer(f"{HOSTILE} {SECRET}"), {"type": HOSTILE}])
    for format in FORMATS:
        written = write(found, format)
        assert SECRET not in written
        assert "\x1b" not in written
        assert "\u202e" not in written
    assert "<script>" not in write(found, "html")
    assert "<script>" not in as_fragment(found)
    ElementTree.fromstring(write(found, "junit"))


def test_on_a_terminal_it_is_coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal = Terminal()
    print_in_colour(everything(), terminal)
    assert "\x1b[" in terminal.getvalue()
    assert re.sub(r"\x1b\[[0-9;]*m", "", terminal.getvalue()).split() == write(everything()).split()
