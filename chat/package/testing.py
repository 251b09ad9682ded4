"""What tests of a ChatKit backend get in hand: a thread to speak in, turns, golden files, verdicts of the rules."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .workbench_process import WorkbenchProcess

__all__ = ["Async", "ChatKit", "Check", "Finding", "Golden", "Turn"]


@dataclass(frozen=True)
class Finding:
    """What a rule has found."""

    rule: str
    level: str
    """error, warning or note."""
    headline: str
    expected: str
    got: str
    fix: str
    """What to type instead."""

    def __str__(self) -> str:
        return f"{self.level} {self.rule}: {self.headline}"


@dataclass(frozen=True, eq=False)
class Turn:
    """What came of one step. `assert turn == golden` compares it with the golden file of the test."""

    events: list[Any]
    """Every event, as JSON, in order; text for what is no JSON."""
    items: list[dict[str, Any]]
    """The items that came with it, as they are now."""
    thread_items: list[dict[str, Any]]
    """All items of the thread."""
    findings: list[Finding]
    """Errors first."""
    exchanges: list[dict[str, Any]]
    """The requests that were sent: operation, request, status, headers, outcome, body, first_event_ms, total_ms."""
    failure: str | None
    """Why an answer did not come whole, in words; None when all is well."""
    thread_id: str | None
    title: str | None
    chatkit: ChatKit = field(repr=False)
    first: int = 0
    last: int = 0

    @property
    def exchange(self) -> dict[str, Any]:
        """The first request and its answer."""
        return self.exchanges[0]

    @property
    def text(self) -> str:
        """What the assistant said, part by part in lines."""
        parts = (
            part.get("text", "")
            for item in self.items
            if item.get("type") == "assistant_message"
            for part in item.get("content") or []
        )
        return "\n".join(parts)

    @property
    def errors(self) -> list[Finding]:
        """The findings that are errors."""
        return [finding for finding in self.findings if finding.level == "error"]

    def of_type(self, type: str) -> list[dict[str, Any]]:
        """The items of this type that came with it."""
        return [item for item in self.items if item.get("type") == type]

    def __eq__(self, other: object) -> bool:
        return other.compare(self.chatkit, self.first, self.last) if isinstance(other, Golden) else self is other

    __hash__ = object.__hash__


class ChatKit:
    """
    A thread of a backend. Each method is one thing that a person does; what came of it is returned as a `Turn`.

    `assert chatkit == golden` compares everything that was said. In an async test whose own event loop the backend
    needs, `await chatkit.aio.send("Hello")` lets that loop run meanwhile.
    """

    def __init__(self, process: WorkbenchProcess, **opened: Any) -> None:
        self._process = process
        self._session: int = process.ask("open", **opened)["session"]
        self.turns: list[Turn] = []
        """Everything so far."""

    @property
    def aio(self) -> Async:
        """The same methods, to be awaited."""
        return Async(self)

    def send(
        self,
        text: str = "",
        *,
        attach: Iterable[str] = (),
        quoted: str | None = None,
        tool: str | None = None,
        model: str | None = None,
        stop_after: int | None = None,
    ) -> Turn:
        """Send a message. `stop_after`: close the connection after so many events."""
        value = {"text": text, "attach": list(attach), "quoted": quoted, "tool": tool, "model": model}
        return self.play("send", value, stop_after)

    def click(self, label: str, form: Mapping[str, Any] | None = None) -> Turn:
        """Click on what has this label, in the newest widget that has it, with what was typed into its form."""
        return self.play("click", {"label": label, "form": dict(form or {})})

    def action(self, type: str, payload: Any = None, *, streaming: bool = True, on_widget: bool = True) -> Turn:
        """Send an action as a widget does."""
        value = {"type": type, "payload": payload, "streaming": streaming, "on_widget": on_widget}
        return self.play("action", value)

    def tool_output(self, output: Any) -> Turn:
        """Give the result of the pending client tool call."""
        return self.play("tool_output", output)

    def answers(self, answers: Mapping[str, Any] | None = None) -> Turn:
        """Answer the pending structured input, by the questions' ids; None skips it."""
        return self.play("answers", None if answers is None else dict(answers))

    def feedback(self, kind: str) -> Turn:
        """Rate the last turn: `positive` or `negative`."""
        return self.play("feedback", kind)

    def retry(self) -> Turn:
        """Let the last message be answered again."""
        return self.play("retry")

    def reload(self) -> Turn:
        """Read the thread from its store, as a page that is loaded again."""
        return self.play("reload")

    def list_threads(self) -> Turn:
        """Ask for the list of threads."""
        return self.play("list_threads")

    def rename(self, title: str) -> Turn:
        """Give the thread a title."""
        return self.play("rename", title)

    def delete(self) -> Turn:
        """Delete the thread; the next message begins another one."""
        return self.play("delete")

    def new_thread(self) -> Turn:
        """Let the next message begin another thread."""
        return self.play("new_thread")

    def play(self, verb: str, value: Any = None, stop_after: int | None = None) -> Turn:
        """Do one step, as a script for `record` has it. Raises `WorkbenchFault` for what cannot be done."""
        step = {"verb": verb, "value": value, "stop_after": stop_after}
        came = self._process.ask("play", session=self._session, **step)
        findings = [Finding(**finding) for finding in came["findings"]]
        turn = Turn(
            came["events"],
            came["items"],
            came["thread_items"],
            findings,
            came["exchanges"],
            came["failure"],
            came["thread"],
            came["title"],
            self,
            came["first"],
            came["last"],
        )
        self.turns.append(turn)
        return turn

    def save(self, path: Path, first: int = 0, last: int | None = None) -> None:
        """Write what was said as a recording, secrets masked."""
        self._process.ask("save", session=self._session, path=str(path.absolute()), first=first, last=last)

    def diff(self, golden: Path, first: int = 0, last: int | None = None, **options: Any) -> tuple[bool, str]:
        """Whether what was said is like a recording, and what differs."""
        where = {"session": self._session, "golden": str(golden.absolute()), "first": first, "last": last}
        found = self._process.ask("diff", **where, **options)
        return bool(found["alike"]), str(found["text"])

    def close(self) -> None:
        """Close what still runs."""
        self._process.ask("close", session=self._session)

    def __eq__(self, other: object) -> bool:
        return other.compare(self, 0, None) if isinstance(other, Golden) else self is other

    __hash__ = object.__hash__


