"""What the widget playground reads, says and sends: pasted text, what is wrong in it, and what a click would ask."""

from .as_events import events_of, replaced
from .judging import Remark, judge
from .pasted import Language, NotRead, Pasted, read_pasted
from .printed import printed_json, printed_python
from .requests import Asked, asked_of

__all__ = [
    "Asked",
    "Language",
    "NotRead",
    "Pasted",
    "Remark",
    "asked_of",
    "events_of",
    "judge",
    "printed_json",
    "printed_python",
    "read_pasted",
    "replaced",
]
