"""Reports: what is in them, in every format, and what is never in them."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

import pytest

from chat.checks import CATALOGUE, Evidence, Level, examine
from chat.checks.reports import FORMATS, Check, Report, exit_code, explained, headline, in_order, unfailed, write
from chat.checks.reports.making import exchange_report, preparing
from chat.checks.reports.secrets import cleaning
from chat.checks.reports.text import print_in_colour
from chat.checks.threads import examine_all
from chat.exchanges.importing import import_exchanges
from chat.version import version
from tests.checks.streams import answer, exchange, sse, thread_created, turn, user_done

DATA = Path(__file__).parent.parent / "data"
GOLDEN = DATA / "reports"
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\x1b[2J]]>&amp;\u202e"
SECRETS = (
    "sk-proj-abcdefghijklmnopqrstuvwx",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlMTIz",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
)


def report_of(name: str) -> Report:
    """The report that `explain` makes of a file in the test data."""
    imported = import_exchanges((DATA / name).read_bytes(), name, NOW)
    return explained(name, examine_all(imported.exchanges), imported.remarks)


class Terminal(StringIO):
    """What passes for a terminal."""

    def isatty(self) -> bool:
        return True


def check(status: Any = "failed", level: Any = Level.ERROR, id: Any = "lifecycle/never-done", **more: Any) -> Check:
    return Check(id, level, status, **{"count": int(status == "failed"), "headline": "It broke", "got": "x", **more})


def hostile_report() -> Report:
    body = sse(thread_created(), user_done(), {"type": HOSTILE, "text": HOSTILE}, *answer(HOSTILE))
    return explained(HOSTILE, [examine(exchange(body, reason=HOSTILE, headers=(("x", HOSTILE),)))], [HOSTILE])


def test_a_report_for_people_says_each_headline_once() -> None:
    report = report_of("seed-attempt-3.txt")
    first = report.by_status("failed")[0].headline
    text, html = write(report, "text"), write(report, "html").partition("<body>")[2]
    assert (text.count(first), html.count(first.replace("'", "&#39;"))) == (1, 1)
    assert re.search(r"<h1>\d+ errors?[<,]", html)
    assert "No fault was found" in write(report_of("good-first-turn.txt"), "html").partition("<body>")[2]


def test_what_stands_at_several_places_is_quoted_once() -> None:
    places = tuple(Evidence("the same words", event=number) for number in range(3))
    text = write(replace(report_of("seed-attempt-3.txt"), checks=(check(evidence=places, count=3),)), "text")
    assert text.count("the same words") == 1
    assert all(f"event {number}" in text for number in range(3))


# Golden files. To renew them after a deliberate change: RENEW_GOLDEN=1 pytest tests/checks/test_reports.py

GOLDENS = [
    ("seed-attempt-1.txt", "text", "txt"),
    ("seed-attempt-1.txt", "junit", "xml"),
    ("seed-attempt-2.txt", "json", "json"),
    ("seed-attempt-2.txt", "sarif", "sarif"),
    ("seed-attempt-3.txt", "text", "txt"),
    ("seed-attempt-3.txt", "html", "html"),
    ("good-first-turn.txt", "text", "txt"),
]


@pytest.mark.parametrize(("source", "format", "suffix"), GOLDENS)
def test_a_report_is_the_golden_one(source: str, format: str, suffix: str) -> None:
    written = write(report_of(source), format).replace(version(), "VERSION")
    golden = GOLDEN / f"{Path(source).stem}.{suffix}"
    if format == "html":  # the look may change without the words
        written = re.sub(r"<(style|script)[^>]*>.*?</\1>|'sha256-[^']*'", "", written, flags=re.DOTALL)
    if os.environ.get("RENEW_GOLDEN"):
        golden.write_text(written, "utf-8")
    assert written == golden.read_text("utf-8")


@pytest.mark.parametrize(
    ("attempt", "rule", "words"),
    [
        (1, "vocabulary/capability-name", "capabilities"),
        (2, "vocabulary/assistants-api", "Assistants API"),
        (3, "vocabulary/responses-api", "Responses API"),
    ],
)
def test_the_first_line_names_the_headline_fault_and_the_fix_follows(attempt: int, rule: str, words: str) -> None:
    lines = write(report_of(f"seed-attempt-{attempt}.txt")).split("\n")
    assert lines[0].startswith("ERROR")
    assert rule in lines[0]
    assert words in lines[0]
    assert lines[2] == "Type this instead:"
    assert lines[4].startswith("    ")


def test_the_smallest_change_comes_first_and_the_whole_stream_is_folded_or_comes_last() -> None:
    report = report_of("seed-attempt-2.txt")
    first = write(report).split("Expected")[0]
    assert first.count("\n") < 15
    assert "def events()" not in first
    page = write(report, "html")
    assert page.index("# in place of {") < page.index("<details data-copied><summary>The whole stream, rewritten")


def test_the_text_shows_evidence_the_widgets_view_and_the_translation_twice() -> None:
    text = write(report_of("seed-attempt-2.txt"))
    assert "event 0, bytes 0–" in text
    assert "The official widget: Reads 8 events" in text
    assert "What the backend meant  translated from the Assistants API" in text
    assert "assistant Hello, you have three tasks." in text
    assert 'data: {"type":"thread.created"' in text
    assert "yield ThreadItemDoneEvent(" in text


def test_colour_adds_nothing_but_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    report = report_of("seed-attempt-1.txt")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    plain, coloured = StringIO(), Terminal()
    print_in_colour(report, plain)
    assert plain.getvalue() == write(report)
    print_in_colour(report, coloured)
    assert "\x1b[1;31mERROR" in coloured.getvalue()
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured.getvalue()) == write(report)


def test_when_all_is_well_the_page_side_list_is_printed() -> None:
    text = write(report_of("good-first-turn.txt"))
    assert text.startswith("OK  No fault was found")
    for word in ("loader script", "allow-list", "domainKey", "height", "COEP", "CDN", "initialThread", "onClientTool"):
        assert word in text
    assert "loader script" not in write(report_of("seed-attempt-1.txt"))


@pytest.mark.parametrize("form", ["text", "html", "sarif"])
def test_where_no_rule_applied_nothing_is_called_fine(form: Literal["text", "html", "sarif"]) -> None:
    report = report_of("good-first-turn.txt")
    nothing = replace(report, checks=report.by_status("not-applicable"), advice=())
    written = write(nothing, form)
    assert "Nothing was judged: " in written
    assert "No fault was found" not in written
    assert exit_code(nothing) == 3


# What the verdicts are


def test_every_rule_that_judges_exchanges_has_its_check() -> None:
    report = report_of("good-first-turn.txt")
    assert {one.id for one in report.checks} == {rule.id for rule in CATALOGUE.values() if rule.judge is not None}


def test_rules_that_a_pasted_body_cannot_answer_do_not_apply() -> None:
    status = {one.id: one.status for one in report_of("good-first-turn.txt").checks}
    assert status["transport/status"] == "not-applicable"
    assert status["transport/buffered"] == "not-applicable"
    assert status["framing/unterminated"] == "passed"
    assert status["transport/json-body"] == "not-applicable"


def test_what_follows_from_a_fault_is_folded_under_it() -> None:
    report = report_of("seed-attempt-3.txt")
    below = next(one for one in report.checks if one.id == "vocabulary/conversations-api")
    assert below.status == "not-applicable"
    assert "vocabulary/responses-api" in below.got
    assert report.summary.errors == sum(one.status == "failed" for one in report.checks)


def test_an_answer_that_is_not_all_there_could_not_be_judged_and_is_never_green() -> None:
    cut = exchange(turn()[:900], outcome="interrupted", failure="The HAR holds only 900 bytes.")
    report = explained("a.har", examine_all([cut]))
    status = {one.id: one.status for one in report.checks}
    assert status["lifecycle/never-done"] == "could-not-run"
    assert status["transport/status"] == "passed"
    assert exit_code(report) == 3
    assert write(report).startswith("INCOMPLETE  Not everything could be judged: The HAR holds only 900 bytes.")


def test_a_request_without_an_answer_could_not_be_judged() -> None:
    report = explained("a.har", examine_all([exchange(b"", status=None, outcome="unreachable", failure="Blocked.")]))
    assert exit_code(report) == 3
    assert report.summary.could_not_run > 0


def test_the_same_fault_in_several_exchanges_is_one_with_the_evidence_of_all() -> None:
    first, second = (exchange(sse({"type": "token", "text": "Hi"})) for _ in range(2))
    report = explained("a.har", examine_all([first, second]))
    (failing,) = [one for one in report.checks if one.id == "vocabulary/ad-hoc"]
    assert failing.count == 2
    assert {place.exchange_id for place in failing.evidence} == {first.id, second.id}


def test_turns_of_one_thread_are_examined_together_whatever_lies_between() -> None:
    asked = exchange(turn(), "threads.create")
    other = exchange(b'{"data":[],"has_more":false}', "threads.list")
    again = exchange(sse(user_done(), *answer()), "threads.add_user_message", thread_id="thr_1")
    examined = examine_all([asked, other, again])
    assert [one.exchange for one in examined] == [asked, other, again]
    assert "identity/reused-id" in [finding.rule_id for finding in examined[2].findings]


@pytest.mark.parametrize(
    ("checks", "fail_on", "code"),
    [
        ([check("passed")], "error", 0),
        ([check("passed"), check("not-applicable")], "error", 0),
        ([check("not-applicable")], "error", 3),
        ([check("failed", Level.NOTE)], "warning", 0),
        ([check("failed", Level.WARNING)], "error", 0),
        ([check("failed", Level.WARNING)], "warning", 1),
        ([check("failed", Level.ERROR)], "error", 1),
        ([check("could-not-run")], "error", 3),
        ([check("failed"), check("could-not-run")], "error", 1),
        ([check("failed", Level.WARNING), check("could-not-run")], "error", 3),
    ],
)
def test_the_exit_code_follows_from_the_checks(checks: Any, fail_on: Literal["error", "warning"], code: int) -> None:
    assert exit_code(Report("x", tuple(checks)), fail_on) == code


@pytest.mark.parametrize(("stopped", "code"), [("unreachable", 4), ("refused", 5)])
def test_a_run_that_was_stopped_says_so_before_anything_else(
    stopped: Literal["unreachable", "refused"], code: int
) -> None:
    report = Report("http://h/chatkit", (check(),), stopped=stopped, stopped_because="Nothing listens on h.")
    assert exit_code(report) == code
    assert write(report).startswith(f"{stopped.upper()}  Nothing listens on h.")
    assert headline(report) == "Nothing listens on h."
    for format in FORMATS:
        assert "Nothing listens on h." in write(report, format) or format == "json"


def test_checks_are_ordered_by_what_the_reader_must_know_first() -> None:
    checks = [
        unfailed(CATALOGUE["time/skew"], "passed"),
        check("failed", Level.WARNING, "transport/buffered"),
        unfailed(CATALOGUE["cors/preflight"], "could-not-run", "No answer."),
        check("failed", Level.ERROR, "title/never-set"),
        check("failed", Level.ERROR, "transport/status"),
    ]
    assert [one.id for one in in_order(checks, CATALOGUE)] == [
        "transport/status",
        "title/never-set",
        "transport/buffered",
        "cors/preflight",
        "time/skew",
    ]


# JSON


def test_the_layout_of_the_json_is_a_contract() -> None:
    document = json.loads(write(report_of("seed-attempt-2.txt"), "json"))
    assert list(document) == ["tool", "version", "source", "summary", "checks", "exchanges"]
    assert list(document["summary"]) == ["errors", "warnings", "notes", "could_not_run"]
    keys = ["id", "level", "status", "count", "expected", "got", "fix", "why", "widget", "evidence"]
    assert all(list(one) == keys for one in document["checks"])
    assert {one["status"] for one in document["checks"]} <= {"passed", "failed", "not-applicable", "could-not-run"}
    assert document["checks"][0]["evidence"][0]["event"] == 0
    (one,) = document["exchanges"]
    assert one["translation"]["events"][0]["type"] == "thread.created"
    assert "def events()" in one["translation"]["python"]


def test_line_separators_in_a_translated_text_do_not_break_the_json() -> None:
    report = explained("x", [examine(exchange(sse({"type": "token", "text": "a\u2028b\u2029c"})))])
    written = write(report, "json")
    said = [one["text"] for one in json.loads(written)["exchanges"][0]["translation"]["conversation"]]
    assert "a\u2028b\u2029c" in said
    assert not {"\u2028", "\u2029"} & set(written), "a terminal would break the line there"


# JUnit


def test_junit_has_a_case_for_every_check_and_the_right_sums() -> None:
    report = Report(
        "x",
        (
            check("failed"),
            check("failed", id="transport/status"),
            check("failed", Level.WARNING, "transport/buffered"),
            check("could-not-run", id="cors/preflight"),
            check("not-applicable", id="time/skew"),
            check("passed", id="time/naive"),
        ),
    )
    suite = ElementTree.fromstring(write(report, "junit")).find("testsuite")
    assert suite is not None
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "6",
        "failures": "2",
        "errors": "1",
        "skipped": "1",
    }
    assert len(suite.findall("testcase/failure")) == 2
    assert len(suite.findall("testcase/error")) == 1
    assert len(suite.findall("testcase/skipped")) == 1
    strict = ElementTree.fromstring(write(report, "junit", "warning"))
    assert strict.get("failures") == "3"


# SARIF: what the schema of version 2.1.0 requires


def test_sarif_has_what_its_schema_requires() -> None:
    document = json.loads(write(report_of("seed-attempt-3.txt"), "sarif"))
    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = document["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"]
    for rule in driver["rules"]:
        assert rule["id"]
        assert rule["help"]["text"]
        assert rule["shortDescription"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note", "none")
    assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"])
    assert isinstance(run["invocations"][0]["executionSuccessful"], bool)
    assert run["results"]
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        assert result["level"] in ("error", "warning", "note")
        for location in result["locations"]:
            place = location["physicalLocation"]
            assert re.fullmatch(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+", place["artifactLocation"]["uri"])
            region = place["region"]
            assert region.get("startLine", 1) >= 1
            assert region.get("byteOffset", 0) >= 0


def test_sarif_tells_of_what_could_not_run() -> None:
    report = Report("a b.har", (check("could-not-run", got="No answer."),))
    (run,) = json.loads(write(report, "sarif"))["runs"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert "No answer." in invocation["toolExecutionNotifications"][0]["message"]["text"]
    assert run["artifacts"][0]["location"]["uri"] == "a%20b.har"


# HTML


class Elements(HTMLParser):
    """Every element of a document with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: Any, attrs: Any) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_page_asks_for_nothing_from_elsewhere() -> None:
    page = write(report_of("seed-attempt-3.txt"), "html")
    for tag, attributes in Elements(page).found:
        assert tag not in ("link", "iframe", "object", "embed", "form", "base", "img")
        assert not {"src", "href", "action", "srcset", "style"} & set(attributes)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_hostile_text_stays_text_in_the_page() -> None:
    page = write(hostile_report(), "html")
    tags = [tag for tag, _ in Elements(page).found]
    assert tags.count("script") == 1
    assert "img" not in tags
    assert not any(name.startswith("on") for _, attributes in Elements(page).found for name in attributes)


