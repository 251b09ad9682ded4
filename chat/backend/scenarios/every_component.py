"""Every widget component there is, each in a widget of its own; or the one that is asked for."""

from __future__ import annotations

from itertools import groupby
from re import compile as regex
from typing import Any, Final

from agents import RunContextWrapper, function_tool

from chat.backend.script import Call, Cue, Reaction, Say, Scenario, Script, echo
from chat.backend.specimens import SPECIMENS
from chat.backend.stage import Stage, widget

__all__ = ["COMPONENTS", "SCENARIO", "asked_component"]

COMPONENTS: Final = {name: one for name, one in SPECIMENS.items() if one.item == "widget" and not one.part_of}
"""Those that are shown in a widget of their own."""
_NAMED = regex(r"(?i)\b(?:show|draw)\b.{0,20}?\b(" + "|".join(COMPONENTS) + r") component\b")


def _actions(tree: Any) -> set[str]:
    """The types of all actions in a widget."""
    if isinstance(tree, list):
        return set().union(*map(_actions, tree))
    if not isinstance(tree, dict):
        return set()
    own = {tree["type"]} if str(tree.get("type")).startswith("specimen.") else set()
    return own.union(*map(_actions, tree.values()))


@function_tool(failure_error_function=None)
async def show_components(wrapper: RunContextWrapper[Stage], names: list[str]) -> str:
    """Show the user widget components.

    Args:
        names: Their types, as in chatkit.widgets.
    """
    known = [name for name in names if name in COMPONENTS]
    for name in known:
        await wrapper.context.stream_widget(widget(COMPONENTS[name].make()), copy_text=name)
    return f"Shown: {', '.join(known) or 'nothing'}."


def asked_component(text: str) -> str | None:
    """The component whose specimen `text` asks for ("show me the DatePicker component")."""
    named = _NAMED.search(text)
    return next((name for name in COMPONENTS if named and name.lower() == named[1].lower()), None)


def _script(cue: Cue) -> Script:
    name = asked_component(cue.text[:200])
    if name is not None:
        yield Call("show_components", {"names": [name]})
        yield Say(f"That is a `{name}`, with most of its props set.")
        return
    for group, members in groupby(COMPONENTS.values(), key=lambda one: one.group):
        names = [one.name for one in members]
        yield Say(f"**{group}:** " + ", ".join(f"`{name}`" for name in names))
        yield Call("show_components", {"names": names})
    yield Say(f"These are all {len(COMPONENTS)} components. Ask for one alone: “Show me the DatePicker component”.")


def _react(payload: object, sender: object) -> Reaction:
    return Reaction(
        script=_say(f"The action came, with this payload: {echo(payload)}"),
        context="The user tried an action of a specimen of the widget components.",
    )


def _say(text: str) -> Script:
    yield Say(text)


SCENARIO = Scenario(
    name="every_component",
    label="Every widget component",
    prompt="Show me every component",
    icon="layout-grid",
    title="Every widget component",
    keywords=("every component", "all components", "every widget", "all widgets"),
    script=_script,
    tools=(show_components,),
    actions={name: _react for one in COMPONENTS.values() for name in _actions(one.make())},
    on_start_screen=False,
)
