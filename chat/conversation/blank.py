"""A conversation in which nothing appeared: whether it is so, and why, for the middle of the page."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from chat.checks import Finding, Level, WidgetView
from chat.checks.imports_last import split_imports
from chat.checks.widget_screen import CRASHED
from chat.conversation.diagnosis import Counts, Diagnosis
from chat.protocol import (
    Change,
    EffectRequested,
    ErrorRaised,
    ItemAdded,
    ItemDone,
    ItemState,
    NoticeRaised,
    ThreadState,
)
from chat.rendering.code import code_block
from chat.rendering.html import action, tag
from chat.rendering.icons import icon

__all__ = [
    "Screen",
    "blank_html",
    "finding_button",
    "fix_html",
    "in_words",
    "is_blank",
    "is_seen",
    "leading",
    "prose",
    "unseen",
    "widget_does",
    "widget_line",
]

_SILENT = ("user_message", "end_of_turn", "hidden_context_item", "sdk_hidden_context")
_MAY_BE_SILENT = ("threads.custom_action", "threads.sync_custom_action")
"""Operations whose stream may rightly show nothing."""


class Screen:
    """What one turn has put on the screen."""

    def __init__(self) -> None:
        self.new: dict[str, None] = {}
        """Ids of the items that were not there before."""
        self.items: dict[str, None] = {}
        """Ids of all that it has changed, these among them."""
        self.done: dict[str, None] = {}
        """Ids of those that it has finished."""
        self._notes = False

    def copy(self) -> Screen:
        """Another one with the same on it."""
        other = Screen()
        other.new, other.items, other.done = dict(self.new), dict(self.items), dict(self.done)
        other._notes = self._notes
        return other

    def take(self, changes: Iterable[Change]) -> None:
        """Changes of the thread's state that the turn brought."""
        for change in changes:
            if isinstance(change, ErrorRaised | NoticeRaised | EffectRequested):
                self._notes = True
            elif (item_id := getattr(change, "item_id", None)) is not None:
                self.items[item_id] = None
                if isinstance(change, ItemAdded):
                    self.new[item_id] = None
                elif isinstance(change, ItemDone):
                    self.done[item_id] = None

    def empty(self, state: ThreadState) -> bool:
        """Whether a reader sees nothing of the turn but the own message."""
        return not self._notes and not any(is_seen(state.items.get(item_id)) for item_id in self.items)


def is_seen(item: ItemState | None) -> bool:
    """Whether a reader sees anything of an item."""
    if item is None or item.hidden or item.type in _SILENT:
        return False
    return item.type != "assistant_message" or any(item.text(part) for part in range(item.part_count))


def is_blank(diagnosis: Diagnosis, screen: Screen, state: ThreadState, *, failed: bool) -> bool:
    """Whether the turn leaves a reader without a word of why. `failed`: the page says already how it ended."""
    if not screen.empty(state):
        return False
    found = bool(diagnosis.counts.errors)
    return found if failed or diagnosis.exchange.request.operation in _MAY_BE_SILENT else True


def blank_html(diagnosis: Diagnosis, *, failure_said: bool = False) -> str:
    """
    What one sees of the turn, why nothing is there, what to type instead, and the ways to see more.

    `failure_said`: an entry above says how the turn ended. What is of class `inspected` stands in the inspector as
    well, and shows only where that is not beside; what is `beside` shows only then.
    """
    finding = leading(diagnosis.findings)
    compare = "Compare with what was meant" if diagnosis.translates else "See what to send"
    buttons = [
        finding_button(diagnosis.exchange.id, finding, "btn beside") if finding and not failure_said else None,
        tag(
            "button",
            icon("columns-3", 15),
            compare,
            type="button",
            class_="btn",
            data_testid="compare",
            data_action=action("compare", exchange=diagnosis.exchange.id),
        )
        if diagnosis.streams
        else None,
        _others(diagnosis.findings, finding),
    ]
    kicker = tag("p", icon("eye-off", 15), "Nothing appeared", class_="blank-kicker")
    seen = tag("p", _seen(len(diagnosis.events)), class_="blank-headline beside" if finding else "blank-headline")
    return str(
        tag(
            "section",
            tag("div", kicker, seen, class_="inspected" if failure_said else None),
            tag("div", *_cause(finding, diagnosis.view), class_="inspected")
            if finding
            else tag("p", "No rule finds a fault.", class_="blank-why"),
            tag("div", *buttons, class_="blank-actions"),
            class_="blank failure-said" if failure_said and finding else "blank",
            data_rule_id=finding.rule_id if finding else None,
        )
    )