def test_hostile_text_neither_moves_the_cursor_nor_breaks_the_xml() -> None:
    text = write(hostile_report())
    assert "\x1b" not in text
    assert "\u202e" not in text
    ElementTree.fromstring(write(hostile_report(), "junit"))
    json.loads(write(hostile_report(), "sarif"))
    json.loads(write(hostile_report(), "json"))


# Secrets


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_is_in_any_format(format: str, secret: str) -> None:
    body = sse(
        thread_created(title=secret),
        user_done(),
        {"type": "token", "text": f"{'x' * 150} {secret}", "key": secret},
        {"type": "error", "error": {"message": f"Bearer {secret}"}},
    )
    made = exchange(body, reason=f"OK {secret}", headers=(("x-debug", secret),), failure=f"at {secret}")
    made.request = replace(made.request, url=f"http://127.0.0.1/chatkit?token={secret}")
    report = explained(f"file {secret}", [examine(made)], [f"remark {secret}"])
    own = check(got=secret, fix=secret, headline=secret, evidence=(Evidence(f"{'y' * 170} {secret}"[:199] + "…"),))
    written = write(replace(report, checks=(own, *report.checks)), format)
    assert secret not in written
    assert secret[:24] not in written


def test_a_long_translation_is_told_and_masked_in_steps() -> None:
    lines = 300
    examined = examine(exchange(b'{"type":"token","text":"x"}\n' * lines))
    assert sum(1 for _ in preparing(examined)) > lines
    report = exchange_report(examined)
    assert report.meant is not None
    assert report.meant.json.count("\n") > lines
    assert sum(1 for _ in cleaning(report)) > lines
