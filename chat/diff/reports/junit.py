"""Diffs as JUnit XML: one test case for each exchange, one for the threads at the end, one for the findings."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from chat.diff.model import Diff
from chat.diff.reports.text import exchange_lines, finding_lines, plain, section_lines
from chat.diff.reports.words import left_out_words, summary_words
from chat.terminal import printable
from chat.version import NAME

__all__ = ["as_junit"]


def as_junit(diff: Diff) -> str:
    """The diff as XML: what differs is a failure."""
    suite = Element("testsuite", name=f"{NAME} diff: {printable(diff.old_name)} → {printable(diff.new_name)}")
    failures = 0
    for name, text in _cases(diff):
        case = SubElement(suite, "testcase", classname=f"{NAME}.diff", name=printable(name))
        if text:
            failures += 1
            title, *rest = text.strip().split("\n")
            message = printable(rest[0].strip() if rest else title)
            SubElement(case, "failure", message=message, type="different").text = printable(text)
    for count, value in (("tests", len(suite)), ("failures", failures), ("errors", 0), ("skipped", 0)):
        suite.set(count, str(value))
    said = "\n".join(filter(None, (f"{summary_words(diff)}.", left_out_words(diff), *diff.remarks)))
    SubElement(suite, "system-out").text = printable(said)
    suites = Element("testsuites", dict(suite.attrib))
    suites.append(suite)
    indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(suites, encoding="unicode") + "\n"


def _cases(diff: Diff) -> Iterator[tuple[str, str]]:
    """The name of each test case, and what differs there; "" when nothing does."""
    for exchange in diff.exchanges:
        name = f"{exchange.new or exchange.old}. {exchange.title}"
        yield name, "" if exchange.alike else plain(exchange_lines(exchange))
    yield "order of the exchanges", "\n".join(diff.reordered)
    for title, changes in (("The threads at the end", diff.state), ("What the page was told", diff.host)):
        yield title, plain(section_lines(title, changes)) if changes else ""
    yield "Findings", plain(finding_lines(diff)) if diff.new_findings or diff.gone_findings else ""
