"""The request that a click in the playground would send. Nothing is sent from there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chatkit.actions import Action
from chatkit.types import (
    StructuredInputAnswerSubmission,
    StructuredInputSubmission,
    ThreadAddClientToolOutputParams,
    ThreadAddStructuredInputParams,
    ThreadCustomActionParams,
    ThreadsAddClientToolOutputReq,
    ThreadsAddStructuredInputReq,
    ThreadsCustomActionReq,
    ThreadsSyncCustomActionReq,
)
from pydantic import BaseModel

from chat.conversation.form_values import answers, merge_form, tool_output

from .pasted import THREAD_ID

__all__ = ["Asked", "asked_of"]


@dataclass(frozen=True)
class Asked:
    """What a click asks for. `body` is "" when no request goes out."""

    words: str
    body: str = ""


def asked_of(action: Mapping[str, Any], form: Mapping[str, Any], item_id: str | None) -> Asked | None:
    """
    What would be asked by an action of an item, with the values of its form; None when it asks for nothing.

    Raises:
        NotSent: the form would not be sent as it is.
    """
    match action.get("do"):
        case "widget-action" if isinstance(action.get("action"), Mapping):
            return _of_widget(action["action"], form, item_id)
        case "tool-output":
            output = tool_output(form, as_text=bool(action.get("text")))
            params = ThreadAddClientToolOutputParams(thread_id=THREAD_ID, result=output)
            return _sends("The result of the tool goes out", ThreadsAddClientToolOutputReq(params=params))
        case "structured-input":
            return _of_questions(form, item_id, skipped=bool(action.get("skip")))
        case "entity-click" | "source-click":
            what = "entity" if action["do"] == "entity-click" else "source"
            told = json.dumps(action.get(what), ensure_ascii=False, indent=2)
            where = "The page around the widget is told: entities.onClick" if what == "entity" else "Opens the source"
            return Asked(where, told)
    return None


def _of_widget(config: Mapping[str, Any], form: Mapping[str, Any], item_id: str | None) -> Asked:
    payload = merge_form(config.get("payload"), form)
    handler = config.get("handler", "server")
    if handler != "server":
        told = json.dumps({"type": config.get("type"), "payload": payload}, ensure_ascii=False, indent=2, default=str)
        return Asked("Nothing is sent: the page's widgets.onAction is called with", told)
    action = Action[str, Any](type=str(config.get("type", "")), payload=payload)
    if config.get("streaming") is False:
        sync = ThreadCustomActionParams(thread_id=THREAD_ID, item_id=item_id, action=action)
        return _sends("The action goes out, and is answered at once", ThreadsSyncCustomActionReq(params=sync))
    params = ThreadCustomActionParams(thread_id=THREAD_ID, item_id=item_id, action=action)
    return _sends("The action goes out, and a stream answers it", ThreadsCustomActionReq(params=params))


def _of_questions(form: Mapping[str, Any], item_id: str | None, *, skipped: bool) -> Asked:
    given = dict.fromkeys(form, ()) if skipped else answers(form)
    submission = StructuredInputSubmission(
        status="skipped" if skipped else "answered",
        answers={
            name: StructuredInputAnswerSubmission(values=list(values), skipped=not values)
            for name, values in given.items()
        },
    )
    params = ThreadAddStructuredInputParams(thread_id=THREAD_ID, item_id=item_id or "", input=submission)
    return _sends("The answers go out", ThreadsAddStructuredInputReq(params=params))


def _sends(words: str, request: BaseModel) -> Asked:
    body = request.model_dump(mode="json", exclude_none=True)
    if not body.get("metadata"):
        body.pop("metadata", None)
    return Asked(words, json.dumps(body, ensure_ascii=False, indent=2))
