"""Reports as SARIF 2.1.0, which code hosts and editors show beside the code."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import quote

from chat.checks.catalogue import CATALOGUE
from chat.checks.findings import Evidence
from chat.checks.reports.model import Check, Report, headline
from chat.checks.reports.words import place_words
from chat.terminal import as_json_text, printable
from chat.version import NAME, version

__all__ = ["as_sarif"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_MOST_LOCATIONS = 10


def as_sarif(report: Report) -> str:
    """The report as SARIF: a rule for every check, a result for every fault."""
    ids = list(dict.fromkeys(check.id for check in report.checks))
    by_id = {check.id: check for check in reversed(report.checks)}
    run = {
        "tool": {
            "driver": {
                "name": NAME,
                "version": version(),
                "semanticVersion": version(),
                "rules": [_rule(by_id[rule_id]) for rule_id in ids],
            }
        },
        "artifacts": [{"location": {"uri": _uri(report.source)}}],
        "columnKind": "utf16CodeUnits",
        "invocations": [_invocation(report)],
        **_request_ids(report),
        "results": [_result(check, ids.index(check.id), report) for check in report.by_status("failed")],
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return as_json_text(document) + "\n"


def _request_ids(report: Report) -> dict[str, Any]:
    """What the server calls its answers, by the ids of the exchanges."""
    ids = {exchange.id: printable(exchange.request_id) for exchange in report.exchanges if exchange.request_id}
    return {"properties": {"requestIds": ids}} if ids else {}


def _rule(check: Check) -> dict[str, Any]:
    rule = CATALOGUE.get(check.id)
    title = rule.title if rule is not None else check.headline
    expected = rule.expected if rule is not None else check.expected
    fix = (rule.fix if rule is not None else check.fix).rstrip()
    text = f"Expected: {expected}\n\n{check.why}\n\nThe official widget: {check.widget}\n\nType this instead:\n\n{fix}"
    markdown = (
        f"**Expected:** {expected}\n\n{check.why}\n\n"
        f"**The official widget:** {check.widget}\n\n**Type this instead:**\n\n```\n{fix}\n```"
    )
    return {
        "id": check.id,
        "name": "".join(word.capitalize() for word in check.id.replace("/", "-").split("-")),
        "shortDescription": {"text": printable(title)},
        "fullDescription": {"text": printable(check.why or title)},
        "help": {"text": printable(text), "markdown": printable(markdown)},
        "defaultConfiguration": {"level": str(check.level)},
        "properties": {"tags": ["chatkit", check.id.partition("/")[0]]},
    }


def _invocation(report: Report) -> dict[str, Any]:
    notes = [
        {
            "level": "warning",
            "message": {"text": printable(f"{check.id} could not run: {check.got}")},
            "associatedRule": {"id": check.id},
        }
        for check in report.by_status("could-not-run")
    ]
    if not report.judged:
        notes.append({"level": "warning", "message": {"text": printable(headline(report))}})
    if report.stopped:
        notes.append({"level": "error", "message": {"text": printable(report.stopped_because or report.stopped)}})
    return {"executionSuccessful": not notes, "toolExecutionNotifications": notes}


def _result(check: Check, index: int, report: Report) -> dict[str, Any]:
    text = f"{check.headline}\n\nExpected: {check.expected}\nGot: {check.got}\n\nType this instead:\n\n{check.fix}"
    places = check.evidence[:_MOST_LOCATIONS] or (Evidence(),)
    fingerprint = hashlib.sha256(f"{check.id}\n{check.headline}".encode("utf-8", "replace")).hexdigest()
    return {
        "ruleId": check.id,
        "ruleIndex": index,
        "level": str(check.level),
        "kind": "fail",
        "message": {"text": printable(text.rstrip())},
        "locations": [_location(place, report) for place in places],
        "occurrenceCount": max(1, check.count),
        "partialFingerprints": {"fault/v1": fingerprint},
    }


def _location(place: Evidence, report: Report) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": 1}
    if place.start is not None and _is_the_file(report):
        region = {"byteOffset": place.start}
        if place.end is not None:
            region["byteLength"] = max(0, place.end - place.start)
    if place.excerpt:
        region["snippet"] = {"text": printable(place.excerpt)}
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": _uri(report.source), "index": 0}, "region": region}
    }
    words = place_words(place)
    if words:
        location["message"] = {"text": printable(words)}
    if place.event is not None:
        name = f"event {place.event}"
        location["logicalLocations"] = [{"name": name, "fullyQualifiedName": f"{place.exchange_id}/{name}"}]
    return location


def _is_the_file(report: Report) -> bool:
    """Whether places in the body are places in the file that was explained: a body on its own."""
    return len(report.exchanges) == 1 and report.exchanges[0].status is None and not report.exchanges[0].url


def _uri(source: str) -> str:
    is_url = source.startswith(("http://", "https://"))
    return quote(source.encode("utf-8", "replace"), safe="/-._~" + (":?#[]@!$&'()*+,;=%" if is_url else "")) or "input"
