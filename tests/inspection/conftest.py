"""The demo page's exchanges, for every test here."""

from tests.ui.inspection.conftest import demo as demo
