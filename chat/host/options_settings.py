"""Our reading of the widget's options: settings for a composer, a start screen and a thread of our own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, cast

from .options.declared import LOCALES
from .settings import Attachments, HostButton, Model, Prompt, Settings, Tool

__all__ = ["merged", "settings_of"]

_DEFAULT = Settings()
_FILES = Attachments()


def merged(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """
    Options of several places as one: a later one's value stands in place of an earlier one's. Objects are merged key by
    key, lists are replaced.
    """
    whole: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            before = whole.get(key)
            both = isinstance(value, Mapping) and isinstance(before, Mapping)
            whole[key] = merged(before, value) if both else value  # type: ignore[arg-type]
    return whole


def settings_of(
    options: Mapping[str, Any],
    *,
    answers_entities: bool = False,
    answers_commands: bool = False,
    image_domains: Sequence[str] = (),
    host_buttons: Sequence[HostButton] = (),
) -> Settings:
    """
    What these options say, by the declarations' names. What is not as declared counts as not said.

    `answers_entities` and `answers_commands`: somebody answers what "@" and "/" ask; then the menus are there unless
    the options forbid them. The other two are ours, and no options of the widget.
    """
    start = _object(options, "startScreen")
    composer = _object(options, "composer")
    actions, history = _object(options, "threadItemActions"), _object(options, "history")
    disclaimer = _object(options, "disclaimer")
    locale = _text(options, "locale")
    return Settings(
        greeting=_text(start, "greeting"),
        prompts=tuple(_prompts(start["prompts"])) if isinstance(start.get("prompts"), list) else None,
        placeholder=_text(composer, "placeholder"),
        disclaimer=_text(disclaimer, "text"),
        disclaimer_high_contrast=_flag(disclaimer, "highContrast", False),
        tools=tuple(_tools(composer.get("tools"))),
        models=tuple(_models(composer.get("models"))),
        attachments=_attachments(_object(composer, "attachments"), _object(_object(options, "api"), "uploadStrategy")),
        dictation=_flag(_object(composer, "dictation"), "enabled", _DEFAULT.dictation),
        commands=_flag(_object(options, "commands"), "enabled", answers_commands),
        entities=answers_entities,
        feedback=_flag(actions, "feedback", _DEFAULT.feedback),
        retry=_flag(actions, "retry", _DEFAULT.retry),
        auto_scroll=_flag(_object(options, "thread"), "autoScroll", _DEFAULT.auto_scroll),
        show_delete=_flag(history, "showDelete", _DEFAULT.show_delete),
        show_rename=_flag(history, "showRename", _DEFAULT.show_rename),
        locale=locale if locale in LOCALES else "",
        image_domains=tuple(image_domains),
        host_buttons=tuple(host_buttons),
    )


def _prompts(entries: Any) -> Iterator[Prompt]:
    for entry in _objects(entries):
        label, prompt = _text(entry, "label"), entry.get("prompt")
        parts = tuple(_objects(prompt)) if isinstance(prompt, list) else ()
        text = prompt if isinstance(prompt, str) else "".join(_text(part, "text") for part in parts)
        if label and text:
            yield Prompt(label, text, _text(entry, "icon"), parts)


def _tools(entries: Any) -> Iterator[Tool]:
    for entry in _objects(entries):
        if (tool_id := _text(entry, "id")) and (label := _text(entry, "label")):
            yield Tool(
                tool_id,
                label,
                _text(entry, "icon"),
                _text(entry, "shortLabel"),
                _text(entry, "placeholderOverride"),
                pinned=_flag(entry, "pinned", False),
                persistent=_flag(entry, "persistent", False),
            )


def _models(entries: Any) -> Iterator[Model]:
    for entry in _objects(entries):
        if (model_id := _text(entry, "id")) and (label := _text(entry, "label")):
            yield Model(
                model_id,
                label,
                _text(entry, "description"),
                disabled=_flag(entry, "disabled", False),
                default=_flag(entry, "default", False),
            )


def _attachments(said: Mapping[str, Any], upload: Mapping[str, Any]) -> Attachments:
    size, count = said.get("maxSize"), said.get("maxCount")
    limits = {str(kind): int(most) for kind, most in size.items() if _counts(most)} if isinstance(size, dict) else None
    url = _text(upload, "uploadUrl")
    strategy: Literal["two_phase", "direct"] = "direct" if upload.get("type") == "direct" and url else "two_phase"
    return Attachments(
        enabled=_flag(said, "enabled", _FILES.enabled),
        strategy=strategy,
        upload_url=url if strategy == "direct" else "",
        max_size=int(cast(float, size)) if _counts(size) else limits or None,
        max_count=int(cast(float, count)) if _counts(count) else None,
        accept={
            str(kind): tuple(ending for ending in endings if isinstance(ending, str))
            for kind, endings in _object(said, "accept").items()
            if isinstance(endings, list)
        },
    )


def _object(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, Mapping) else {}


def _objects(entries: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(entries, list | tuple):
        yield from (entry for entry in entries if isinstance(entry, Mapping))


def _text(value: Mapping[str, Any], name: str) -> str:
    found = value.get(name)
    return found if isinstance(found, str) else ""


def _flag(value: Mapping[str, Any], name: str, default: bool) -> bool:
    found = value.get(name)
    return found if isinstance(found, bool) else default


def _counts(value: Any) -> bool:
    """Whether it is a number that can be a limit."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 2**53
