"""What a person has answered once and for all, for each profile; kept in the data folder."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chat.exchanges.redaction import redact_value

__all__ = ["KeptAnswers"]


class KeptAnswers:
    """
    By the ids of profiles: results of client tools, and client actions that go to the backend.

    What has the shape of a secret is masked in the file. A file that cannot be read counts as empty, and is kept aside.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Without a path, nothing is kept over a restart."""
        self._path = path
        self._tools: dict[str, dict[str, Any]] = {}
        self._actions: dict[str, list[str]] = {}
        if path is None:
            return
        try:
            document = json.loads(path.read_text("utf-8"))
            self._tools = {str(key): dict(results) for key, results in document["tools"].items()}
            self._actions = {str(key): [str(one) for one in types] for key, types in document["actions"].items()}
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            self._tools, self._actions = {}, {}
            path.replace(path.with_suffix(".damaged.json"))

    def of(self, profile_id: str) -> KeptOfProfile:
        """Those of one profile."""
        return KeptOfProfile(self, profile_id)

    def tools(self, profile_id: str) -> Mapping[str, Any]:
        """Results by the names of tools."""
        return self._tools.get(profile_id, {})

    def actions(self, profile_id: str) -> Sequence[str]:
        """Types of client actions that are sent to the backend."""
        return self._actions.get(profile_id, ())

    def keep_tool(self, profile_id: str, name: str, result: Any) -> None:
        """Answer this tool so from now on. What cannot be written is known until the end."""
        self._tools.setdefault(profile_id, {})[name] = result
        self._write()

    def keep_action(self, profile_id: str, action: str) -> None:
        """Send actions of this type from now on."""
        known = self._actions.setdefault(profile_id, [])
        if action not in known:
            known.append(action)
            self._write()

    def forget_tool(self, profile_id: str, name: str) -> None:
        """Ask the person again."""
        if self._tools.get(profile_id, {}).pop(name, self) is not self:
            self._write()

    def forget_action(self, profile_id: str, action: str) -> None:
        """Ask the person again."""
        if action in (known := self._actions.get(profile_id, [])):
            known.remove(action)
            self._write()

    def _write(self) -> None:
        if self._path is None:
            return
        kept = {"version": 1, "tools": redact_value(self._tools), "actions": self._actions}
        try:
            handle, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=".kept-answers-")  # mkstemp: 0600
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(kept, file, indent=1)
            Path(temporary).replace(self._path)
        except OSError:
            return  # a full disk must not keep anybody from answering


class KeptOfProfile:
    """Implements `chat.host.always.Always` for one profile."""

    def __init__(self, answers: KeptAnswers, profile_id: str) -> None:
        self._answers = answers
        self._profile_id = profile_id

    @property
    def tools(self) -> Mapping[str, Any]:
        return self._answers.tools(self._profile_id)

    @property
    def actions(self) -> Sequence[str]:
        return self._answers.actions(self._profile_id)

    def keep_tool(self, name: str, result: Any) -> None:
        self._answers.keep_tool(self._profile_id, name, result)

    def keep_action(self, action: str) -> None:
        self._answers.keep_action(self._profile_id, action)
