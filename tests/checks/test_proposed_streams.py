"""What a finding or a translation proposes to send, sent: the diagnosis has nothing against it.

Each stream and each line that is proposed for the cases, the gallery, the vocabularies and the examples of the rules is
fed back as the answer of the same request.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from chat.backend.broken.exhibit import exhibit_of
from chat.backend.broken.gallery import BROKEN
from chat.backend.broken.good import GoodBackend
from chat.checks import Finding, Level, repair
from chat.checks.examined import Examined
from chat.checks.threads import examine_all
from chat.exchanges import Chunk, Exchange
from chat.exchanges.importing import import_exchanges
from chat.protocol import decode_body
from tests.checks.examples import ASSISTANTS, COMPLETIONS, CONVERSATIONS, FAILING, RESPONSES
from tests.checks.streams import (
    NOW,
    OPTIONS,
    USER_INPUT,
    added,
    answer,
    assistant_item,
    card,
    delta,
    done,
    error,
    exchange,
    item,
    later_turn,
    part_done,
    removed,
    request_of,
    sse,
    thread_created,
    thread_updated,
    turn,
    user_done,
    user_item,
    widget_item,
)
from tests.checks.test_translation import MEANT

CASES = sorted(path for path in (Path(__file__).parent.parent / "data" / "cases").rglob("*") if path.is_file())
TAKE_THEIR_TIME = ("transport/never-ends", "transport/buffered")
FOREIGN = {"responses": RESPONSES, "assistants": ASSISTANTS, "conversations": CONVERSATIONS, "completions": COMPLETIONS}
TOKEN = {"type": "token", "text": "Hi"}
HELLO, BYE = (done(assistant_item("msg_1", text)) for text in ("Hello", "Bye"))
BEGUN = added(assistant_item())
UNNAMED = {key: value for key, value in assistant_item("", "Hello").items() if key not in ("id", "thread_id")}
TASKS = item("workflow", "wf_1", workflow={"type": "custom", "tasks": []})

MIXED = {
    "an item after the error": turn(error("No."), *answer(), TOKEN),
    "an invalid error, then an answer": turn(*answer()[:3], error(None, code=429, allow_retry=True), *answer("B", "b")),
    "an error without a word": turn({"type": "error", "code": "rate_limited"}, TOKEN),
    "an error with its text inside": turn({"type": "error", "code": 500, "error": {"message": "Busy."}}),
    "a title after the error": turn(error("No."), TOKEN, thread_updated(title="Tasks")),
    "one id for two answers": turn(*answer("Hello"), *answer("Bye"), TOKEN),
    "the question's id for the answer": turn(*answer("Hello", "msg_user"), TOKEN),
    "placeholders": turn(*answer("Hello", "__fake_id__"), *answer("Bye", "__fake_id__"), TOKEN),
    "an item without an id, twice": turn(done(UNNAMED), done({**UNNAMED, "content": "Bye"})),
    "a message without ids, streamed": turn(
        added({**UNNAMED, "content": []}), delta("Hel"), delta("lo"), done(UNNAMED)
    ),
    "done twice": turn(*answer(), HELLO, TOKEN),
    "done twice with other words": turn(*answer(), BYE, TOKEN),
    "added twice": turn(BEGUN, *answer(), TOKEN),
    "never done": turn(*answer()[:-1], TOKEN),
    "a widget that is never done": turn(added(widget_item("w", card({"type": "Text", "value": "Hi"}))), TOKEN),
    "a workflow that is never done": turn(added(TASKS), TOKEN),
    "never added": turn(delta("Hello"), part_done("Hello"), HELLO, TOKEN),
    "an end without the text": turn(BEGUN, delta("Hello"), done({**assistant_item(), "content": [{"text": None}]})),
    "an end without content": turn(BEGUN, delta("Hello"), done({**assistant_item(), "content": None})),
    "an end with more text": turn(BEGUN, delta("Hello"), done(assistant_item("msg_1", "Hello, you")), TOKEN),
    "an end with other text": turn(BEGUN, delta("Hel"), delta("lo"), BYE, TOKEN),
    "a part that ends otherwise": turn(BEGUN, delta("Hello"), part_done("Bye"), BYE, TOKEN),
    "another thread": turn(done({**assistant_item("msg_1", "Hello"), "thread_id": "thr_2"}), TOKEN),
    "hidden context": turn(done(item("hidden_context_item", "h", content="secret")), TOKEN),
    "the question only added": sse(thread_created(), added(user_item()), OPTIONS, *answer(), TOKEN),
    "the thread created twice": turn(thread_created(), TOKEN),
    "the thread created late": sse(user_done(), thread_created(), OPTIONS, TOKEN),
    "something unknown is removed": turn(removed("msg_9"), TOKEN),
}
"""Streams with a fault of the order beside one of the language: ids, ends and errors of what is proposed."""


def told(findings: Iterable[Finding]) -> Iterator[Finding]:
    for finding in findings:
        yield finding
        yield from told(finding.consequences)


def answered(exchange: Exchange, body: bytes) -> Exchange:
    """The same request, with another answer."""
    again = Exchange(exchange.request, started_at=exchange.started_at)
    if exchange.status is not None:
        again.status, again.reason, again.headers = 200, "OK", (("content-type", "text/event-stream"),)
        again.headers_at_ns = exchange.headers_at_ns
    again.chunks, again.outcome, again.ended_at_ns = [Chunk(1_000_000, body)], "complete", 1_000_000
    return again


def run(code: str) -> bytes:
    """What the code of a translation sends."""
    scope: dict[str, Any] = {}
    exec(compile(code, "fix", "exec"), scope)
    return b"".join(scope["body"]())


def wrong(examined: Examined) -> set[tuple[str, str]]:
    return {
        (finding.rule_id, finding.headline)
        for finding in told(examined.findings)
        if finding.level is Level.ERROR or finding.rule_id == "lifecycle/events-after-error"
    }


def feed_back(exchanges: Sequence[Exchange]) -> None:
    """Assert that nothing is wrong with what is proposed in place of these answers."""
    examined = examine_all(exchanges)
    meant = {place: one.translation for place, one in enumerate(examined) if one.translation is not None}
    for bodies in (
        {place: translation.sse for place, translation in meant.items()},
        {place: run(translation.brief) for place, translation in meant.items() if translation.brief},
    ):
        sent = [answered(one, bodies[place]) if place in bodies else one for place, one in enumerate(exchanges)]
        for place, one in enumerate(examine_all(sent)):
            if place in bodies:
                assert (place, wrong(one), one.translation) == (place, set(), None)
    for place, one in enumerate(examined):
        lines = [finding for finding in told(one.findings) if finding.fix.startswith("data: ")]
        alone = all(line.count == 1 for line in lines) and not any(
            finding.section in ("vocabulary", "framing", "transport") for finding in told(one.findings)
        )
        if lines and alone:  # a line of its own does not mend a stream in another language
            sent = [*exchanges[:place], answered(exchanges[place], typed_in(one, lines)), *exchanges[place + 1 :]]
            mended = {(line.rule_id, line.headline) for line in lines}
            assert wrong(examine_all(sent)[place]) <= wrong(one) - mended


def typed_in(one: Examined, findings: Sequence[Finding]) -> bytes:
    """The answer with the lines of some fixes in their places."""
    at = {finding.evidence[0].event: finding.fix.split("\n")[0] for finding in findings}
    first = [finding for finding in findings if finding.rule_id == "lifecycle/no-thread-created"]
    lines = [finding.fix.split("\n")[0] for finding in first]
    for event in one.events:
        if not first or event.type != "thread.created":
            lines.append(f"data: {event.raw}" if first or event.index not in at else at[event.index])
    return "".join(f"{line}\n\n" for line in lines).encode()


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_of_a_case(path: Path) -> None:
    feed_back(import_exchanges(path.read_bytes(), path.name).exchanges)


@pytest.mark.parametrize("make", [make for make, _ in MEANT.values()], ids=MEANT)
def test_of_a_vocabulary(make: Any) -> None:
    feed_back([make()])


@pytest.mark.parametrize("rule_id", FAILING)
def test_of_the_examples_of_a_rule(rule_id: str) -> None:
    for make in FAILING[rule_id]:
        feed_back([make()])


@pytest.mark.parametrize("body", MIXED.values(), ids=MIXED)
def test_of_a_stream_with_several_faults(body: bytes) -> None:
    feed_back([exchange(body)])


@pytest.mark.parametrize("events", FOREIGN.values(), ids=FOREIGN)
def test_of_two_turns_in_another_language(events: tuple[Any, ...]) -> None:
    """The same ids in both turns, as far as they have any; those that had to be made up are nobody's fault."""
    turns = [exchange(sse(*events), "threads.add_user_message") for _ in range(2)]
    feed_back(turns)
    second = examine_all(turns)[1]
    named = [finding.got for finding in second.findings if finding.rule_id == "identity/reused-id"]
    assert all("msg_user" not in got and "msg_assistant" not in got for got in named)


