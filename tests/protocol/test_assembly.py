"""The private door to httpx-sse: what `chat.protocol.assembly` relies on, and what to do when it is gone."""

import importlib

import httpx_sse

WHAT_TO_DO = (
    f"httpx-sse {httpx_sse.__version__} has another {{}}: chat/protocol/assembly.py relies on it. Mend that module, "
    "or keep to the version in constraints.txt."
)


def test_httpx_sse_still_assembles_messages_line_by_line() -> None:
    try:
        decoder = importlib.import_module("httpx_sse._decoders").SSEDecoder()
    except (ImportError, AttributeError) as error:
        raise AssertionError(WHAT_TO_DO.format("place for SSEDecoder")) from error
    lines = ["id: 7", "event: x", "retry: 5", "data: a", "data:b", ": a comment", "nonsense"]
    assert [decoder.decode(line) for line in lines] == [None] * len(lines), WHAT_TO_DO.format("way to end a message")
    assert fields(decoder.decode("")) == ("x", "a\nb", "7", 5), WHAT_TO_DO.format("reading of the fields")
    assert fields(decoder.decode("")) == ("message", "", "7", None), WHAT_TO_DO.format("memory for the id")


def fields(message: httpx_sse.ServerSentEvent) -> tuple[str, str, str, int | None]:
    return message.event, message.data, message.id, message.retry
