"""A backend that answers with one widget component, or one item, at a time: what the page of components shows.

SPECIMENS    what there is, by name and group
Components   the backend itself, to be mounted on an application
"""

from chat.backend.components.backend import Components
from chat.backend.components.specimens import SPECIMENS, Specimen

__all__ = ["SPECIMENS", "Components", "Specimen"]
