"""The page `/compare`, put together."""

from __future__ import annotations

from urllib.parse import urlencode

from nicegui import ui

from chat.errors import BadConnection
from chat.relay.origin import StageOrigin
from chat.relay.stage import Stage
from chat.rendering.icons import icon

from ..controls import button, icon_button
from ..conversation_view import ConversationView
from ..elsewhere import clicked_action, do_elsewhere
from ..page import FAVICON, theme_button
from ..page_files import add_page_files
from ..panes.findings_badge import FindingsBadge
from ..panes.inspector import Inspector
from ..panes.sheet import Sheet, ShownHTML
from ..panes.watch_words import hidden_html
from ..text_area import TextArea
from ..workbench import Workbench
from .comparing import Comparing
from .elements import Predictions, SessionTimeline, StageFrame
from .questions import Questions
from .steps import Steps
from .window import CompareWindow

__all__ = ["PATH", "mount_compare"]

PATH = "/compare"


def mount_compare(workbench: Workbench, origin: StageOrigin, page_port: int) -> None:
    """Register the page on NiceGUI's app and the stage on the second origin."""
    stage = Stage(workbench.relay.get, page_port)
    origin.add(*stage.routes())
    comparing = Comparing(workbench, stage)

    @ui.page(PATH, title="Side by side · ChatKit Workbench", favicon=FAVICON, response_timeout=10)
    def compare(profile: str = "", session: str = "", present: str = "") -> None:
        add_page_files("compare.css")
        chosen = workbench.profiles.get(profile or workbench.first_profile) or next(iter(workbench.profiles))
        try:
            relayed, side = comparing.open(chosen, session)
        except BadConnection as problem:
            _refused(str(problem), problem.advice)
            return
        place = {"profile": chosen.id, "session": relayed.key} | ({"present": present} if present else {})
        window = CompareWindow(comparing, chosen, relayed, side)
        _build(window, presents=present not in ("", "0"), place=place)


def _refused(why: str, advice: str) -> None:
    ui.dark_mode(None)
    with ui.element("div").classes("cp-refused").props('role="alert"'):
        ui.label("This backend cannot be compared").classes("dialog-title")
        ui.label(why)
        ui.label(advice).classes("hint")
        ui.link("Back to the workbench", "/")


def _build(window: CompareWindow, *, presents: bool, place: dict[str, str]) -> None:
    theme = ui.dark_mode(window.workbench.theme)
    ui.navigate.history.replace(f"{PATH}?{urlencode(place)}")
    with ui.element("div").classes("compare presents" if presents else "compare"):
        if not presents:
            _head(window, theme)
        ui.label("Side by side needs a window of 1,280 px: the two are one above the other here.").classes(
            "cp-narrow"
        ).props('role="note" data-testid="narrow"')
        with ui.element("div").classes("cp-sides"):
            with ui.element("section").classes("cp-side cp-official").props('aria-label="The official widget"'):
                _official(window, presents=presents)
            with ui.element("section").classes("cp-side cp-ours").props('aria-label="The workbench"') as ours:
                ours.props["data-testid"] = "compare-ours"
                _ours(window, presents=presents)
        if not presents:
            with ui.element("footer").classes("cp-dock"):
                SessionTimeline(window.side, window.inspect)
                Predictions(window.side, window.inspect, window.save_case)
        _drawer(window)
    window.show_title()


def _head(window: CompareWindow, theme: ui.dark_mode) -> None:
    with ui.element("header").classes("cp-head"):
        with ui.link(target=f"/?{urlencode({'profile': window.profile.id})}").classes("brand") as back:
            back.props["title"] = "Back to the workbench"
            ui.html(icon("activity", 15), sanitize=False).classes("mark")
            ui.label("Side by side")
        ui.label(window.profile.shown_url).classes("cp-url").props('data-testid="compare-url"')
        Steps(window.session)
        button("Options", window.edit_options, test_id="edit-options")
        button("Export", window.export_options, test_id="export-options")
        button("Keep session", lambda: window.keeping.keep(), test_id="keep-session")
        present = ui.link("Present", f"{PATH}?{urlencode(_presenting(window))}").classes("btn")
        present.props.update({"data-testid": "present", "title": "Only the two sides, for a demo"})
        theme_button(window.workbench, theme)


def _presenting(window: CompareWindow) -> dict[str, str]:
    return {"profile": window.profile.id, "session": window.session.key, "present": "1"}


def _official(window: CompareWindow, *, presents: bool) -> None:
    with ui.element("div").classes("pane-head"):
        ui.label("The official widget").classes("title")
        if not presents:
            button("What a relay hides", _open_hidden, kind="link-btn cp-hides", test_id="relay-hides")
        window.official_state = ui.label("Loading…").classes("cp-state").props('data-testid="official-state"')
        icon_button("rotate-cw", "Load the widget anew", window.reload_widget, test_id="reload-widget", size=15)
    window.trouble_box = ui.element("div").classes("cp-troubles")
    window.trouble_box.set_visibility(False)
    window.frame = StageFrame(window.origin, window.stage_path, window.said)


def _open_hidden() -> None:
    with Sheet("What a relay hides", "relay-hides-sheet", kind="narrow").body:
        ui.label("The widget talks to your backend through the workbench. That takes out of sight:").classes("hint")
        ShownHTML(hidden_html())


def _ours(window: CompareWindow, *, presents: bool) -> None:
    with ui.element("div").classes("pane-head"):
        window.title = ui.label("New thread").classes("title").props('data-testid="thread-title"')
        if not presents:
            FindingsBadge(window.source, window.inspect_worst).soon()
            icon_button(
                "panel-right",
                "Show or hide the inspector",
                lambda: window.show_inspector(not window.drawer.visible),
                test_id="toggle-inspector",
                size=17,
            )
    with ui.element("div").classes("conversation-pane"):
        window.view = ConversationView(window.thread, window.workbench.token)
        window.view.on("act", lambda event: do_elsewhere(clicked_action(event), window.source, window.show_finding))
        window.questions = Questions(window.frame.answer)
        with ui.element("div").classes("cp-message") as window.message_box:
            field = TextArea(
                "Message",
                placeholder="Send a message through the widget",
                test_id="compare-message",
                on_sent=window.send_message,
            )
            icon_button("arrow-up", "Send through the widget", field.send, test_id="compare-send", size=18)
            icon_button("plus", "New thread in the widget", window.new_thread, test_id="compare-new-thread", size=18)
    if not presents:
        ui.label("Sends nothing by itself: what you write here goes through the widget.").classes("hint cp-note")


def _drawer(window: CompareWindow) -> None:
    window.drawer = ui.element("aside").classes("cp-drawer").props('aria-label="Inspector" data-testid="drawer"')
    with window.drawer:
        with ui.element("div").classes("cp-drawer-head"):
            icon_button("x", "Close the inspector", lambda: window.show_inspector(False), test_id="close-inspector")
        window.inspector = Inspector(window.source, session=window.id, token=window.workbench.token)
    window.drawer.set_visibility(False)