def test_of_a_question_whose_id_was_used_before() -> None:
    feed_back([exchange(turn()), exchange(later_turn(*answer("Bye", "msg_2"), TOKEN), "threads.add_user_message")])


@pytest.mark.parametrize("backend", BROKEN, ids=lambda backend: exhibit_of(backend).rule_id)
async def test_of_a_backend_of_the_gallery(backend: type[GoodBackend]) -> None:
    entry = exhibit_of(backend)
    if entry.rule_id in TAKE_THEIR_TIME:
        return
    params = {"input": {**USER_INPUT, "content": [{"type": "input_text", "text": entry.message}]}}
    sent = request_of("threads.create", **params)
    way = httpx.ASGITransport(backend(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=way, base_url="http://127.0.0.1") as http:
        got = await http.post("/chatkit", content=sent, headers=dict(entry.headers))
    kind = got.headers.get("content-type")
    feed_back([exchange(got.content, status=got.status_code, sent=sent, content_type=kind)])


INVALID: dict[str, dict[str, Any]] = {
    "an error that may be tried again": {"type": "error", "code": 429, "message": "Busy.", "allow_retry": True},
    "a locked thread": {"type": "thread.updated", "thread": {"id": "t", "status": "locked", "title": "T", "items": {}}},
    "a loud notice": {"type": "notice", "level": "ERROR", "message": "Hm", "title": "T"},
    "a tool that is done": {
        "type": "thread.item.done",
        "item": {**item("client_tool_call", "c", call_id="c1", name="n", arguments='{"a": 1}', status="done")},
    },
    "progress with an icon": {"type": "progress_update", "icon": "search", "message": "Looking…"},
    "an effect in a text": {"type": "client_effect", "name": "zoom", "data": '{"level": 2}'},
    "parts of another interface": done({**assistant_item(), "content": [{"type": "text", "text": {"value": "Hello"}}]}),
}
KEPT: dict[str, dict[str, Any]] = {
    "an error that may be tried again": {"$.message": "Busy.", "$.allow_retry": True},
    "a locked thread": {"$.thread.id": "t", "$.thread.status.type": "locked", "$.thread.title": "T"},
    "a loud notice": {"$.level": "danger", "$.message": "Hm", "$.title": "T"},
    "a tool that is done": {"$.item.arguments.a": 1, "$.item.status": "completed", "$.item.call_id": "c1"},
    "progress with an icon": {"$.icon": "search", "$.text": "Looking…"},
    "an effect in a text": {"$.data.level": 2},
    "parts of another interface": {"$.item.content[0].text": "Hello", "$.item.id": "msg_1"},
}
"""What an invalid event means is what its repair says."""


@pytest.mark.parametrize("name", INVALID)
def test_a_repair_keeps_what_was_meant(name: str) -> None:
    (event,) = decode_body(sse(INVALID[name]))
    assert event.problems
    repaired = dict(leaves(repair.event(event.json, now=NOW)))
    assert KEPT[name].items() <= repaired.items()


@pytest.mark.parametrize("body", MIXED.values(), ids=MIXED)
def test_a_repair_changes_no_value_that_was_right(body: bytes) -> None:
    for event in decode_body(body):
        repaired = repair.event(event.json, now=NOW)
        if event.value is None and repaired is not None:
            wrong = tuple(problem.path for problem in event.problems)
            now = dict(leaves(repaired))
            for path, value in leaves(event.json):
                if path in now and not path.startswith(wrong):
                    assert (path, now[path]) == (path, value)


def leaves(document: Any, path: str = "$") -> Iterator[tuple[str, Any]]:
    """Every value with its path, as problems name it."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield from leaves(value, f"{path}.{key}")
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from leaves(value, f"{path}[{index}]")
    else:
        yield path, document
