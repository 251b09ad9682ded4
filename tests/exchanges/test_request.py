"""What a request asked for, read from its body."""

import pytest

from chat.exchanges import Request


@pytest.mark.parametrize(
    ("body", "document", "params"),
    [
        (b'{"type":"items.list","params":{"limit":2}}', {"type": "items.list", "params": {"limit": 2}}, {"limit": 2}),
        (b'{"type":"threads.list"}', {"type": "threads.list"}, {}),
        (b'{"params":[1]}', {"params": [1]}, {}),
        (b"[1]", {}, {}),
        (b'{"params":', {}, {}),
        (b"[" * 100_000, {}, {}),
        (b"", {}, {}),
    ],
)
def test_a_body_that_is_no_object_asks_for_nothing(body: bytes, document: object, params: object) -> None:
    request = Request("POST", "http://127.0.0.1/", (), body)
    assert (request.document, request.params) == (document, params)
