"""
The one door to what NiceGUI keeps to itself; `assets/shared/bridge.js` is its other side.

NiceGUI has public ways for almost all that a page does: `props`, `on`, `run_method`, `client.on_connect`. Two things
are missing, and only this module and its other side know how they are had instead:

- **Data to a component.** `run_method` sends JavaScript with the JSON in a string, to be escaped twice here and
  compiled there: too much for twenty frames a second. `LiveElement.send` puts a message of our own kind into the
  client's outbox, where it keeps its place among NiceGUI's own and is sent again after a cut. For that the browser's
  side counts it (`window.nextMessageId`), where NiceGUI counts only the kinds that it knows.
- **The end of an element.** `client.on_delete` tells of a page, nothing of one element in it; `_handle_delete` is what
  NiceGUI's own elements override for that.

The browser's side also reads `window.path_prefix`, under which a proxy may have put the whole page.

`tests/ui/test_bridge.py` fails, and says which door it is, when a new version of NiceGUI changes one of them.
"""

from pathlib import Path
from typing import Any, ClassVar, Final

from nicegui.element import Element

from .page_files import tag_of

__all__ = ["KIND", "DrawnElement", "LiveElement"]

KIND: Final = "workbench"
"""Of the socket's messages that are ours; `bridge.js` listens to it."""


class DrawnElement(Element):
    """
    An element with a browser component of ours.

    A component is one file in `assets`, `name.js`; the modules that it alone imports are in `assets/name/`:

        class Name(DrawnElement, component=ASSETS / "name.js"):

    NiceGUI is told nothing of the file: every page has all of them (`page_files`), and Vue knows the tag.
    """

    _tag: ClassVar[str | None] = None

    def __init_subclass__(cls, *, component: Path | None = None) -> None:
        super().__init_subclass__()
        if component is not None:
            cls._tag = tag_of(component)

    def __init__(self, tag: str | None = None) -> None:
        super().__init__(tag or self._tag)


class LiveElement(DrawnElement):
    """An element that can be sent data and that is told when it has gone."""

    def send(self, method: str, *args: Any) -> None:
        """Call a method of the browser component with JSON. A page that has gone is not told."""
        if not self.is_deleted and not self.client.is_deleted:
            message = {"to": self.html_id, "call": method, "args": args}
            self.client.outbox.enqueue_message(KIND, message, self.client.id)

    def removed(self) -> None:
        """Called when the element has been removed or its page has gone: stop listening here."""

    def _handle_delete(self) -> None:
        self.removed()
        super()._handle_delete()