class Async:
    """The methods of a `ChatKit`, each to be awaited: the event loop runs meanwhile."""

    def __init__(self, chatkit: ChatKit) -> None:
        self._chatkit = chatkit

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._chatkit, name)

        async def awaited(*values: Any, **named: Any) -> Turn:
            turn: Turn = await asyncio.to_thread(method, *values, **named)
            return turn

        return awaited


class Golden:
    """
    The golden files of a test: recordings beside it, one for each comparison. `golden(shape=True)` compares structure
    only, `golden(ignore=["text"])` leaves wording out, `golden("name")` is a file of that name.
    """

    def __init__(self, folder: Path, test: str, update: bool, written: list[Path], differs: list[str]) -> None:
        self._folder = folder
        self._test = test
        self._update = update
        self._written = written
        self._differs = differs
        self._options: dict[str, Any] = {"ignore": ["timings"]}
        self._name = ""
        self._counts: dict[str, int] = {}
        self.words = ""
        """What came of the last comparison."""

    def __call__(
        self,
        name: str = "",
        *,
        shape: bool = False,
        ignore: Iterable[str] = (),
        deltas: bool = False,
        timings: bool = False,
    ) -> Golden:
        """The same files, compared otherwise. Timings are not compared unless `timings` says so."""
        other = Golden(self._folder, self._test, self._update, self._written, self._differs)
        other._options = {"shape": shape, "deltas": deltas, "ignore": [*ignore, *([] if timings else ["timings"])]}
        other._name, other._counts = name, self._counts
        return other

    def compare(self, chatkit: ChatKit, first: int, last: int | None) -> bool:
        """Compare a part of what was said with the next file; with `--chatkit-update` the file becomes that."""
        path = self._next()
        if path.exists():
            alike, self.words = chatkit.diff(path, first, last, **self._options)
        else:
            alike, self.words = (
                False,
                f"There is no golden file {path}.\nMake it with --chatkit-update, and look at it.",
            )
        if alike:
            return True
        if not self._update:
            self._differs.append(self.words)
            return False
        chatkit.save(path, first, last)
        self._written.append(path)
        return True

    def _next(self) -> Path:
        name = f"{self._test}-{_safe(self._name)}" if self._name else self._test
        number = self._counts[name] = self._counts.get(name, 0) + 1
        return self._folder / (f"{name}.jsonl" if number == 1 else f"{name}.{number}.jsonl")

    def __eq__(self, other: object) -> bool:
        return other == self if isinstance(other, Turn | ChatKit) else self is other

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"golden({self._test!r})"


@dataclass
class Check:
    """What a rule says of the backend after a whole conformance run."""

    rule: str
    level: str
    status: str
    """passed, failed, not-applicable or could-not-run."""
    text: str
    """What is wrong and what to type; why it could not be judged."""
    fails: bool
    """Whether it fails the test: an error does, a warning where the settings say so."""
    verified: bool = False

    def verify(self) -> None:
        """Fail unless the rule is kept."""
        self.verified = True
        if self.fails:
            raise AssertionError(self.text)


def _safe(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in name)[:100]
