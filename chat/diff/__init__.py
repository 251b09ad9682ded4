"""What differs between two recordings: before and after an upgrade, two backends, the official widget and our client.

diff(old, new)      recordings to what differs, as data
write(diff, format) the same as text, JSON, HTML or JUnit
"""

from chat.diff.comparing import diff
from chat.diff.model import Change, Diff, ExchangeDiff, FindingChange, TimingChange
from chat.diff.options import IGNORABLE, Options

__all__ = ["IGNORABLE", "Change", "Diff", "ExchangeDiff", "FindingChange", "Options", "TimingChange", "diff"]
