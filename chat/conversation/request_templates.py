"""Requests of all sixteen operations about one thread, as somebody would type them who knows its ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from chat.client.samples import OPERATIONS, Names
from chat.protocol import ItemState, ThreadState
from chat.protocol.vocabulary import STREAMING_OPERATIONS

from .entry import user_text

__all__ = ["RequestTemplate", "request_templates"]

_WORDS: Final[Mapping[str, str]] = {
    "threads.create": "A new thread with the first message",
    "threads.add_user_message": "The user says something",
    "threads.add_client_tool_output": "The result of a client tool",
    "threads.add_structured_input": "Answers to a question of the agent",
    "threads.retry_after_item": "Answer the user's last message again",
    "threads.custom_action": "A widget's action, answered with events",
    "threads.sync_custom_action": "A widget's action, answered with one item",
    "threads.get_by_id": "Read the thread",
    "threads.list": "Read the list of threads",
    "threads.update": "Give the thread a title",
    "threads.delete": "Delete the thread",
    "items.list": "Read the thread's items",
    "items.feedback": "Thumbs up or down",
    "attachments.create": "Register a file",
    "attachments.delete": "Delete a file",
    "input.transcribe": "Speech to text",
}


@dataclass(frozen=True)
class RequestTemplate:
    """A valid body of one operation; what is not known of the thread stands there as a placeholder."""

    operation: str
    words: str
    """What it is for."""
    body: Mapping[str, Any]
    lacks: str = ""
    """What the thread would have to have for it, in words; "" when nothing is missing."""

    @property
    def streaming(self) -> bool:
        """Whether it is answered with events."""
        return self.operation in STREAMING_OPERATIONS


def request_templates(state: ThreadState, metadata: Mapping[str, Any] | None = None) -> list[RequestTemplate]:
    """One of each operation, filled from the thread; `metadata` is what goes with every request."""
    made = []
    for operation, params in OPERATIONS.items():
        names, lacks = _names(operation, state)
        body = {"type": operation, "params": params(names)}
        if metadata:
            body["metadata"] = dict(metadata)
        made.append(RequestTemplate(operation, _WORDS[operation], body, lacks))
    return made


def _names(operation: str, state: ThreadState) -> tuple[Names, str]:
    """What the request is about, and what is missing for that."""
    names = Names(thread=state.id) if state.id else Names()
    about_thread = operation.startswith(("threads.", "items.")) and operation not in ("threads.create", "threads.list")
    lacks = "a thread: say something first" if about_thread and not state.id else ""
    users = [item for item in state.items.values() if item.type == "user_message"]
    if operation in ("threads.create", "threads.add_user_message") and users:
        names = replace(names, message=user_text(users[-1]) or names.message)
    match operation:
        case "threads.retry_after_item":
            return _about(names, users[-1] if users else None, lacks or "a message of the user's")
        case "items.feedback":
            answers = [item for item in state.items.values() if item.type == "assistant_message"]
            return _about(names, answers[-1] if answers else None, lacks or "an answer of the assistant's")
        case "threads.custom_action" | "threads.sync_custom_action":
            for item in reversed(list(state.items.values())):
                if action := next(_actions(item.json), None):
                    return replace(names, item=item.id, action=action), lacks
            return names, lacks or "a widget with an action"
        case "threads.add_client_tool_output":
            return names, lacks or ("" if _pending(state, "client_tool_call") else "a client tool call that is pending")
        case "threads.add_structured_input":
            asked = _pending(state, "structured_input")
            names = replace(names, answers=_answers(asked)) if asked else names
            return _about(names, asked, lacks or "a question that is pending")
        case "attachments.delete":
            ids = [
                one["id"]
                for item in users
                for one in _list(item.json.get("attachments"))
                if isinstance(one, dict) and isinstance(one.get("id"), str)
            ]
            return (replace(names, attachment=ids[-1]), "") if ids else (names, "a message with a file")
        case "threads.update" if state.title:
            return replace(names, title=state.title), lacks
    return names, lacks


def _about(names: Names, item: ItemState | None, lacks: str) -> tuple[Names, str]:
    return (names, lacks) if item is None else (replace(names, item=item.id), "")


def _pending(state: ThreadState, kind: str) -> ItemState | None:
    found = [item for item in state.items.values() if item.type == kind and item.json.get("status") == "pending"]
    return found[-1] if found else None


def _answers(item: ItemState) -> dict[str, Any]:
    """The first option of each question, and some words where there is none."""
    answers = {}
    for question in _list(item.json.get("inputs")):
        if not isinstance(question, dict) or not isinstance(question.get("id"), str):
            continue
        first = next(iter(_list(question.get("options"))), None)
        value = first.get("value") if isinstance(first, dict) else None
        answers[question["id"]] = {"values": [value if isinstance(value, str) else "My answer"], "skipped": False}
    return answers


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _actions(value: Any) -> Iterator[dict[str, Any]]:
    """The actions of a widget: each `on…Action` in the document, as a request has them."""
    todo = [value.get("widget")] if isinstance(value, dict) else []
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            for name, inner in node.items():
                if not (name.startswith("on") and name.endswith("Action") and isinstance(inner, dict)):
                    continue
                if isinstance(inner.get("type"), str) and inner.get("handler") != "client":
                    yield {"type": inner["type"], "payload": inner.get("payload")}
            todo += reversed([inner for inner in node.values() if isinstance(inner, dict | list)])
        elif isinstance(node, list):
            todo += reversed(node)
