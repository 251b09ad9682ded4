"""From exchanges that were examined to a report about them."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from chat.checks.case import Case, ThreadHistory
from chat.checks.catalogue import CATALOGUE
from chat.checks.examination import EVIDENCE_KEPT
from chat.checks.examined import Examined
from chat.checks.findings import Finding, Level, alike
from chat.checks.host_words import told
from chat.checks.page_side import PAGE_SIDE
from chat.checks.reports.model import Check, ExchangeReport, Meant, Report, Spoken, Status, failed, in_order, unfailed
from chat.checks.rules import (
    CONSOLE_TEXT,
    DOCUMENT,
    END,
    HEAD,
    IDLE,
    INVALID,
    NOT_JSON,
    PREFLIGHT,
    STRAY_DELTA,
    TEXT_DELTA,
    UNKNOWN,
    UNTERMINATED,
    Rule,
)
from chat.exchanges import CONSOLE, STREAMING_OPERATIONS, Exchange, HostEvent, redact_url, request_id
from chat.exchanges.answer import cut_by_us
from chat.exchanges.page_requests import page_request

if TYPE_CHECKING:
    from chat.checks.translation import Translation
    from chat.protocol import ThreadState

__all__ = ["exchange_report", "explained", "passive_checks", "preparing"]

_CREDENTIALS = ["credentials", "CORS"]
_APART = {PREFLIGHT: "This is the browser's preflight request.", CONSOLE_TEXT: "This is a browser's console."}
_NOT_RECORDED = {
    (PREFLIGHT,): "No preflight request of a browser was recorded.",
    (CONSOLE_TEXT,): "No console of a browser was pasted.",
}
_LONGEST_MEANT = 2**18
"""Bytes of one event, or of a body without any, above which it is not translated."""
_LONGEST_SPOKEN = 4_000
_NO_ANSWER = ("unreachable", "unanswered")

_FOR_DOCUMENTS = frozenset(("transport/truncated", "transport/no-message", "auth/expired-token"))
_NOT_FOR_STREAMS = frozenset(("transport/no-message", "transport/json-body"))
_WITHOUT_EVENTS = frozenset(("transport", "auth"))
_NEED_HEAD = frozenset(("transport/truncated",))
_NEED_TIMES = frozenset(("transport/buffered", "transport/never-ends"))
_AT_THE_END = frozenset((END, DOCUMENT, UNTERMINATED))

Verdict = tuple[Status, str]


def explained(
    source: str, examined: Sequence[Examined], remarks: Iterable[str] = (), heard: Iterable[HostEvent] = ()
) -> Report:
    """
    The report about these exchanges. `source` is what the reader calls them: a file's name; `heard` is what the
    official element told its page meanwhile.
    """
    checks = passive_checks(examined)
    fine = all(check.status != "could-not-run" for check in checks) and not any(
        check.status == "failed" and check.level is not Level.NOTE for check in checks
    )
    failures = [
        f"The translation could not be made: {one.could_not_run['translation']}"
        for one in examined
        if "translation" in one.could_not_run
    ]
    answered = any(one.view.screen is not None and one.view.screen.answered for one in examined)
    return Report(
        source,
        checks,
        tuple(exchange_report(one) for one in examined),
        (
            *remarks,
            *told(heard),
            *dict.fromkeys(failures),
            *_unknown_answers(examined),
            *(_not_looked_at(examined) if fine else ()),
        ),
        advice=PAGE_SIDE if fine and answered else (),
    )


def _unknown_answers(examined: Sequence[Examined]) -> Iterable[str]:
    """What a JSON answer seems to be whose request is not known, and what it must not be the answer of."""
    for one in examined:
        exchange = one.exchange
        if exchange.request.url or exchange.expects_stream or one.findings:
            continue
        what = {
            "threads.get_by_id": "a thread's metadata",
            "threads.list": "a page of threads",
            "items.list": "a page of items",
        }.get(exchange.request.operation, "one JSON document")
        yield (
            f"What was asked is not known. The answer is {what}: if it answers threads.create or another streaming "
            'operation, it has to be a stream of events (media_type="text/event-stream").'
        )


def _not_looked_at(examined: Sequence[Examined]) -> Iterable[str]:
    """What no exchange of these shows."""
    asked = {one.exchange.request.operation for one in examined}
    missing = [
        words
        for words, operations in (
            ("a turn", STREAMING_OPERATIONS),
            ("history", {"threads.list"}),
            ("reload", {"threads.get_by_id", "items.list"}),
            ("paging", {"items.list"}),
        )
        if asked.isdisjoint(operations) and not (words == "a turn" and any(one.events for one in examined))
    ]
    missing += ["credentials"] if any(one.exchange.request.method == "OPTIONS" for one in examined) else _CREDENTIALS
    yield f"Not looked at: {', '.join(missing)}. `python app.py check URL` tries them."


def passive_checks(examined: Sequence[Examined], given_up: str = "", no_turn: str = "") -> tuple[Check, ...]:
    """
    A check for every rule that judges exchanges as they are, over all of these, in the order of reports.

    `given_up`: why more of them were to come, in a sentence; `no_turn`: why none of them is the answer of a turn. What
    was not seen for such a reason could not be judged, and is no more green than what could not run.
    """
    faults: list[Finding] = []
    follows: dict[str, str] = {}
    verdicts: dict[str, list[Verdict]] = {}
    rules = [rule for rule in CATALOGUE.values() if rule.judge is not None]
    refused = {
        one.exchange.request.url for one in examined if any(found.rule_id == "cors/preflight" for found in one.findings)
    }
    for one in examined:
        timed = one.exchange.headers_at_ns is not None
        for finding in one.findings:
            faults.append(finding if timed else _untimed(finding))
            for below in finding.consequences:
                follows.setdefault(below.rule_id, finding.rule_id)
        facts = _Facts(one, one.exchange.request.url in refused)
        for rule in rules:
            verdicts.setdefault(rule.id, []).append(facts.verdict(rule))
    found = {finding.rule_id for finding in faults}
    checks = [failed(finding) for finding in alike(faults, EVIDENCE_KEPT)]
    for rule in rules:
        if rule.id in found:
            continue
        if rule.id in follows:
            checks.append(unfailed(rule, "not-applicable", f"It follows from `{follows[rule.id]}`."))
        else:
            status, because = _together(verdicts.get(rule.id, []))
            unseen = given_up or (no_turn if status == "not-applicable" else "")
            if unseen and status != "could-not-run" and not _about_others(rule):
                status, because = "could-not-run", unseen
            checks.append(unfailed(rule, status, because))
    return in_order(checks, CATALOGUE)


def _about_others(rule: Rule) -> bool:
    """Whether no answer of a backend would have been judged by it, however many had come."""
    return rule.section == "page" or rule.on in _NOT_RECORDED or rule.id == "auth/expired-token"


def _untimed(finding: Finding) -> Finding:
    """The finding without milliseconds: its exchange has none, and nought would be a lie."""
    return replace(finding, evidence=tuple(replace(place, ms=None) for place in finding.evidence))


def _together(verdicts: Sequence[Verdict]) -> Verdict:
    """One verdict for several exchanges: what could not run is never green, and one that passed is enough."""
    for wanted in ("could-not-run", "passed"):
        for verdict in verdicts:
            if verdict[0] == wanted:
                return verdict
    return verdicts[0] if verdicts else ("not-applicable", "There was no exchange.")


def _cut(exchange: Exchange) -> bool:
    """Whether more of it is to come, or came and was not kept."""
    return exchange.outcome == "pending" or cut_by_us(exchange)


class _Facts:
    """What decides whether a rule could be asked about an exchange."""

    def __init__(self, one: Examined, refused: bool) -> None:
        self.case = case = Case(one.exchange, ThreadHistory())
        self.exchange: Exchange = one.exchange
        self.failures: Mapping[str, str] = one.could_not_run
        self.streaming = case.streaming
        self.of_page = bool(page_request(one.exchange.request.url))
        self.apart = case.apart
        self.compared, self.refused = one.compared, refused
        self.head_known, self.timed = case.head_known, case.timed
        self.events = len(one.events)
        self.moments = {END, IDLE, HEAD, DOCUMENT}
        if one.events:
            self.moments |= {UNKNOWN, INVALID, NOT_JSON, UNTERMINATED}
        self.moments |= one.kinds
        if TEXT_DELTA in self.moments:
            self.moments.add(STRAY_DELTA)

    def verdict(self, rule: Rule) -> Verdict:
        """How a rule fared that found nothing here."""
        exchange = self.exchange
        if failure := self.failures.get(rule.id):
            return "could-not-run", failure[:1].upper() + failure[1:]
        because = self._not_asked_for(rule)
        if because:
            return "not-applicable", because
        if exchange.outcome == "unanswered":
            return "not-applicable", "No answer came: see `transport/no-answer`."
        if exchange.outcome in _NO_ANSWER and self.refused:
            return "not-applicable", "The browser did not send it: see `cors/preflight`."
        if exchange.outcome in _NO_ANSWER or (exchange.outcome == "timeout" and not self.head_known):
            return "could-not-run", f"No answer came. {exchange.failure or ''}".strip()
        if self.apart:
            return "passed", ""
        because = self._not_there(rule)
        if because:
            return "not-applicable", because
        if _cut(exchange) and not _AT_THE_END.isdisjoint(rule.on):
            return "could-not-run", exchange.failure or "The record stops before the answer did."
        if _cut(exchange) and not self.events and rule.section not in _WITHOUT_EVENTS:
            return "could-not-run", exchange.failure or "Nothing of the answer was recorded."
        return "passed", ""

    def _not_asked_for(self, rule: Rule) -> str:
        """Why a rule is about another kind of request, "" when it is not."""
        if self.apart and rule.on != (self.apart,):
            return _APART[self.apart]
        if not self.apart and rule.on in _NOT_RECORDED:
            return _NOT_RECORDED[rule.on]
        if rule.id == "auth/expired-token" and self.exchange.request.token_expires_at is None:
            return "No token is known that says when it expires."
        if (rule.section == "page") != self.of_page:
            return "This is the page's own request." if self.of_page else "It is about the page's own requests."
        if rule.about and self.exchange.request.operation not in rule.about:
            return f"Nobody asked for {' or '.join(f'`{one}`' for one in rule.about)}."
        if rule.unless is not None and (because := rule.unless(self.case)):
            return because
        if rule.about and not 200 <= (self.exchange.status or 200) < 300:
            return "The operation was refused."
        if rule.compares and not self.compared:
            return "Nothing came before it with which it could be compared."
        if not self.streaming and rule.id not in _FOR_DOCUMENTS and DOCUMENT not in rule.on:
            return "The operation answers JSON, not a stream."
        if self.streaming and (rule.id in _NOT_FOR_STREAMS or rule.on == (DOCUMENT,)):
            return "The answer is a stream, not JSON."
        return ""

    def _not_there(self, rule: Rule) -> str:
        """Why an answer holds nothing that a rule could judge, "" when it does."""
        exchange = self.exchange
        if not self.head_known and (rule.on == (HEAD,) or rule.id in _NEED_HEAD):
            return "The input has neither status nor headers."
        if rule.id in _NEED_TIMES and not self.timed:
            return "The input does not say when what came."
        if not self.streaming or _cut(exchange):
            return ""
        if exchange.outcome == "cancelled" and not _AT_THE_END.isdisjoint(rule.on):
            return "The page stopped the answer before its end."
        if not self.events and rule.section not in _WITHOUT_EVENTS:
            return "The answer holds no event."
        if self.moments.isdisjoint(rule.on):
            return "Nothing came that this rule is about."
        return ""


def preparing(one: Examined) -> Generator[None, None, None]:
    """What takes long of `exchange_report`, in steps: the rest follows."""
    if not _is_speech(one):
        return
    with suppress(Exception):
        yield from one.translating()
        if one.translation is not None:
            yield from one.translation.preparing()


def exchange_report(one: Examined) -> ExchangeReport:
    """One exchange as a report shows it."""
    exchange, view = one.exchange, one.view
    timed = exchange.headers_at_ns is not None
    try:
        translation = one.translation if _is_speech(one) else None
    except Exception:
        translation = None  # hostile input: the findings stand without it
    return ExchangeReport(
        exchange.id,
        _method(exchange),
        redact_url(exchange.request.url),
        exchange.request.operation,
        exchange.started_at.isoformat() if exchange.status is not None or exchange.request.url else "",
        exchange.status,
        exchange.reason,
        exchange.content_type,
        request_id(exchange),
        exchange.outcome,
        exchange.failure or "",
        sum(len(chunk.data) for chunk in exchange.chunks),
        len(one.events),
        one.events[0].at_ns / 1e6 if timed and one.events else None,
        exchange.ended_at_ns / 1e6 if timed and exchange.ended_at_ns is not None else None,
        view.behaviour,
        view.shows,
        view.blank,
        view.certainty,
        view.requests_sent,
        one.findings if timed else tuple(map(_untimed, one.findings)),
        _meant(translation) if translation is not None else None,
    )


def _is_speech(one: Examined) -> bool:
    """Whether nothing in it is longer than anything that somebody says: what floods is not translated."""
    return (one.longest or one.exchange.size) <= _LONGEST_MEANT


def _method(exchange: Exchange) -> str:
    if exchange.request.method == CONSOLE:
        return "a browser's console"
    return exchange.request.method if exchange.request.url else ""


def _meant(translation: Translation) -> Meant:
    return Meant(
        translation.language,
        translation.assumed,
        tuple(_spoken(translation.state)),
        translation.json,
        translation.brief,
    )


def _spoken(state: ThreadState) -> Iterable[Spoken]:
    for item in state.visible_items():
        if item.type == "user_message":
            content = item.json.get("content") or []
            text = "\n".join(
                str(part.get("text", "")) for part in content if isinstance(part, dict) and part.get("text")
            )
            yield Spoken("user", text[:_LONGEST_SPOKEN])
        elif item.type == "assistant_message":
            text = "\n".join(item.text(part) for part in range(item.part_count))
            yield Spoken("assistant", text[:_LONGEST_SPOKEN])
        else:
            yield Spoken(item.type, "")
    for error in state.errors:
        yield Spoken("error", str(getattr(error, "message", "") or ""))
