"""In place of the composer: whose traffic is shown, where events are held and let go, and the way back."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui
from nicegui.element import Element

from chat.relay.session import RelaySession
from chat.rendering.icons import icon

from ..controls import button
from .repeated import Repeated
from .watch_words import front_end_name, state_of

__all__ = ["WatchBar"]


class WatchBar:
    """
    Of `session`, or of `front_end`, which is one below it. `close` it when it goes.

    `show_address` shows the relay's address and who has used it, `leave` leads back to the backend.
    """

    def __init__(
        self,
        session: RelaySession,
        front_end: RelaySession,
        show_address: Callable[[], object],
        leave: Callable[[], object],
    ) -> None:
        self._session = session
        self._front_end = front_end
        with ui.element("div").classes("recording-bar watch-bar").props('data-testid="watching"'):
            ui.html(icon("radio", 17), sanitize=False)
            with ui.element("div").classes("grow"):
                ui.label(self._name()).classes("name").props('data-testid="watched-front-end"')
                self._state = ui.label().classes("hint").props('role="status"')
            with ui.element("div").classes("watch-steps"):
                self._hold = button("Hold events", self._toggle, test_id="hold")
                self._hold.props["title"] = "Keep what the backend sends, and let it go on one event at a time"
                self._step = button("Step", lambda: front_end.gate.release(), test_id="step")
                self._step.props["title"] = "Let the next event go on, to the front end and to this page"
                self._held = ui.label().classes("hint").props('data-testid="held"')
            with ui.element("div").classes("watch-steps"):
                button("Address", show_address, test_id="show-address")
                back = button("Back", leave, test_id="leave-watch")
                back.props["title"] = "Back to the backend"
        self._drawn = Repeated()
        events = (front_end.on_exchange, front_end.on_data, front_end.on_gate, session.on_front_end)
        self._drawn.begin(self._draw, *events)

    def close(self) -> None:
        """The bar goes."""
        self._drawn.stop()

    def _name(self) -> str:
        if self._front_end is self._session:
            return f"Watching what is sent to {self._session.connection.shown_url}"
        return front_end_name(self._front_end.front_end)

    def _toggle(self) -> None:
        if self._front_end.gate.holding:
            self._front_end.let_through()
        else:
            self._front_end.hold()

    def _draw(self) -> None:
        gate = self._front_end.gate
        others = len(self._session.front_ends) - 1
        more = f" · {others} more front end{'' if others == 1 else 's'}" if others > 0 else ""
        self._state.set_text(state_of(self._front_end) + more)
        _say(self._hold, "Let all go" if gate.holding else "Hold events", pressed=gate.holding)
        self._step.set_visibility(gate.holding)
        self._step.props["disabled"] = not gate.held
        self._step.update()
        self._held.set_visibility(gate.holding)
        self._held.set_text(f"{gate.held:,} held")


def _say(element: Element, words: str, *, pressed: bool) -> None:
    label = element.default_slot.children[0]
    if isinstance(label, ui.label):
        label.set_text(words)
    element.props["aria-pressed"] = "true" if pressed else "false"
    element.update()
