"""What is wrong in what was pasted: where, what is expected, what came, and what the official widget makes of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from chat.checks.widget_places import places
from chat.checks.widget_props import BadProp, bad_props
from chat.checks.widget_screen import CRASHED, crash_of
from chat.protocol import EventDecoder
from chat.protocol.vocabulary import WIDGET_COMPONENT_TYPES

from .pasted import Pasted

__all__ = ["Remark", "judge"]

_MOST = 40
_DRAWN = WIDGET_COMPONENT_TYPES | {"Table", "Table.Row", "Table.Cell"}
Outcome = Literal["crash", "wrong", "ignored"]


@dataclass(frozen=True)
class Remark:
    """One thing that is not as it should be. `becomes`: what the official widget makes of it."""

    path: str
    expected: str
    got: str
    becomes: str
    outcome: Outcome
    seen: bool = True
    """Whether that was seen; else it is likely."""


def judge(pasted: Pasted) -> list[Remark]:
    """What is wrong, the worst first, at most 40."""
    remarks: dict[str, Remark] = {}
    crash = crash_of(pasted.item)
    if crash is not None:
        path, expected, got = crash
        becomes = f"shows “{CRASHED}” in place of the whole answer"
        remarks[_short(path)] = Remark(_short(path), expected, got, becomes, "crash")
    if pasted.widget is not None:
        found = [*_odd_places(pasted.widget), *map(_of_prop, bad_props(pasted.widget))]
    else:
        found = _of_item(pasted.item)
    for remark in found:
        remarks.setdefault(remark.path, remark)
    ranked = sorted(remarks.values(), key=lambda remark: ("crash", "wrong", "ignored").index(remark.outcome))
    return ranked[:_MOST]


def _short(path: str) -> str:
    """A path in the item as one from the widget's root."""
    return "$" + path.removeprefix("$.widget") if path.startswith("$.widget") else path


def _odd_places(widget: Any) -> list[Remark]:
    """Components that nobody knows, and what is no component at all."""
    found: list[Remark] = []
    for path, node, _ in places(widget):
        kind = node.get("type")
        if path != "$" and kind not in _DRAWN:
            got = json.dumps(kind, ensure_ascii=False)[:80] if "type" in node else "nothing"
            expected = "the type of a component" + _meant(kind)
            found.append(Remark(f"{path}.type", expected, got, "leaves it out, with all that is in it", "ignored"))
        children = node.get("children")
        for index, child in enumerate(children if isinstance(children, list) else ()):
            if child is not None and not isinstance(child, dict):
                got = json.dumps(child, ensure_ascii=False, default=str)[:80]
                found.append(Remark(f"{path}.children[{index}]", "a component", got, "leaves it out", "ignored"))
    return found


def _meant(kind: Any) -> str:
    close = [name for name in _DRAWN if isinstance(kind, str) and name.lower() == kind.lower()]
    return f": {close[0]}" if close else ""


def _of_prop(bad: BadProp) -> Remark:
    name = bad.path.rpartition(".")[2]
    expected = f"{bad.expected}; {bad.meant} is meant, perhaps" if bad.meant else bad.expected
    if bad.harmless:
        return Remark(bad.path, expected, bad.got, "ignores it", "ignored")
    if "template" in bad.expected:
        return Remark(bad.path, expected, bad.got, "shows it as it stands", "wrong")
    if "ActionConfig" in bad.expected or name.endswith("Action"):
        return Remark(bad.path, expected, bad.got, "shows the control, which posts an empty action", "wrong")
    if bad.got == "nothing":
        return Remark(bad.path, expected, bad.got, "leaves it empty", "wrong", seen=name in ("value", "label", "src"))
    if bad.component == "DatePicker" and name in ("defaultValue", "min", "max"):
        shown = name == "defaultValue"
        becomes = "shows “Invalid DateTime”" if shown else "sets no limit"
        return Remark(bad.path, expected, bad.got, becomes, "wrong", seen=shown)
    if name in ("value", "label"):
        becomes = "leaves it empty" if bad.got in ("true", "false") else "shows it as text"
        return Remark(bad.path, expected, bad.got, becomes, "wrong")
    return Remark(bad.path, expected, bad.got, "ignores it, the rest stays", "ignored")


def _of_item(item: dict[str, Any]) -> list[Remark]:
    event = json.dumps({"type": "thread.item.done", "item": item}).encode()
    decoded = EventDecoder().feed(b"data: " + event + b"\n\n", 0)
    becomes = "leaves out what it cannot read, without a word"
    return [
        Remark(problem.path.replace("$.item", "$", 1), problem.expected, problem.got, becomes, "wrong", seen=False)
        for one in decoded
        for problem in one.problems
    ]
