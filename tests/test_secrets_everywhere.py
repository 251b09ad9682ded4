"""
Random secrets in random places of requests and answers, and every output of the product searched for them.

The backend here is a right one that gives everything away: it puts what it was sent as credentials into texts, titles,
ids, errors, headers and deltas, in every spelling, split over events and chunks. That its ids hold secrets must not
keep anybody from working with it.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import html
import json
import logging
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from click.testing import CliRunner
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from chat.checks.reports import FORMATS, exit_code, explained, write
from chat.checks.run import Plan, check
from chat.checks.threads import examine_all
from chat.client import ChatKitClient, Connection
from chat.client.computed import Added, Computed
from chat.commands.main import main
from chat.conversation.conversation import Conversation
from chat.conversation.diagnosis import Diagnoses
from chat.errors import WorkbenchError
from chat.exchanges import Exchange, curl, read
from chat.exchanges.importing import import_exchanges
from chat.exchanges.recording import dumps
from chat.inspection.comparison import comparison_html
from chat.inspection.findings import findings_document
from chat.inspection.rows import row
from chat.inspection.tabs import (
    Tally,
    event_detail,
    request_document,
    response_document,
    summary,
    timing_document,
)
from chat.protocol import ThreadState, fold
from tests.checks.probes.tiny import Json, No, Tiny, served, update

SEEDS = range(4)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class Chance(random.Random):
    """What this test leaves to chance."""

    def secret(self, signs: str = "") -> str:
        middle = "".join(self.choices(LETTERS + signs, k=self.randint(10, 40)))
        return f"{self.choice(LETTERS)}{middle}{self.choice(LETTERS)}"

    def jwt(self) -> str:
        claims = json.dumps({"sub": self.secret()}).encode()
        parts = (b'{"alg":"HS256"}', claims, self.randbytes(32))
        return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)

    def spelled(self, secret: str) -> str:
        """The secret in some spelling, for a JSON string (whose own escapes come later)."""
        padding = self.randbytes(self.randint(0, 5))
        return self.choice(
            [
                secret,
                secret,
                f"Bearer {secret}",
                quote(secret, safe=""),
                quote(quote(secret, safe=""), safe=""),
                html.escape(secret),
                json.dumps(secret),
                base64.b64encode(padding + secret.encode() + padding).decode(),
                base64.urlsafe_b64encode(padding + secret.encode()).decode(),
            ]
        )

    def cut(self, text: Any) -> list[Any]:
        places = sorted({0, len(text), *(self.randint(0, len(text)) for _ in range(self.randint(0, 12)))})
        return [text[begin:end] for begin, end in pairwise(places)]


class Telltale(Tiny):
    """Gives away what it was sent."""

    def __init__(self, chance: Chance, secrets: list[str], *, refuses: bool = False) -> None:
        super().__init__()
        self.chance, self.secrets, self.refuses = chance, secrets, refuses

    def some(self) -> str:
        return self.chance.spelled(self.chance.choice(self.secrets))

    async def answer(self, request: Request) -> Response:
        response = await super().answer(request)
        response.headers["X-Echo"] = quote(self.some(), safe=" ")
        response.headers["Location"] = f"https://elsewhere.example/?back={quote(self.some(), safe='')}"
        return response

    def authorize(self, request: Request, body: Json) -> None:
        if self.refuses:
            raise No(401, f"bad token {self.chance.choice(self.secrets)}, and what is {self.some()}?")

    def refusal(self, no: No) -> Response:
        return JSONResponse({"message": f"{no} ({self.some()})", "detail": self.some()}, no.status)

    def new_id(self, kind: str) -> str:
        plain = [secret for secret in self.secrets if secret.isalnum()]
        return f"{super().new_id(kind)}_{self.chance.choice(plain or ['plain'])}"

    def turn(self, thread: Json, input: Json) -> Iterator[Json]:
        yield {"type": "progress_update", "text": f"Looking up {self.some()}"}
        yield from super().turn(thread, input)

    def first_turn(self, thread: Json, input: Json) -> Iterator[Json]:
        yield {"type": "thread.created", "thread": {**thread, "items": {"data": [], "has_more": False}}}
        yield from self.turn(thread, input)
        thread["title"] = f"About {self.some()}"
        yield {"type": "thread.updated", "thread": {**thread, "items": {"data": [], "has_more": False}}}

    def reply(self, thread: Json) -> Iterator[Json]:
        for event in super().reply(thread):
            item = event.get("item", {})
            if item.get("type") == "assistant_message" and event["type"] == "thread.item.done":
                text = f"All is well, {self.some()}. `{self.chance.choice(self.secrets)}` **{self.some()}**"
                for piece in self.chance.cut(text):
                    delta = {"type": "assistant_message.content_part.text_delta", "content_index": 0, "delta": piece}
                    yield update(item, **delta)
                item["content"][0]["text"] = "All is well." + text
            yield event

    async def written(self, events: Iterator[Json]) -> Any:
        async for data in super().written(events):
            for piece in self.chance.cut(data):
                yield piece
                if self.chance.random() < 0.2:
                    await asyncio.sleep(0)


def found(output: str | bytes, secrets: list[str]) -> list[str]:
    """Those secrets that can be read in an output, however they are spelled there."""
    text = output.decode("utf-8", "replace") if isinstance(output, bytes) else output
    joined = "".join(re.findall(r'"delta": ?"((?:[^"\\]|\\.)*)"', text.replace('\\"', '"')))
    views = [
        as_is(view)
        for view in (text, joined)
        for as_is in (str, html.unescape, unquote, lambda it: unquote(unquote(it)))
    ]
    views += [re.sub(r"\\+", "", view) for view in views]
    views += [re.sub(r"<[^>]*>", "", view) for view in views[:2]]  # highlighted code, marked text
    for run in re.findall(r"[A-Za-z0-9+/_-]{16,}", f"{text} {joined}"):
        for cut in range(4):
            whole = run[cut:][: (len(run) - cut) // 4 * 4].replace("-", "+").replace("_", "/")
            try:
                views.append(base64.b64decode(whole).decode("latin-1"))
            except binascii.Error:
                continue
    plain = {secret: re.sub(r"\\+", "", secret) for secret in secrets}
    return [secret for secret in secrets if any(secret in view or plain[secret] in view for view in views)]


def connection_with(chance: Chance, url: str) -> tuple[Connection, list[str]]:
    """A connection to `url` with secrets wherever there may be some, and those secrets."""
    bearer, custom = chance.choice([chance.secret("-_."), chance.jwt()]), chance.secret("/+=&'")
    cookie, query, key = chance.secret("-"), chance.secret("+/=&% "), chance.secret('"\\/')
    number = str(chance.randint(10**11, 10**12))
    connection = Connection(
        f"{url}?api_key={quote(query, safe='')}&v=2",
        (
            ("Authorization", f"Bearer {bearer}"),
            ("X-Custom", custom),
            ("X-Account", number),
            ("Cookie", f"theme=dark; sid={cookie}"),
        ),
        metadata={"tenant": "acme", "user": {"api_key": key}, "access_token": [chance.secret()]},
    )
    return connection, [bearer, custom, cookie, query, key, number, *connection.metadata["access_token"]]


def outputs_of(exchange: Exchange, known: Connection | None = None) -> Iterator[tuple[str, str | bytes]]:
    """Everything that can be written, shown or copied of an exchange."""
    yield "recording", dumps(exchange)
    yield "curl", curl(exchange)
    yield "repr", repr(exchange)
    yield "request", json.dumps(request_document(exchange), ensure_ascii=False)
    yield "response", json.dumps(response_document(exchange), ensure_ascii=False)
    yield "headers", json.dumps(exchange.headers, ensure_ascii=False)
    (examined,) = examine_all([exchange])
    state = ThreadState()
    for event in examined.events:
        fold(state, event)
        yield "event", json.dumps([event_detail(event, exchange), row(event)], ensure_ascii=False)
    yield "timing", json.dumps(timing_document(exchange, examined.events))
    yield "state", json.dumps(state.snapshot(), ensure_ascii=False)
    diagnoses = Diagnoses()
    diagnoses.begin(exchange)
    for event in examined.events:
        diagnoses.feed(exchange, [event])
    diagnoses.settle()
    diagnosis = diagnoses.get(exchange.id)
    assert diagnosis is not None
    yield "summary", json.dumps(summary(exchange, examined.events, Tally(), diagnosis), ensure_ascii=False)
    yield "findings", json.dumps(findings_document(diagnosis), ensure_ascii=False)
    yield "comparison", comparison_html(diagnosis)


def har_of(exchanges: list[Exchange], connection: Connection, bodies: list[bytes]) -> bytes:
    """What a browser would have exported: everything in clear."""
    headers = [{"name": name, "value": value} for name, value in connection.headers]
    entries = [
        {
            "startedDateTime": exchange.started_at.isoformat(),
            "request": {
                "method": "POST",
                "url": connection.url,
                "headers": headers,
                "postData": {"text": json.dumps({"type": exchange.request.operation, "params": {}})},
            },
            "response": {
                "status": 200,
                "headers": [{"name": "content-type", "value": "text/event-stream"}],
                "content": {"mimeType": "text/event-stream", "text": body.decode()},
            },
        }
        for exchange, body in zip(exchanges, bodies, strict=True)
    ]
    return json.dumps({"log": {"version": "1.2", "entries": entries}}).encode()


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_check_gives_no_secret_away_and_comes_to_its_end(seed: int, tmp_path: Path) -> None:
    chance = Chance(seed)
    backend = Telltale(chance, [])
    async with served(backend) as url:
        connection, secrets = connection_with(chance, url)
        second = chance.secret()
        backend.secrets = [*secrets, second]
        exchanges: list[Exchange] = []
        progress: list[str] = []
        plan = Plan(connection, (("Authorization", f"Bearer {second}"),), save=tmp_path, max_turns=40)
        report = await check(plan, lambda now: progress.append(str(now)), exchanges.append)
    secrets = backend.secrets
    for format in FORMATS:
        assert found(write(report, format), secrets) == [], format
    assert found(repr(plan) + repr(report) + "".join(progress), secrets) == []
    assert len(exchanges) > 10
    for exchange in exchanges:
        for name, output in outputs_of(exchange):
            assert found(output, secrets) == [], name
    recordings = sorted(tmp_path.iterdir())  # noqa: ASYNC240 - nothing else runs any more
    assert len(recordings) == len(exchanges)
    for recording in recordings:
        assert found(recording.read_bytes(), secrets) == [], recording.name
        read(recording)
    # Ids hold secrets, and yet everything could be asked for: the backend is right but for what it says.
    failed = {one.id for one in report.checks if one.status == "failed" and one.level == "error"}
    assert failed <= {"auth/open", "auth/garbage-accepted", "auth/cross-user", "errors/leak"}, report.checks
    assert not report.by_status("could-not-run")
    assert exit_code(report) in (0, 1)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_conversation_shows_no_secret(seed: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    chance = Chance(seed)
    backend = Telltale(chance, [])
    async with served(backend) as url:
        connection, secrets = connection_with(chance, url)
        backend.secrets = secrets
        conversation = Conversation(ChatKitClient(connection))
        await conversation.send(f"My key is {secrets[0]}.")
        await conversation.wait()
        await conversation.send("Once more, please.")
        await conversation.wait()
        await conversation.retry()
        await conversation.wait()
        thread_id = conversation.thread_id
        assert thread_id is not None
        loaded = Conversation(ChatKitClient(connection))
        await loaded.load(thread_id)
        listed = await loaded.client.list_threads()
        backend.refuses = True
        await loaded.send("And now?")
        await loaded.wait()
        with pytest.raises(WorkbenchError) as error:
            await loaded.client.list_threads()
        said = [str(error.value), error.value.got, error.value.expected, error.value.advice, repr(error.value)]
    assert len(loaded.state.items) == 4
    assert found(json.dumps([thread.model_dump(mode="json") for thread in listed.data]), secrets) == []
    for one in (conversation, loaded):
        entries = one.transcript.entries
        assert entries
        shown = [f"{entry.html}{entry.source()}" for entry in entries]
        assert found("".join(shown), secrets) == []
        assert found(json.dumps(one.state.snapshot(), ensure_ascii=False) + str(one.title), secrets) == []
        for exchange in one.exchanges:
            for name, output in outputs_of(exchange):
                assert found(output, secrets) == [], name
    assert found("".join(said), secrets) == []
    assert "masked0" in "".join(said)
    logged = "\n".join(caplog.handler.format(record) for record in caplog.records)
    assert "receive_response_headers.complete" in logged
    assert found(logged, secrets) == []


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_token_that_is_new_with_each_request_is_seen_nowhere(seed: int) -> None:
    chance = Chance(seed)
    backend = Telltale(chance, [])

    async def fresh(operation: str, body: Any) -> Added:
        backend.secrets += [chance.jwt(), chance.secret()]
        return Added((("Authorization", f"Bearer {backend.secrets[-2]}"),), {"session": {"token": backend.secrets[-1]}})

    async with served(backend) as url:
        connection, secrets = connection_with(chance, url)
        backend.secrets += secrets
        conversation = Conversation(ChatKitClient(replace(connection, computed=Computed(fresh))))
        for text in ("Hello.", "Once more, please.", "And now?"):
            await conversation.send(text)
            await conversation.wait()
        await conversation.retry()
        await conversation.wait()
        await conversation.reload()
    assert len(conversation.state.items) == 6, "ids that hold tokens of before are found again"
    shown = "".join(f"{entry.html}{entry.source()}" for entry in conversation.transcript.entries)
    assert found(shown, backend.secrets) == []
    assert len(conversation.exchanges) >= 5
    for exchange in conversation.exchanges:
        for name, output in outputs_of(exchange):
            assert found(output, backend.secrets) == [], name


@pytest.mark.parametrize("seed", SEEDS)
async def test_explaining_what_a_browser_exported_gives_no_secret_away(seed: int, tmp_path: Path) -> None:
    chance = Chance(seed)
    secrets: list[str] = []
    backend = Telltale(chance, secrets)
    raw: list[bytes] = []
    connection, found_in_it = connection_with(chance, "https://shop.example/chatkit")
    connection = Connection(  # in what others made, a secret is what stands under a secret's name
        connection.url,
        tuple(
            (name.replace("X-Custom", "X-Api-Key").replace("X-Account", "X-Auth"), v) for name, v in connection.headers
        ),
    )
    secrets += found_in_it[:4]
    message = {"content": [{"type": "input_text", "text": "Hi"}], "inference_options": {}}
    for _ in range(3):
        events = list(backend.threads_create({"input": message}))
        raw.append(b"".join(f"data: {json.dumps(event)}\n\n".encode() for event in events))
    asked = [Exchange(read_request("threads.create")) for _ in raw]
    har = tmp_path / "exported.har"
    har.write_bytes(har_of(asked, connection, raw))
    imported = import_exchanges(har.read_bytes(), har.name)
    report = explained(har.name, examine_all(imported.exchanges), imported.remarks)
    for format in FORMATS:
        assert found(write(report, format), secrets) == [], format
        done = CliRunner().invoke(main, ["explain", str(har), "--format", format])
        assert found(done.stdout + done.stderr, secrets) == [], format
    for exchange in imported.exchanges:
        for name, output in outputs_of(exchange):
            assert found(output, secrets) == [], name


def read_request(operation: str) -> Any:
    from chat.exchanges.exchange import Request

    return Request("POST", "", (), operation=operation, streaming=True)


async def test_what_does_not_speak_http_and_repeats_the_request_gives_no_secret_away() -> None:
    chance = Chance(1)

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        connection, secrets = connection_with(chance, f"http://127.0.0.1:{port}/chatkit")
        with pytest.raises(WorkbenchError) as error:
            await ChatKitClient(connection).list_threads()
    assert "masked0" in error.value.got
    assert found(str(error.value) + error.value.got, secrets) == []


def test_a_mistyped_address_gives_no_secret_away() -> None:
    done = CliRunner().invoke(main, ["check", "htp://ada:hunter2-hunter2@host.example/?k=value-of-the-query"])
    assert done.exit_code == 2
    assert found(done.output, ["hunter2-hunter2", "value-of-the-query"]) == []
