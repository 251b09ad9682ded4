"""One recording as the list shows it: what can be said of it without reading it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from chat.checks.findings import Level
from chat.checks.threads import examine_all
from chat.exchanges import CONSOLE, Exchange, Recording, read_recording, redact_text, redact_url
from chat.exchanges.errors import RecordingError

__all__ = ["Listed", "look_into", "title_of"]

_LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """What the list knows of one file. `looked_into` says whether the file was read as it now is."""

    key: str
    """Its file's name without `.jsonl`; names it in addresses."""
    size: int
    """Bytes of the file."""
    written_ns: int
    """When the file was last written, nanoseconds since 1970."""
    name: str = ""
    """What its user calls it."""
    title: str = ""
    """What it is, in words of its own: the first message in it, or its first request."""
    backend: str = ""
    """Where its requests went, without secrets."""
    begun: float = 0.0
    """When its first exchange or host event began, seconds since 1970."""
    turns: int = 0
    """Exchanges that ask for a stream."""
    exchanges: int = 0
    host_events: int = 0
    errors: int = 0
    """Findings of this level."""
    warnings: int = 0
    notes: int = 0
    kept: bool = False
    """Whether it was kept by hand."""
    source: str = ""
    """Where it came from, in words."""
    damaged: str = ""
    """Why it cannot be read, in a sentence; "" when it can."""
    looked_into: bool = False

    @property
    def stays(self) -> bool:
        """Whether no limit takes it away: it was named, kept by hand, or somebody may want to mend it."""
        return bool(self.kept or self.name or self.damaged)


def look_into(path: Path, size: int, written_ns: int) -> Listed:
    """Read a file for the list. Costs its length, and what its examination costs. Raises OSError."""
    written = written_ns / 1e9
    try:
        recording = read_recording(path)
    except RecordingError as error:
        details = (error.expected and f"Expected {error.expected}.", error.got and f"Got {error.got}.", error.advice)
        what = " ".join(filter(None, (str(error), *details)))
        return Listed(path.stem, size, written_ns, begun=written, damaged=what, looked_into=True)
    exchanges = recording.exchanges
    levels = [finding.level for one in examine_all(exchanges) for finding in one.findings]
    begun = [one.started_at for one in exchanges] + [event.at for event in recording.host_events]
    return Listed(
        path.stem,
        size,
        written_ns,
        recording.name,
        redact_text(title_of(recording)),
        redact_url(next((one.request.url for one in exchanges if one.request.url), "")),
        _seconds(min(begun)) if begun else written,
        sum(one.expects_stream for one in exchanges),
        len(exchanges),
        len(recording.host_events),
        levels.count(Level.ERROR),
        levels.count(Level.WARNING),
        levels.count(Level.NOTE),
        recording.kept,
        recording.source,
        looked_into=True,
    )


def title_of(recording: Recording) -> str:
    """What a recording is, in a few words: the first message in it, or else what was asked first."""
    for exchange in recording.exchanges:
        if text := " ".join(exchange.request.text.split()):
            return text[:_LONGEST_TITLE]
    return _asked(recording.exchanges) or (recording.host_events[0].name if recording.host_events else "")


def _asked(exchanges: Sequence[Exchange]) -> str:
    asked = [one.request.operation for one in exchanges if one.request.operation]
    if not asked:
        return "A browser’s console" if any(one.request.method == CONSOLE for one in exchanges) else ""
    return ", ".join(list(dict.fromkeys(asked))[:3])


def _seconds(moment: datetime) -> float:
    try:
        return moment.timestamp()
    except (OverflowError, ValueError):  # a foreign recording may say any year
        return datetime(1970, 1, 1, tzinfo=UTC).timestamp()
