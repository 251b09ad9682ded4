"""A Markdown text that grows, and the patches that keep a browser in step with it."""

from .markdown_document import MarkdownDocument, Patch
from .waiting_code import Colours

__all__ = ["Colours", "MarkdownDocument", "Patch"]
