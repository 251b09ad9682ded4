"""The bar under a conversation that is shown as it was: slider, steps, play, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from assets import ASSETS
from chat.rendering.icons import icon

from ..bridge import LiveElement

__all__ = ["TravelBar"]

_ICONS: Final = {"play": "play", "pause": "pause", "back": "step-back", "step": "step-forward", "history": "history"}


class TravelBar(LiveElement, component=ASSETS / "travel_bar.js"):
    """
    Says where the reader is among the events, and hears where he wants to be.

    `asked` gets what it wants: `look` (what to show), `go` with a position, `play` with a speed, `pause`, `scope`
    ("exchange" or "session"), `back`.
    """

    def __init__(self, asked: Callable[[str, Any], object]) -> None:
        super().__init__()
        self.props["icons"] = {name: str(icon(lucide, 16)) for name, lucide in _ICONS.items()}
        for name in ("look", "go", "play", "pause", "scope", "back"):
            self.on(name, lambda event, name=name: asked(name, event.args))

    def show(self, state: Mapping[str, Any]) -> None:
        """Show this; see `Travel.state` for what it holds."""
        self.send("stateIs", state)
