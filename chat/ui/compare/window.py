"""One page `/compare` in one browser: the widget, our side of it, and what its parts do to one another."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from nicegui import background_tasks, ui
from nicegui.element import Element

from chat.conversation.conversation import Conversation
from chat.conversation.shown_thread import ShownThread
from chat.exchanges.importing import Imported
from chat.host.options.declared import EDITABLE
from chat.host.profile_host import ProfileHost
from chat.inspection.side_by_side import SideBySide
from chat.protocol import ThreadChanged
from chat.relay.session import RelaySession
from chat.relay.trouble import Trouble, troubles

from ..conversation_view import ConversationView
from ..panes.inspector import Inspector
from ..panes.options_sheet import OF_THE_STAGE, OptionsSheet, open_export
from ..profiles import Profile
from ..window_keeping import WindowKeeping
from ..window_reports import WindowReports
from ..window_source import WindowSource
from .answering import answer, answered, options_for
from .comparing import Comparing
from .elements import StageFrame
from .questions import Questions

__all__ = ["CompareWindow"]

_READY = "Ready"


class CompareWindow:
    """Owns the parts of one page. The workbench knows it as an `OpenWindow`."""

    frame: StageFrame
    official_state: ui.label
    trouble_box: Element
    questions: Questions
    view: ConversationView
    title: ui.label
    inspector: Inspector
    drawer: Element
    message_box: Element

    def __init__(self, comparing: Comparing, profile: Profile, session: RelaySession, side: SideBySide) -> None:
        self.id = secrets.token_urlsafe(12)
        self.comparing = comparing
        self.workbench = comparing.workbench
        self.profile = profile
        self.session = session
        self.side = side
        self.thread: ShownThread = side.thread
        self.page = ui.context.client
        self.origin = comparing.origin(str(self.page.request.url))
        self.source = WindowSource(side.thread)
        self.source.show(side.thread, alone=True)
        library = self.workbench.keeping.library if self.workbench.keeping else None
        self.keeping = WindowKeeping(self.source, library, self.say)
        self.keeping.shows("the compare page", lambda: list(session.host_events))
        self.reports = WindowReports(self.source, lambda: self.profile.shown_url)
        self._facts: Mapping[str, Any] = {}
        self._troubles: list[Trouble] = []
        self._loads = 0
        self._unwatch = [side.thread.on_change(lambda _, change: self._changed(change))]
        self.workbench.windows.add(self)
        self.page.on_delete(self._closed)

    def _closed(self) -> None:
        self.workbench.window_closed(self)
        for unwatch in self._unwatch:
            unwatch()
        self.source.close()
        self.comparing.left(self.session.key)

    # --- the widget ---------------------------------------------------------------------------------------------------

    @property
    def host(self) -> ProfileHost:
        """Who answers for the page around the widget: the same as for threads of our own."""
        return self.workbench.hosts.host_of(self.profile)

    @property
    def options(self) -> dict[str, Any]:
        """The options of all places, those that were typed above the others; wrong ones too."""
        return options_for(self.host.options, self.host.settings)

    def stage_path(self) -> str:
        """The path of the stage, with the options as they are now."""
        options = self.options
        if self.thread.thread_id:  # a new widget comes up where the last one was
            options.setdefault("initialThread", self.thread.thread_id)
        self.comparing.stage.set(self.session.key, options, answered(self.host.settings))
        self._loads += 1
        return f"/stage/{self.session.key}?load={self._loads}"

    def reload_widget(self) -> None:
        """A new widget comes up."""
        self._facts = {}
        self._show_state()
        self.questions.clear()
        self.frame.load()

    def edit_options(self) -> None:
        text, below = self.comparing.options.text(self.profile.id), self._below()
        OptionsSheet(text, self._apply, **({"hint": f"{OF_THE_STAGE} {below}"} if below else {}))

    def _below(self) -> str:
        """What is said of options that stand elsewhere; "" where there are none."""
        typed = self.comparing.options.options(self.profile.id)
        elsewhere = [name for name in self.host.options if name not in typed]
        said = f"Set by a profile or a file of connections, and not here: {', '.join(elsewhere)}."
        return said if elsewhere else ""

    def _apply(self, text: str, _: dict[str, Any]) -> None:
        try:
            self.comparing.options.keep(self.profile.id, text)
        except OSError as problem:
            self.say(f"The options are not kept over a restart: {problem.strerror}.")
        self.reload_widget()

    def export_options(self) -> None:
        problems = sum(1 for _ in EDITABLE.problems(self.options, ""))
        open_export(self.options, self.profile.shown_url, problems)

    def send_message(self, text: str) -> None:
        """Send a message through the widget, so that both sides show it."""
        self.frame.call("sendUserMessage", {"text": text}, failed=self._not_sent)

    def _not_sent(self, why: str) -> None:
        self.say(f"The widget did not send it: {why}")

    def new_thread(self) -> None:
        """The widget's start screen."""
        self.frame.call("setThreadId", None, failed=self._not_sent)

    def said(self, message: Mapping[str, Any]) -> None:
        """The stage has said something: this one, and not one before it, whose last words may still be on their way."""
        if message.get("load") != self._loads:
            return
        match message.get("stage"):
            case "facts" if isinstance(message.get("facts"), Mapping):
                self._facts = message["facts"]
                self._show_state()
            case "asks" if isinstance(message.get("id"), int):
                question = message["id"], str(message.get("name"))[:200], message.get("value")
                background_tasks.create(self._answer(*question, self._loads), name="answer the widget")
            case "effect" if isinstance(message.get("name"), str):
                data = message["data"] if isinstance(message.get("data"), Mapping) else {}
                background_tasks.create(self.host.effect(message["name"][:200], data), name="tell of an effect")

    async def _answer(self, number: int, name: str, value: Any, load: int) -> None:
        """The host answers, or the person is asked."""
        given = await answer(self.host, name, value)
        if load != self._loads:  # another widget has come up meanwhile
            return
        if given.words:
            self.say(given.words)
        if not given.handled:
            self.questions.ask(number, name, value)
            return
        self.frame.answer(number, given.value)
        if given.call is not None:
            method, args = given.call
            self.frame.call(method, *args, failed=self._not_sent)

    # --- what is said of it -------------------------------------------------------------------------------------------

    def _show_state(self) -> None:
        frame = self._facts.get("frame")
        name = str(frame.get("name"))[:120] if isinstance(frame, Mapping) else ""
        ready = bool(self._facts.get("ready"))
        found = troubles(self._facts, waiting_for=self._waiting_for())
        state = _READY if ready else "Does not come up" if found else "Loading…"
        self.official_state.set_text(f"{state} · frame {name}" if name else state)
        self.official_state.props["data-ready"] = "true" if ready else "false"
        self.official_state.update()
        if found != self._troubles:  # else a screen reader would read all of it again
            self._troubles = found
            self.trouble_box.clear()
            with self.trouble_box:
                for trouble in found:
                    self._trouble(trouble)
            self.trouble_box.set_visibility(bool(found))
        self.message_box.props["inert"] = not ready
        self.message_box.update()

    def _waiting_for(self) -> str:
        waiting = (one for one in self.session.exchanges if one.running and one.status is None)
        return next((one.request.operation or "a request" for one in waiting), "")

    def _trouble(self, trouble: Trouble) -> None:
        box = ui.element("div").classes("cp-trouble").props('role="alert" data-testid="stage-trouble"')
        box.props.update({"data-cause": trouble.cause, "data-grade": trouble.grade})
        with box:
            with ui.element("p"):
                ui.label(trouble.grade).classes("cp-grade")
                ui.label(trouble.sentence)
            ui.label(trouble.advice).classes("hint")

    # --- our side -----------------------------------------------------------------------------------------------------

    def _changed(self, change: object) -> None:
        if isinstance(change, ThreadChanged):
            self.show_title()

    def show_title(self) -> None:
        self.title.set_text(self.thread.title or ("Untitled thread" if self.thread.thread_id else "New thread"))

    def inspect(self, exchange_id: str, event: int | None = None) -> None:
        """Show an exchange, or one of its events, in the inspector."""
        self.show_inspector(True)
        if event is None:
            self.inspector.select_exchange(exchange_id)
        else:
            self.inspector.show_event(exchange_id, event)

    def show_finding(self, exchange_id: str, rule_id: str) -> None:
        """Show what a rule has found in an exchange, in the inspector."""
        self.show_inspector(True)
        self.inspector.show_finding(exchange_id, rule_id)

    def inspect_worst(self) -> None:
        """Show the exchange with the worst findings."""
        if (worst := self.source.worst_exchange()) is not None:
            self.inspect(worst)

    def show_inspector(self, open_: bool) -> None:
        self.drawer.set_visibility(open_)

    # --- keeping ------------------------------------------------------------------------------------------------------

    def save_case(self, exchange_id: str) -> None:
        """Put a contradiction into the library, for whoever mends the eye."""
        if (case := self.side.case(exchange_id)) is not None:
            background_tasks.create(self.keeping.keep(case), name="keep a case")

    def say(self, words: str) -> None:
        """Tell the reader something, for a moment."""
        self.view.send("toast", words)

    # --- what the workbench tells windows, of conversations that are none of this page's ------------------------------

    async def explain(self, name: str, imported: Imported, recording: str = "") -> None:
        """Nothing is explained here."""

    def thread_changed(self, conversation: Conversation) -> None:
        pass

    def thread_renamed(self, thread_id: str, title: str | None) -> None:
        pass

    def thread_deleted(self, thread_id: str) -> None:
        pass

    def show_running(self, thread_ids: list[str]) -> None:
        pass
