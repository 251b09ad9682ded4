"""The options of the official widget, as they were typed for each profile; kept in the data folder."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chat.exchanges.redaction import redact_text
from chat.host.options import read_options
from chat.listening import Listeners

__all__ = ["WidgetOptions"]


class WidgetOptions:
    """
    By the ids of profiles: what stands in the editor, which is JSON.

    Options are part of a page that anybody may read, so nothing in them should be secret; what has the shape of a
    secret is masked in the file all the same. A file that cannot be read counts as empty, and is kept aside.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Without a path, nothing is kept over a restart."""
        self._path = path
        self._texts: dict[str, str] = {}
        self._read: dict[str, tuple[str, dict[str, Any]]] = {}
        """What was read of a text, so that it is read once."""
        self._heard: Listeners[[str]] = Listeners()
        if path is None:
            return
        try:
            document: dict[str, Any] = json.loads(path.read_text("utf-8"))
            self._texts = {str(key): str(text) for key, text in document["options"].items()}
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            path.replace(path.with_suffix(".damaged.json"))

    def text(self, profile_id: str) -> str:
        """What was typed for this profile last, "" when nothing was."""
        return self._texts.get(profile_id, "")

    def options(self, profile_id: str) -> dict[str, Any]:
        """What was typed, as options, wrong ones too; {} when it is no JSON object."""
        text = self.text(profile_id)
        known = self._read.get(profile_id)
        if known is None or known[0] != text:
            known = self._read[profile_id] = (text, read_options(text).options or {})
        return dict(known[1])

    def on_change(self, changed: Callable[[str], None]) -> Callable[[], None]:
        """Call `changed` with the id of a profile whose options are others now; returns what ends that."""
        return self._heard.add(changed)

    def keep(self, profile_id: str, text: str) -> None:
        """Remember what was typed. Raises OSError when it cannot be written; it is then known until the end."""
        self._texts[profile_id] = text
        try:
            self._write()
        finally:
            self._heard.tell(profile_id)

    def _write(self) -> None:
        if self._path is None:
            return
        kept = {key: redact_text(value) for key, value in self._texts.items()}
        handle, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=".widget-options-")  # mkstemp makes it 0600
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"version": 1, "options": kept}, file, indent=1)
        Path(temporary).replace(self._path)