def leading(findings: Iterable[Finding]) -> Finding | None:
    """The one to begin with, of findings in their order; None where there are only notes."""
    return next((one for one in findings if one.level is not Level.NOTE), None)


def _seen(events: int) -> str:
    match events:
        case 0:
            return "Not one event has come."
        case 1:
            return "One event has come, and it shows no answer."
    return f"{events:,} events have come, and none of them shows an answer."


def _cause(finding: Finding, view: WidgetView) -> Iterable[Markup | None]:
    yield tag("h3", prose(finding.headline), class_="blank-headline")
    yield tag("p", prose(finding.why), class_="blank-why")
    yield fix_html(finding.fix) if finding.fix else None
    yield rewritten_html(finding.rewritten) if finding.rewritten else None
    yield tag("p", icon("scan-eye", 15), tag("span", prose(widget_line(view))), class_="blank-widget")


def finding_button(exchange_id: str, finding: Finding, kind: str = "link-btn") -> Markup:
    """Leads to a finding in the inspector."""
    said = action("finding", exchange=exchange_id, finding=finding.rule_id)
    return tag("button", "Show cause and fix", type="button", class_=kind, data_testid="show-finding", data_action=said)


def fix_html(fix: str) -> Markup:
    """What to type: the code, and below it, folded away, the imports that it needs."""
    code, imports = split_imports(fix)
    shown = Markup(code_block(code, "python", highlight=True))
    if not imports:
        return shown
    below = Markup(code_block(imports, "python", highlight=True))
    return shown + tag("details", tag("summary", "Its imports"), below, class_="fi-more fix-imports")


def rewritten_html(code: str) -> Markup:
    """The whole stream as it should have been, folded away."""
    summary = tag("summary", "The whole stream, rewritten")
    return tag("details", summary, Markup(code_block(code, "python", highlight=True)), class_="fi-more fi-fix")


def _others(findings: tuple[Finding, ...], shown: Finding | None) -> Markup | None:
    rest = Counts.of([one for one in findings if one is not shown and one.level is not Level.NOTE])
    return tag("span", f"{in_words(rest)} more", class_="blank-more") if rest.errors or rest.warnings else None


def unseen(diagnosis: Diagnosis) -> Markup:
    """One line where a turn shows something here and nothing in the official widget; "" where both do."""
    view = diagnosis.view
    crashed = view.screen is not None and view.screen.crashed
    if view.certainty == "unknown" or not (crashed or view.blank):
        return Markup()
    finding = leading(diagnosis.findings)
    likely = " likely" if view.certainty == "likely" else ""
    shows = f"shows “{CRASHED}” in place of this whole answer" if crashed else "shows nothing of this"
    error = finding.headline if finding and finding.level is Level.ERROR else view.behaviour
    why = tag("span", prose(f"{error.rstrip('.')}. "), class_="inspected") if not crashed else ""
    button = finding_button(diagnosis.exchange.id, finding) if finding else ""
    return Markup("The official widget{} {}. {}{}").format(likely, shows, why, button)


def prose(text: str) -> Markup:
    """Text with `names` in backticks as code."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:  # a backtick without its partner: it stands for itself
        return escape(text)
    return Markup("").join(Markup("<code>{}</code>").format(one) if i % 2 else one for i, one in enumerate(pieces))


def in_words(counts: Counts) -> str:
    """`2 errors, 1 warning`; "" when there is nothing."""
    named = ((counts.errors, "error"), (counts.warnings, "warning"), (counts.notes, "note"))
    return ", ".join(f"{number} {name}{'' if number == 1 else 's'}" for number, name in named if number)


def widget_line(view: WidgetView) -> str:
    """What the official widget does, and what its user sees, in one line."""
    shows = f" Shows {view.shows}." if view.shows and view.shows != "the answer" else ""
    return f"Official widget: {view.behaviour}{shows}{_CERTAINTY[view.certainty]}"


def widget_does(view: WidgetView) -> str:
    """What the official widget does, where what its user sees stands beside it."""
    return view.behaviour + _CERTAINTY[view.certainty]


_CERTAINTY = {"known": "", "likely": " Likely, not certain.", "unknown": " Nobody outside knows for certain."}
