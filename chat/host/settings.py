"""What the widget's options say, for whoever draws a composer, a start screen or a thread of our own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Attachments", "HostButton", "Model", "Prompt", "Settings", "Tool"]


@dataclass(frozen=True)
class Prompt:
    """A prompt of the start screen. `parts` is set where the prompt is a list of message parts (tags), else `text`."""

    label: str
    text: str
    icon: str = ""
    parts: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Tool:
    """An entry of the tool menu; `id` is sent as `inference_options.tool_choice`."""

    id: str
    label: str
    icon: str = ""
    short_label: str = ""
    placeholder: str = ""
    pinned: bool = False
    persistent: bool = False


@dataclass(frozen=True)
class Model:
    """An entry of the model picker; `id` is sent as `inference_options.model`."""

    id: str
    label: str
    description: str = ""
    disabled: bool = False
    default: bool = False


@dataclass(frozen=True)
class Attachments:
    """Which files the composer takes, and how they go out. Sizes are in bytes."""

    enabled: bool = True
    strategy: Literal["two_phase", "direct"] = "two_phase"
    upload_url: str = ""
    """Where a direct upload goes."""
    max_size: int | Mapping[str, int] | None = None
    """The most of one file; or of each MIME type (`image/*` too), where the most specific wins."""
    max_count: int | None = None
    accept: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """File endings by MIME type; empty: any file."""


@dataclass(frozen=True)
class HostButton:
    """What pages put around the widget: a button that does one thing. `kind` says what `value` is.

    `custom_action`: the action (`{"type": …, "payload": …}`); `send_user_message`: its text, or a mapping with `text`,
    `tool`, `model`, `new_thread`; `set_composer_value`: likewise, and nothing is sent; `call`: a function of the
    profile, by its label.
    """

    label: str
    kind: Literal["custom_action", "send_user_message", "set_composer_value", "call"]
    value: Any = None
    icon: str = ""


@dataclass(frozen=True)
class Settings:
    """
    What a host page sets, by our names; defaults are what the page shows where nothing is set.

    None of a flag means that the options do not say: `dictation` and `commands` are then off, everything else on.
    """

    greeting: str = ""
    prompts: tuple[Prompt, ...] | None = None
    """None: nothing was set (the embedded backend then offers its own)."""
    placeholder: str = ""
    disclaimer: str = ""
    disclaimer_high_contrast: bool = False
    tools: tuple[Tool, ...] = ()
    models: tuple[Model, ...] = ()
    attachments: Attachments = Attachments()
    dictation: bool = False
    commands: bool = False
    entities: bool = False
    """Whether "@" opens a menu of entities: somebody answers a search. (`showComposerMenu` is about a button.)"""
    feedback: bool = True
    retry: bool = True
    auto_scroll: bool = True
    show_delete: bool = True
    show_rename: bool = True
    locale: str = ""
    image_domains: tuple[str, ...] = ()
    host_buttons: tuple[HostButton, ...] = ()
