"""Step mode: events are held before they go to either side, and let go one by one."""

from __future__ import annotations

from nicegui import ui

from chat.relay.session import RelaySession

from ..controls import button

__all__ = ["Steps"]


class Steps:
    """The controls of a session's gate."""

    def __init__(self, session: RelaySession) -> None:
        self._session = session
        with ui.element("div").classes("cp-steps").props('role="group" aria-label="Step by step"'):
            self._mode = button("Step by step", self._turn, test_id="step-mode")
            self._mode.props["title"] = "Hold each event, so that both sides move together"
            with ui.element("div").classes("cp-stepping") as self._stepping:
                self._next = button("Next event", lambda: session.gate.release(1), kind="btn primary", test_id="step")
                self._ten = button("Next 10", lambda: session.gate.release(10), test_id="step-ten")
                self._held = ui.label().classes("hint").props('data-testid="held"')
        self.unlisten = session.on_gate(lambda _: self._show())
        self._show()

    def _turn(self) -> None:
        if self._session.gate.holding:
            self._session.let_through()
        else:
            self._session.hold()

    def _show(self) -> None:
        if self._mode.is_deleted:
            return
        gate = self._session.gate
        self._mode.props["aria-pressed"] = "true" if gate.holding else "false"
        self._mode.update()
        self._stepping.set_visibility(gate.holding)
        self._held.set_text(f"{gate.held} held" if gate.held else "nothing held")
        for one in (self._next, self._ten):
            if gate.held:
                one.props.pop("disabled", None)
            else:
                one.props["disabled"] = True
            one.update()
