"""Exchanges: one HTTP request and its response, kept as evidence. See `Exchange`, and `Recording` for several."""

from typing import TYPE_CHECKING

from chat.exchanges.curl import curl
from chat.on_demand import on_demand

if TYPE_CHECKING:
    from chat.exchanges.answer import (
        event_batches,
        first_events,
        message_of,
        read_events,
        request_id,
        transport_problems,
    )
    from chat.exchanges.exchange import (
        CONSOLE,
        OPERATIONS,
        STREAMING_OPERATIONS,
        Chunk,
        Exchange,
        Headers,
        Outcome,
        Request,
        operation_of,
    )
    from chat.exchanges.host_events import HostEvent
    from chat.exchanges.importing import Imported, import_exchanges
    from chat.exchanges.recorder import Recorder
    from chat.exchanges.recording import Recording, read, read_recording, write, write_recording
    from chat.exchanges.redaction import redact_headers, redact_text, redact_url
    from chat.exchanges.times import Timings, timings

__all__ = [
    "CONSOLE",
    "OPERATIONS",
    "STREAMING_OPERATIONS",
    "Chunk",
    "Exchange",
    "Headers",
    "HostEvent",
    "Imported",
    "Outcome",
    "Recorder",
    "Recording",
    "Request",
    "Timings",
    "curl",
    "event_batches",
    "first_events",
    "import_exchanges",
    "message_of",
    "operation_of",
    "read",
    "read_events",
    "read_recording",
    "redact_headers",
    "redact_text",
    "redact_url",
    "request_id",
    "timings",
    "transport_problems",
    "write",
    "write_recording",
]

__getattr__ = on_demand(
    __name__,
    {
        "answer": "event_batches first_events message_of read_events request_id transport_problems",
        "exchange": "CONSOLE OPERATIONS STREAMING_OPERATIONS Chunk Exchange Headers Outcome Request operation_of",
        "host_events": "HostEvent",
        "importing": "Imported import_exchanges",
        "recorder": "Recorder",
        "recording": "Recording read read_recording write write_recording",
        "redaction": "redact_headers redact_text redact_url",
        "times": "Timings timings",
    },
)
