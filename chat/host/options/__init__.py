"""The official widget's options: their declared shape, presets, and the code that sets them in a page of one's own."""

from .declared import DECLARED_VERSION, LOCALES
from .presets import PRESETS, Preset
from .reading import OptionsText, read_options
from .shapes import Problem
from .snippets import element_snippet, react_snippet

__all__ = [
    "DECLARED_VERSION",
    "LOCALES",
    "PRESETS",
    "OptionsText",
    "Preset",
    "Problem",
    "element_snippet",
    "react_snippet",
    "read_options",
]
