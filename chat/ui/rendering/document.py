"""A Markdown text that grows (skeleton: the signatures are final)."""

from typing import NamedTuple

from .context import ImagePolicy
from .markdown import render_markdown


class Patch(NamedTuple):
    """Keep the first `keep` units of the tail, append `add`; then the first `freeze` units of the tail are final.

    All in UTF-16 code units, as JavaScript counts. `keep` is -1 when everything, frozen or not, is replaced.
    """

    keep: int
    add: str
    freeze: int


class MarkdownDocument:
    """One growing text and its HTML."""

    def __init__(self, images: ImagePolicy = ImagePolicy()) -> None:
        self.images = images
        self.seq = 0
        self.source = ""
        self.final = False
        self._html = ""
        self._dirty = False

    def feed(self, text: str) -> None:
        """Append `text`; nothing is rendered yet."""
        self.source += text
        self._dirty = True

    def advance(self, final: bool = False) -> Patch | None:
        """Render what was fed since the last time; None when nothing changes on screen. Raises `seq` by one."""
        if not (self._dirty or final):
            return None
        self._dirty = False
        self.final = final
        self._html = render_markdown(self.source, images=self.images)
        self.seq += 1
        return Patch(0, self._html, 0)

    def html(self) -> tuple[str, str]:
        """(frozen, tail) as the browser should hold them now."""
        return "", self._html
