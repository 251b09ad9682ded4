"""The page `/`: three panes, put together."""

from collections.abc import Callable

from fastapi import Request
from nicegui import ui

from assets import ASSETS
from chat.inspection.report_view import checklist_html
from chat.rendering.icons import icon

from .address import Place
from .bridge import DrawnElement
from .controls import button, icon_button, row_button
from .page_commands import add_page_commands
from .page_files import add_page_files, mount_page_files
from .panes.connection import ConnectionPane
from .panes.explain_sheet import DropAnywhere, open_explain
from .panes.findings_badge import FindingsBadge
from .panes.gallery_sheet import open_gallery
from .panes.host_events import HostEventsPane
from .panes.host_sheet import HostChip
from .panes.inspector import Inspector
from .panes.palette import Palette
from .panes.recordings_sheet import open_recordings
from .panes.sheet import Sheet, ShownHTML
from .panes.threads import ThreadsPane
from .window import Window
from .workbench import Workbench

__all__ = ["FAVICON", "build_page", "mount_page", "theme_button"]

FAVICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="6.5" fill="#5750d8"/>'
    '<path d="M5 13h3l2-6 3.5 11 2.2-5H19" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" '
    'stroke-linejoin="round"/></svg>'
)

THEMES: tuple[tuple[bool | None, str, str], ...] = (
    (None, "sun-moon", "Theme: as the system"),
    (False, "sun", "Theme: light"),
    (True, "moon", "Theme: dark"),
)


class Shell(DrawnElement, component=ASSETS / "shell.js"):
    """Three panes; the outer two fold away and can be dragged wider."""


def mount_page(workbench: Workbench) -> None:
    """Register `/` and what all pages are drawn with on NiceGUI's app."""
    mount_page_files()

    @ui.page("/", title="ChatKit Workbench", response_timeout=10)
    def index(request: Request) -> None:
        add_page_files()
        place = Place.named(request.url.query, workbench.first_profile)
        chosen = workbench.profiles.get(place.profile) or next(iter(workbench.profiles))
        build_page(Window(workbench, chosen), place)


def build_page(window: Window, place: Place) -> None:
    """Put the panes of a window together, and show in it what the page's address names."""
    theme = ui.dark_mode(window.workbench.theme)
    shell = Shell()
    palette = Palette(window.commands)
    with shell.add_slot("left"):
        with ui.element("div").classes("pane-head"), ui.element("div").classes("brand"):
            ui.html(icon("activity", 15), sanitize=False).classes("mark")
            ui.label("ChatKit Workbench").classes("grow")
            icon_button("command", "Commands (Ctrl+K)", palette.open, test_id="open-palette", size=15)
        window.connection = ConnectionPane(window, window.workbench.profiles)
        window.host = HostChip(window, window.workbench.hosts)
        window.threads = ThreadsPane(window.listing)
        with ui.element("div").classes("pane-foot"):
            with ui.element("nav").classes("grow").props('aria-label="Tools"'):
                row_button(
                    "radio",
                    "Watch my app's traffic",
                    window.traffic.begin,
                    hint="An address for your own front end, whose requests to this backend are shown here",
                    test_id="open-watch",
                )
                row_button(
                    "bug",
                    "What can go wrong",
                    lambda: open_gallery(window.gallery.entries, window.gallery.choose),
                    hint="A gallery of broken backends to look at",
                    test_id="open-gallery",
                )
                row_button(
                    "file-search",
                    "Explain an answer",
                    lambda: open_explain(window.id, window.workbench.token),
                    hint="Paste or drop a response body, curl output, a HAR file or a recording",
                    test_id="open-explain",
                )
                if window.workbench.keeping is not None:
                    row_button(
                        "archive",
                        "Recordings",
                        lambda: open_recordings(window.id, window.workbench.token, window.compare_recordings),
                        hint="What was kept: open it, save it, name it",
                        test_id="open-recordings",
                    )
            show_theme = theme_button(window.workbench, theme)
    with shell.add_slot("middle"):
        with ui.element("div").classes("pane-head"):
            icon_button(
                "panel-left",
                "Show or hide threads",
                lambda: shell.run_method("toggle", "left"),
                test_id="toggle-threads",
                size=17,
            )
            window.title = ui.label("New thread").classes("title").props('data-testid="thread-title"')
            window.reload_button = icon_button(
                "rotate-cw",
                "Reload from the backend: show what is stored",
                window.reload,
                test_id="reload-thread",
                size=15,
            )
            window.travel_button = icon_button(
                "history",
                "Go back in time: the thread as it was at any of its events",
                window.travel,
                test_id="travel",
                size=16,
            )
            window.keep_button = icon_button(
                "bookmark-plus",
                "Keep what is shown here as a recording",
                window.keeping.keep,
                test_id="keep-session",
                size=16,
            )
            window.keep_button.set_visibility(window.workbench.keeping is not None)
            window.badge = FindingsBadge(window.source, window.show_findings)
            icon_button(
                "panel-right",
                "Show or hide the inspector",
                lambda: shell.run_method("toggle", "right"),
                test_id="toggle-inspector",
                size=17,
            )
        window.middle = ui.element("div").classes("conversation-pane")
        window.raw.place(window.id, lambda: shell.run_method("toggle", "right", True))
    with shell.add_slot("right"):
        window.inspector = Inspector(window.source, session=window.id, token=window.workbench.token)
        window.host_events = HostEventsPane()
        window.inspector.on("picked", window.event_picked)
        window.inspector.on("chosen", lambda event: window.links.chosen(event.args))
        window.inspector.on("raw", lambda event: window.raw.open(str(event.args) if event.args else None))
        window.inspector.on("checklist", lambda: _show_checklist(window), args=[])
    window.inspect = lambda: shell.run_method("toggle", "right", True)
    DropAnywhere(window.id, window.workbench.token)
    shell.on("went", lambda event: window.links.go_to(str(event.args)))

    def search_threads() -> None:
        shell.run_method("toggle", "left", True)
        window.threads.search()

    add_page_commands(
        window,
        palette,
        theme=show_theme,
        toggle=lambda side: shell.run_method("toggle", side),
        search=search_threads,
    )
    window.start(place)


def _show_checklist(window: Window) -> None:
    sheet = Sheet("Blank all the same?", "checklist", kind="narrow")

    def watch() -> None:
        sheet.close()
        window.traffic.begin()

    with sheet.body:
        ui.label("No rule found a fault in what was seen. What is left is the page around the widget.").classes("hint")
        ShownHTML(checklist_html("Look at these, the most frequent first:"))
        ui.label("Or look at what your own page really sends and gets.").classes("hint")
        with ui.element("div").classes("actions"):
            button("Watch my app's traffic", watch, test_id="watch-from-checklist")


def theme_button(workbench: Workbench, theme: ui.dark_mode) -> Callable[[bool | None], None]:
    """Goes round system → light → dark; kept for the windows opened later. What is returned shows one of them."""

    def place() -> int:
        return next(i for i, (value, _, _) in enumerate(THEMES) if value is workbench.theme)

    def draw() -> None:
        _, name, label = THEMES[place()]
        picture.set_content(icon(name, 16))
        button.props["title"] = button.props["aria-label"] = label
        button.update()

    def show(value: bool | None) -> None:
        workbench.theme = theme.value = value
        draw()

    def turn() -> None:
        show(THEMES[(place() + 1) % len(THEMES)][0])

    button = ui.element("button").classes("icon-btn").props('type="button" data-testid="theme"').on("click", turn)
    with button:
        picture = ui.html("", sanitize=False)
    draw()
    return show
