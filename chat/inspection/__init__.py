"""What the inspector shows of exchanges: rows, gists, documents, timings, findings. No NiceGUI here."""

from .gist import FAMILIES, family, gist, label
from .source import InspectionSource

__all__ = ["FAMILIES", "InspectionSource", "family", "gist", "label"]
