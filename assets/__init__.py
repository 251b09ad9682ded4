"""Style sheets, browser components, icons and fonts; `ASSETS` is the folder."""

from pathlib import Path

ASSETS = Path(__file__).parent
