"""The gallery of broken backends: for every rule one small backend that breaks it, and nothing else.

GALLERY   what there is: rule id, label, what to say to it, where it is
Gallery   the backends themselves, to be mounted on an application

A new one is a class in the module of its section in `faults`, made from `GoodBackend` with one method changed.
"""

from chat.backend.broken.exhibit import Exhibit
from chat.backend.broken.gallery import GALLERY, Gallery

__all__ = ["GALLERY", "Exhibit", "Gallery"]
