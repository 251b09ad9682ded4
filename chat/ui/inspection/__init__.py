"""What the inspector shows of exchanges: rows, details, timings and state, as data and as JSON routes."""

from chat.ui.inspection.gist import FAMILIES, family, gist, label
from chat.ui.inspection.routes import mount_inspection
from chat.ui.inspection.source import InspectionSource

__all__ = ["FAMILIES", "InspectionSource", "family", "gist", "label", "mount_inspection"]
