"""The workbench with a host page for every connection: run as `python -m tests.browser.hosted …`, like `app.py`."""

from __future__ import annotations

import chat.ui.workbench
from chat.commands.main import main
from tests.host.catalogue import Catalogue

HOST = Catalogue()

if __name__ == "__main__":
    chat.ui.workbench.Workbench.host_of = lambda workbench, profile: HOST  # type: ignore[method-assign,assignment]
    main()
