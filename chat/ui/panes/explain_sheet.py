"""Explain a recording, a HAR file or a body that somebody pasted."""

from __future__ import annotations

from assets import ASSETS

from ..bridge import LiveElement
from .sheet import Sheet

__all__ = ["DropAnywhere", "ExplainBox", "open_explain"]


class ExplainBox(LiveElement, component=ASSETS / "explain_box.js"):
    """The text field, the drop zone and the file button. What they get goes over HTTP to the window `session`."""

    def __init__(self, session: str, token: str, *, small: bool = False) -> None:
        """`small`: one of several things on a page, which does not take the keyboard to itself."""
        super().__init__()
        self.props["small"] = small
        self.props["session"] = session
        self.props["token"] = token


class DropAnywhere(LiveElement, component=ASSETS / "drop_anywhere.js"):
    """A file that is dropped on the page is explained in the window `session`, where no field takes it."""

    def __init__(self, session: str, token: str) -> None:
        super().__init__()
        self.props["session"] = session
        self.props["token"] = token


def open_explain(session: str, token: str) -> None:
    """Ask for something to explain; the window shows it when it has been read."""
    sheet = Sheet("Explain a recording, HAR or body", "explain", kind="narrow")
    with sheet.body:
        ExplainBox(session, token).on("done", sheet.close, args=[])
