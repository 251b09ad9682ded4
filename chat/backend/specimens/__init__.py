"""One specimen of every widget component, and of the items around them: what the page of components lists, what the
scenario "every component" shows, and what the renderers are tried with.

They are JSON, as the widget declares them: of some components and props the Python package has no class.
"""

from chat.backend.specimens.listed import SPECIMENS, Specimen

__all__ = ["SPECIMENS", "Specimen"]
