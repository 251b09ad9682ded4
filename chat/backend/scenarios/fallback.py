"""The answer to everything that no scenario answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chat.backend.script import Cue, Say, Scenario, Script, echo

__all__ = ["fallback"]

_LONGEST_ECHO = 120


def _echo(text: str) -> str:
    return echo(text, _LONGEST_ECHO)


def fallback(offers: Sequence[Scenario]) -> Callable[[Cue], Script]:
    """A script that says what was understood and what can be shown instead."""

    def script(cue: Cue) -> Script:
        lines = [
            "I am the **scripted assistant** of ChatKit Workbench: I work without a key and know a few things only."
        ]
        lines.append(f"You wrote {_echo(cue.text)}." if cue.text.strip() else "Your message had no text.")
        if cue.quoted:
            lines.append(f"You quoted {_echo(cue.quoted)}.")
        if cue.tags:
            lines.append("You mentioned " + ", ".join(_echo(tag) for tag in cue.tags[:5]) + ".")
        if cue.attachments:
            lines.append("You attached " + ", ".join(_echo(name) for name in cue.attachments[:5]) + ".")
        shown = "\n".join(f"- **{offer.label}**: “{offer.prompt}”" for offer in offers if offer.on_start_screen)
        others = ", ".join(f"“{offer.prompt}”" for offer in offers if not offer.on_start_screen)
        yield Say(
            " ".join(lines) + f"\n\nTry one of these:\n\n{shown}\n\nAnd to see everything of a kind: {others}."
            "\n\nWith `OPENAI_API_KEY` set, a real model answers in my place."
        )

    return script
