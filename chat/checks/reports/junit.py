"""Reports as JUnit XML, which every build server shows. One test case for every check."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from chat.checks.reports.model import Check, FailOn, Report
from chat.checks.reports.words import exchange_words, place_words
from chat.terminal import printable
from chat.version import NAME

__all__ = ["as_junit", "check_text"]


def as_junit(report: Report, fail_on: FailOn = "error") -> str:
    """The report as XML: failures, errors for what could not run, skipped for what did not apply.

    What is milder than `fail_on` passes and is told in the test case's output, as the exit code has it.
    """
    suite = Element("testsuite", name=f"{NAME}: {printable(report.source)}")
    counts = {"failure": 0, "error": 0, "skipped": 0}
    used: dict[str, int] = {}
    for check in report.checks:
        used[check.id] = number = used.get(check.id, 0) + 1
        section, _, rest = check.id.partition("/")
        name = rest or section
        case = SubElement(
            suite, "testcase", classname=f"{NAME}.{section}", name=name if number == 1 else f"{name} ({number})"
        )
        _tell(case, check, fail_on, counts)
    if report.stopped:
        case = SubElement(suite, "testcase", classname=NAME, name="connection")
        counts["error"] += 1
        SubElement(case, "error", message=printable(report.stopped_because or report.stopped), type=report.stopped)
    seconds = sum(exchange.total_ms or 0 for exchange in report.exchanges) / 1000
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(counts["failure"]))
    suite.set("errors", str(counts["error"]))
    suite.set("skipped", str(counts["skipped"]))
    suite.set("time", f"{seconds:.3f}")
    lines = [f"{exchange.title}: {exchange_words(exchange)}. {exchange.widget}" for exchange in report.exchanges]
    SubElement(suite, "system-out").text = printable("\n".join([*lines, *report.remarks]))
    suites = Element("testsuites", dict(suite.attrib))
    suites.append(suite)
    indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(suites, encoding="unicode") + "\n"


def _tell(case: Element, check: Check, fail_on: FailOn, counts: dict[str, int]) -> None:
    if check.status == "failed":
        failing = check.level == "error" or check.level == fail_on
        if failing:
            counts["failure"] += 1
            told = SubElement(case, "failure", message=printable(check.headline), type=str(check.level))
        else:
            told = SubElement(case, "system-out")
        told.text = printable(check_text(check))
    elif check.status == "could-not-run":
        counts["error"] += 1
        SubElement(case, "error", message=printable(check.got), type="could-not-run")
    elif check.status == "not-applicable":
        counts["skipped"] += 1
        SubElement(case, "skipped", message=printable(check.got))


def check_text(check: Check) -> str:
    """A failed check in plain lines, with what to type first."""
    lines = [f"{check.level}: {check.headline} (×{check.count:,})", ""]
    if check.fix:
        lines += ["Type this instead:", "", check.fix.rstrip(), ""]
    for label, text in (
        ("Expected", check.expected),
        ("Got", check.got),
        ("Why", check.why),
        ("Official widget", check.widget),
    ):
        if text:
            lines.append(f"{label}: {text}")
    for place in check.evidence:
        lines.append(f"Seen at {place_words(place) or 'the answer as a whole'}: {place.excerpt}")
    return "\n".join(lines)
