"""What a backend says, as HTML that is safe to insert: one renderer per item type, one per widget component.

Pure functions, except `MarkdownDocument`, which holds one growing message. Nothing here does I/O or knows NiceGUI.
"""

from .bubble import bubble
from .context import ImagePolicy, RenderContext
from .growing import MarkdownDocument, Patch
from .items import render_error, render_item, render_notice, render_slot
from .items.user_message import chosen, user_content
from .markdown import render_markdown

__all__ = [
    "ImagePolicy",
    "MarkdownDocument",
    "Patch",
    "RenderContext",
    "bubble",
    "chosen",
    "render_error",
    "render_item",
    "render_markdown",
    "render_notice",
    "render_slot",
    "user_content",
]
