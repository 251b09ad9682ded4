"""What a script can hold. Each step is one thing that a person does: `send`, `click`, `tool_output`, `retry`, …"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

__all__ = ["VERBS", "Action", "Click", "Message", "Script", "Step", "step_of"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Message(_Strict):
    """A user's message; `send: Hello` is short for `send: {text: Hello}`."""

    text: str = ""
    attach: list[str] = []
    """Files to upload first; paths from the script's folder."""
    quoted: str | None = None
    tool: str | None = None
    """Id of the tool that is chosen in the composer."""
    model: str | None = None


class Click(_Strict):
    """A click on what carries this label in the newest widget that has it; `click: Save` is short for it."""

    label: str
    form: dict[str, Any] = {}
    """What was typed into the form around it, by the fields' names."""


class Action(_Strict):
    """An action as a widget sends it, for what has no label."""

    type: str
    payload: Any = None
    streaming: bool = True
    """False: `threads.sync_custom_action`."""
    on_widget: bool = True
    """Whether it comes from the newest widget; False: from no item."""


def _message(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


def _click(value: Any) -> Any:
    return {"label": value} if isinstance(value, str) else value


class Step(_Strict):
    """One step: exactly one of the verbs, and `stop_after` where a stream is to be stopped."""

    send: Annotated[Message, BeforeValidator(_message)] | None = None
    click: Annotated[Click, BeforeValidator(_click)] | None = None
    action: Action | None = None
    tool_output: Any = None
    """The result of the pending client tool call."""
    answers: dict[str, list[str] | str] | None = None
    """Answers to the pending structured input, by the questions' ids; none: it is skipped."""
    feedback: Literal["positive", "negative"] | None = None
    """For the answers of the last turn."""
    retry: None = None
    """The last message is to be answered again."""
    reload: None = None
    """The thread is read from its store, page by page."""
    list_threads: None = None
    rename: str | None = None
    delete: None = None
    new_thread: None = None
    """The next message begins another thread."""
    wait: Annotated[float, Field(ge=0, le=600)] | None = None
    """Seconds."""
    stop_after: Annotated[int, Field(ge=1)] | None = None
    """Close the connection after so many events, as the stop button does."""

    @model_validator(mode="after")
    def _one_verb(self) -> Self:
        verbs = self.model_fields_set - {"stop_after"}
        if len(verbs) != 1:
            raise ValueError(f"expected one verb, got {' and '.join(sorted(verbs)) or 'none'}")
        if self.stop_after is not None and self.verb not in STREAMS:
            raise ValueError(f"stop_after stops a stream, and {self.verb} has none")
        return self

    @property
    def verb(self) -> str:
        """What is done."""
        return next(iter(self.model_fields_set - {"stop_after"}))


VERBS = tuple(name for name in Step.model_fields if name != "stop_after")
STREAMS = ("send", "click", "action", "tool_output", "answers", "retry")


class Script(_Strict):
    """A whole script. A list of steps alone is a script, too."""

    name: str = ""
    """What the recording is to be called."""
    client_tools: dict[str, Any] = {}
    """What the page around the widget answers to client tool calls, by the tools' names: as soon as they come."""
    steps: Annotated[list[Step], Field(min_length=1)]


def step_of(verb: str, value: Any = None, stop_after: int | None = None) -> Step:
    """A step, by its verb. Raises pydantic's ValidationError."""
    more = {} if stop_after is None else {"stop_after": stop_after}
    return Step.model_validate({verb: value, **more})
