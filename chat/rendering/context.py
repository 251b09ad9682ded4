"""What a renderer may know besides the item itself."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["NO_IMAGES", "ImagePolicy", "RenderContext"]


@dataclass(frozen=True)
class ImagePolicy:
    """Which images may be loaded at once; every other one is shown as a link with its host.

    `origins` holds origins (`https://files.example:8443`), host names (`files.example`) and `*.example`;
    `urls` the single images which the reader asked for.
    """

    origins: tuple[str, ...] = ()
    urls: frozenset[str] = frozenset()


NO_IMAGES = ImagePolicy()
"""No image from outside is loaded."""


@dataclass(frozen=True)
class RenderContext:
    """Where an item is shown. `interactive` False: forms and buttons are drawn disabled."""

    thread_id: str = ""
    allowed_image_origins: tuple[str, ...] = ()
    shown_images: frozenset[str] = field(default_factory=frozenset)
    interactive: bool = True

    @property
    def images(self) -> ImagePolicy:
        """The image rule of this thread."""
        return ImagePolicy(self.allowed_image_origins, self.shown_images)
