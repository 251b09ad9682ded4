"""Markdown to HTML, at once."""

from markdown_it import MarkdownIt

from .context import ImagePolicy


def render_markdown(text: str, *, images: ImagePolicy = ImagePolicy()) -> str:
    """HTML of a whole Markdown text."""
    return str(MarkdownIt("commonmark", {"html": False}).disable("image").render(text))
